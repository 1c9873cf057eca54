// Package access says who may do what. It keeps users and roles, and the one table from role and manager flag to
// permissions; feature company edits them, and package web asks before each operation.
//
// A user belongs to one company. A role gives its users permissions in its yards. What a token says about groups or
// tenants is ignored: SUB#<subject> leads to the user's record, and the user's record and the company's roles decide, so
// that disabling a user or changing a role takes effect within seconds.
package access
