// Package identity is the port to whoever keeps the sign-ins: it invites and disables them. Who may do what is not its
// business (package access): a token says who somebody is and nothing else.
//
// A sign-in is made by Invite, lives as long as the user, and is known by its subject to us and by its e-mail address to
// its owner. Drivers are internal/aws/cognito and internal/local/jwtidentity; identitytest is the contract of both.
package identity

import "context"

// Person is somebody to be invited.
type Person struct {
	Email string // in any form that NormalEmail accepts
	First string // may be empty, as may Last
	Last  string
}

// Directory keeps sign-ins by subject, the stable id that a token carries in sub. It is safe for concurrent use, and every
// method may be repeated.
type Directory interface {
	// Invite makes a sign-in and returns its subject. Inviting an e-mail address again, in whatever case, changes nothing
	// and returns the same subject. What is no e-mail address is Invalid.
	Invite(ctx context.Context, person Person) (subject string, err error)
	// Disable ends the sign-in's tokens as soon as the provider can; access refuses the user at once anyway. An unknown
	// subject is NotFound.
	Disable(ctx context.Context, subject string) error
	// Enable undoes Disable. An unknown subject is NotFound.
	Enable(ctx context.Context, subject string) error
}
