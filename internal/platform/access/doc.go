// Package access says who may do what. It keeps users and roles, and the one table from role to permissions (allowed.go);
// feature company edits them, and package web asks before each operation.
//
// A user belongs to one company. A role gives its users permissions in its yards; a company may fill the same role more
// than once, with other users in other yards, and what they give adds up. What a token says about groups or tenants is
// ignored: SUB#<subject> leads to the user's record, and the user's record and the company's roles decide.
//
// Directory answers from memory for a few seconds of the application clock, so that disabling a user or changing a role
// takes effect everywhere within CacheFor, and at once in the process that changed it (Forget).
package access
