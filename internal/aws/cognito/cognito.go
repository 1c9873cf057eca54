// Package cognito keeps the sign-ins in an Amazon Cognito user pool.
//
// The pool signs people in by e-mail address without regard to case and makes usernames itself, so that a username is the
// subject; nobody signs up on their own. Inviting creates the user, and Cognito mails the temporary password. Disabling
// also revokes the refresh tokens, so that what is left are access tokens until they expire. Calls may be repeated and
// are, at most three times in all: an invitation whose answer was lost meets the user that it has made.
package cognito

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	cognito "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"github.com/winback-auto/winback/internal/aws/awserr"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/identity"
)

// calls are the operations that are used. A client as a whole would bring every operation of its service into each Lambda,
// since templates call methods by name and so keep those of all types that an interface leads to.
type calls struct {
	adminCreateUser        func(context.Context, *cognito.AdminCreateUserInput, ...func(*cognito.Options)) (*cognito.AdminCreateUserOutput, error)
	adminGetUser           func(context.Context, *cognito.AdminGetUserInput, ...func(*cognito.Options)) (*cognito.AdminGetUserOutput, error)
	adminDisableUser       func(context.Context, *cognito.AdminDisableUserInput, ...func(*cognito.Options)) (*cognito.AdminDisableUserOutput, error)
	adminEnableUser        func(context.Context, *cognito.AdminEnableUserInput, ...func(*cognito.Options)) (*cognito.AdminEnableUserOutput, error)
	adminUserGlobalSignOut func(context.Context, *cognito.AdminUserGlobalSignOutInput, ...func(*cognito.Options)) (*cognito.AdminUserGlobalSignOutOutput, error)
}

// Directory is an identity.Directory over one user pool. It is safe for concurrent use.
type Directory struct {
	calls
	poolID string
	retry  aws.Retryer
}

// New makes a directory of a user pool.
func New(client *cognito.Client, poolID string) *Directory {
	used := calls{client.AdminCreateUser, client.AdminGetUser, client.AdminDisableUser, client.AdminEnableUser, client.AdminUserGlobalSignOut}
	return &Directory{used, poolID, awserr.Bounded()}
}

// Open makes a directory with a client of its own, see New.
func Open(config aws.Config, poolID string) identity.Directory {
	return New(cognito.NewFromConfig(config), poolID)
}

// Invite implements identity.Directory. Somebody who is there already gets no second mail.
func (d *Directory) Invite(ctx context.Context, person identity.Person) (string, error) {
	email, err := identity.NormalEmail(person.Email)
	if err != nil {
		return "", err
	}
	out, err := d.adminCreateUser(ctx, &cognito.AdminCreateUserInput{
		UserPoolId:             &d.poolID,
		Username:               &email,
		UserAttributes:         attributes(email, person),
		DesiredDeliveryMediums: []types.DeliveryMediumType{types.DeliveryMediumTypeEmail},
	}, d.bounded)
	switch awserr.Code(err) {
	case "UsernameExistsException", "AliasExistsException":
		return d.subjectOf(ctx, email)
	case "InvalidParameterException":
		return "", errs.Violate(errs.Violation{Location: "email", Message: "the sign-in service does not accept the address or the name"})
	case "CodeDeliveryFailureException":
		return "", errs.E(errs.Unavailable, "the invitation could not be sent")
	}
	if err != nil {
		return "", classify(err)
	}
	return subject(out.User.Attributes)
}

// subjectOf is the subject of somebody who is there already.
func (d *Directory) subjectOf(ctx context.Context, email string) (string, error) {
	out, err := d.adminGetUser(ctx, &cognito.AdminGetUserInput{UserPoolId: &d.poolID, Username: &email}, d.bounded)
	if err != nil {
		return "", classify(err)
	}
	return subject(out.UserAttributes)
}

// Disable implements identity.Directory.
func (d *Directory) Disable(ctx context.Context, subject string) error {
	if subject == "" {
		return unknown()
	}
	if _, err := d.adminDisableUser(ctx, &cognito.AdminDisableUserInput{UserPoolId: &d.poolID, Username: &subject}, d.bounded); err != nil {
		return classify(err)
	}
	_, err := d.adminUserGlobalSignOut(ctx, &cognito.AdminUserGlobalSignOutInput{UserPoolId: &d.poolID, Username: &subject}, d.bounded)
	return classify(err)
}

// Enable implements identity.Directory.
func (d *Directory) Enable(ctx context.Context, subject string) error {
	if subject == "" {
		return unknown()
	}
	_, err := d.adminEnableUser(ctx, &cognito.AdminEnableUserInput{UserPoolId: &d.poolID, Username: &subject}, d.bounded)
	return classify(err)
}

func (d *Directory) bounded(o *cognito.Options) { o.Retryer = d.retry }

// attributes are those of a new user. The address counts as verified: the temporary password reaches nobody else.
func attributes(email string, person identity.Person) []types.AttributeType {
	list := []types.AttributeType{attribute("email", email), attribute("email_verified", "true")}
	if person.First != "" {
		list = append(list, attribute("given_name", person.First))
	}
	if person.Last != "" {
		list = append(list, attribute("family_name", person.Last))
	}
	return list
}

func attribute(name, value string) types.AttributeType {
	return types.AttributeType{Name: &name, Value: &value}
}

func subject(attributes []types.AttributeType) (string, error) {
	for _, a := range attributes {
		if aws.ToString(a.Name) == "sub" && aws.ToString(a.Value) != "" {
			return *a.Value, nil
		}
	}
	return "", errors.New("cognito: a user without a subject")
}

func classify(err error) error {
	if awserr.Code(err) == "UserNotFoundException" {
		return unknown()
	}
	return awserr.Classify("the sign-in service", err)
}

func unknown() error { return errs.E(errs.NotFound, "there is no such sign-in") }
