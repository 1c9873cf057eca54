package awssim

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Cognito is an Amazon Cognito user pool that signs people in by e-mail address, without regard to case: AdminCreateUser,
// AdminGetUser, AdminDisableUser, AdminEnableUser and AdminUserGlobalSignOut.
//
// Known differences from the service: nobody signs in here and no mail is sent, though what would be is counted; users
// cannot be deleted or confirmed; attributes are kept as they come, without a schema.
type Cognito struct {
	Regional
	pool string

	mu    sync.Mutex
	users []*CognitoUser
}

// CognitoUser is a user of the pool.
type CognitoUser struct {
	Subject     string // also the username
	Email       string
	Attributes  map[string]string
	Enabled     bool
	Invitations int // mails with a temporary password
	SignOuts    int // times that all sessions were ended

	created time.Time
}

// NewCognito makes a pool without users.
func NewCognito(pool string) *Cognito {
	return &Cognito{Regional: Regional{Prefix: "cognito-idp", Signing: "cognito-idp"}, pool: pool}
}

// Users lists the users as they are, in order of creation.
func (s *Cognito) Users() []CognitoUser {
	s.mu.Lock()
	defer s.mu.Unlock()
	var users []CognitoUser
	for _, u := range s.users {
		user := *u
		user.Attributes = maps.Clone(u.Attributes)
		users = append(users, user)
	}
	return users
}

// Name implements Service.
func (s *Cognito) Name() string { return "cognito" }

// Action implements Service.
func (s *Cognito) Action(r *http.Request) string {
	return Target(r, "AWSCognitoIdentityProviderService")
}

// cognitoRequest is what all requests have, and what AdminCreateUser has besides.
type cognitoRequest struct {
	UserPoolID             string `json:"UserPoolId"`
	Username               string
	UserAttributes         []cognitoAttribute
	DesiredDeliveryMediums []string
	MessageAction          string
}

type cognitoAttribute struct{ Name, Value string }

// Answer implements Service.
func (s *Cognito) Answer(r Request) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return answer(r, s.answer)
}

func (s *Cognito) answer(r Request, in cognitoRequest) (any, error) {
	switch {
	case in.UserPoolID != s.pool:
		return nil, cognitoError("ResourceNotFoundException", "User pool %s does not exist.", in.UserPoolID)
	case in.Username == "" || len(in.Username) > 128:
		return nil, cognitoError("InvalidParameterException", "Value at 'username' failed to satisfy constraint: Member must have length from 1 to 128")
	case r.Action == "AdminCreateUser":
		return s.create(r, in)
	}
	user := s.find(in.Username)
	if user == nil {
		return nil, cognitoError("UserNotFoundException", "User does not exist.")
	}
	switch r.Action {
	case "AdminGetUser":
		shape := user.shape()
		return map[string]any{
			"Username": user.Subject, "UserAttributes": shape["Attributes"], "Enabled": user.Enabled, "UserStatus": shape["UserStatus"],
			"UserCreateDate": shape["UserCreateDate"],
		}, nil
	case "AdminDisableUser":
		user.Enabled = false
	case "AdminEnableUser":
		user.Enabled = true
	case "AdminUserGlobalSignOut":
		user.SignOuts++
	default:
		return nil, cognitoError("InvalidAction", "%s is not simulated", r.Action)
	}
	return nil, nil
}

func (s *Cognito) create(r Request, in cognitoRequest) (any, error) {
	if !strings.Contains(in.Username, "@") {
		return nil, cognitoError("InvalidParameterException", "Username should be an email.")
	}
	if s.find(in.Username) != nil {
		return nil, cognitoError("UsernameExistsException", "User account already exists")
	}
	user := &CognitoUser{
		Subject: fmt.Sprintf("7b2f6d0e-1111-4000-8000-%012x", len(s.users)+1), Email: in.Username, Enabled: true,
		Attributes: map[string]string{}, created: r.Now,
	}
	for _, a := range in.UserAttributes {
		user.Attributes[a.Name] = a.Value
	}
	if in.MessageAction != "SUPPRESS" && slices.Contains(in.DesiredDeliveryMediums, "EMAIL") {
		user.Invitations++
	}
	s.users = append(s.users, user)
	return map[string]any{"User": user.shape()}, nil
}

// find is the user of a username or an address, or nil.
func (s *Cognito) find(name string) *CognitoUser {
	for _, u := range s.users {
		if u.Subject == name || strings.EqualFold(u.Email, name) {
			return u
		}
	}
	return nil
}

// shape is a user on the wire.
func (u *CognitoUser) shape() map[string]any {
	attributes := []cognitoAttribute{}
	for name, value := range u.Attributes {
		attributes = append(attributes, cognitoAttribute{name, value})
	}
	attributes = append(attributes, cognitoAttribute{"sub", u.Subject})
	slices.SortFunc(attributes, func(a, b cognitoAttribute) int { return strings.Compare(a.Name, b.Name) })
	return map[string]any{
		"Username": u.Subject, "Attributes": attributes, "Enabled": u.Enabled, "UserStatus": "FORCE_CHANGE_PASSWORD",
		"UserCreateDate": u.created.Unix(),
	}
}

func cognitoError(code, format string, args ...any) *Error {
	return &Error{Status: http.StatusBadRequest, Code: code, Message: fmt.Sprintf(format, args...)}
}
