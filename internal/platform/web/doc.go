// Package web is the HTTP interface that all functions share: strict JSON in, plain JSON or a problem document out.
//
// New makes a huma API on the standard library's router; Get, Post, Put, Patch and Delete register typed operations, each
// with the Guard that says who may call it. On its way to the handler a request passes, in this order: the authorizer (401,
// 403), the bounds of its body (413, 415), the strict reading of its JSON (400), the idempotency key, validation of every
// parameter and member (422, all violations at once). The handler's error becomes a problem by its kind (package errs); text
// of Internal errors and panics is logged and never leaves.
//
// In a function each operation is made when it is first asked for (NewLazy), so that a start does not pay for all of them.
//
// Handlers do no I/O of their own and know nothing of HTTP but this package. Document and Reference turn the same
// registrations into the OpenAPI document and a page to read it on.
package web
