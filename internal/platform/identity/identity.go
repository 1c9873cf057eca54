// Package identity is the port to whoever keeps the sign-ins: it invites and disables them. Who may do what is not its
// business (package access): a token says who somebody is and nothing else.
//
// Drivers are internal/aws/cognito and internal/local/jwtidentity.
package identity

import "context"

// Person is somebody to be invited.
type Person struct {
	Email string
	First string
	Last  string
}

// Directory keeps sign-ins by subject, the stable id that a token carries in sub.
type Directory interface {
	// Invite makes a sign-in and returns its subject. Inviting an e-mail address again returns the same subject.
	Invite(ctx context.Context, person Person) (subject string, err error)
	// Disable ends the sign-in's tokens as soon as the provider can; access refuses the user at once anyway.
	Disable(ctx context.Context, subject string) error
	// Enable undoes Disable.
	Enable(ctx context.Context, subject string) error
}
