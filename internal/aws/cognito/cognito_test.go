package cognito_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"

	"github.com/winback-auto/winback/internal/aws/cognito"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/identity"
	"github.com/winback-auto/winback/internal/platform/identity/identitytest"
	"github.com/winback-auto/winback/internal/testkit/awssim"
)

const pool = "us-east-1_pool"

var ada = identity.Person{Email: "Ada@Harbour.example", First: "Ada", Last: "Lovelace"}

// world is a pool and a directory over it. fault decides about each call; nil: none.
type world struct {
	*cognito.Directory
	pool   *awssim.Cognito
	server *awssim.Server
	fault  func(action string) awssim.Fault
}

func newWorld(poolID string) *world {
	w := &world{pool: awssim.NewCognito(pool)}
	w.server = awssim.New(awssim.Options{Now: time.Now, Fault: func(_, action string) awssim.Fault {
		if w.fault == nil {
			return awssim.Fault{}
		}
		return w.fault(action)
	}}, w.pool)
	endpoint := awssim.Endpoint
	w.Directory = cognito.New(cognitoidentityprovider.New(cognitoidentityprovider.Options{
		Region: "us-east-1", BaseEndpoint: &endpoint, HTTPClient: w.server.Client(),
		Credentials: credentials.NewStaticCredentialsProvider("key", "secret", ""),
	}), poolID)
	return w
}

// user is the pool's only user.
func (w *world) user(t *testing.T) awssim.CognitoUser {
	t.Helper()
	users := w.pool.Users()
	if len(users) != 1 {
		t.Fatalf("%d users, want 1", len(users))
	}
	return users[0]
}

func TestTheDirectoryKeepsTheContract(t *testing.T) {
	identitytest.Run(t, func(t *testing.T) identitytest.Driver {
		w := newWorld(pool)
		return identitytest.Driver{Directory: w, MaySignIn: func(t *testing.T, subject string) bool {
			for _, user := range w.pool.Users() {
				if user.Subject == subject {
					return user.Enabled
				}
			}
			t.Fatalf("no user %q", subject)
			return false
		}}
	})
}

func TestAnInvitationIsMailedOnce(t *testing.T) {
	w := newWorld(pool)
	for range 3 {
		subject, err := w.Invite(t.Context(), ada)
		if err != nil || subject != w.user(t).Subject {
			t.Fatalf("subject %q, %v", subject, err)
		}
	}
	user := w.user(t)
	want := map[string]string{"email": "ada@harbour.example", "email_verified": "true", "given_name": "Ada", "family_name": "Lovelace"}
	if user.Invitations != 1 || user.Email != "ada@harbour.example" || !maps.Equal(user.Attributes, want) {
		t.Errorf("%+v", user)
	}
}

func TestAnInvitationWhoseAnswerWasLostFindsItsUser(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // the wait between two tries passes at once
		w := newWorld(pool)
		lost := false
		w.fault = func(action string) awssim.Fault {
			if action != "AdminCreateUser" || lost {
				return awssim.Fault{}
			}
			lost = true
			return awssim.Fault{ApplyFirst: true, Drop: true}
		}
		subject, err := w.Invite(t.Context(), ada)
		if user := w.user(t); err != nil || subject != user.Subject || user.Invitations != 1 {
			t.Errorf("subject %q, %v; user %+v", subject, err, user)
		}
	})
}

func TestDisablingEndsSessionsToo(t *testing.T) {
	w := newWorld(pool)
	subject, err := w.Invite(t.Context(), ada)
	if err != nil {
		t.Fatal(err)
	}
	w.fault = func(action string) awssim.Fault {
		if action == "AdminUserGlobalSignOut" {
			return awssim.Fault{Status: http.StatusBadRequest, Code: "NotAuthorizedException"}
		}
		return awssim.Fault{}
	}
	if err := w.Disable(t.Context(), subject); !errs.Is(err, errs.Internal) {
		t.Errorf("sessions that live on: %v, want an error", err)
	}
	w.fault = nil
	if err := w.Disable(t.Context(), subject); err != nil {
		t.Fatal(err)
	}
	if user := w.user(t); user.Enabled || user.SignOuts != 1 {
		t.Errorf("%+v", user)
	}
}

func TestWhatCognitoSaysHasAKind(t *testing.T) {
	for code, want := range map[string]errs.Kind{
		"InvalidParameterException":    errs.Invalid,
		"CodeDeliveryFailureException": errs.Unavailable,
		"InternalErrorException":       errs.Unavailable,
		"TooManyRequestsException":     errs.TooMany,
		"LimitExceededException":       errs.TooMany,
		"NotAuthorizedException":       errs.Internal,
		"ResourceNotFoundException":    errs.Internal,
		"InvalidPasswordException":     errs.Internal,
	} {
		t.Run(code, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(pool)
				status := http.StatusBadRequest
				if code == "InternalErrorException" {
					status = http.StatusInternalServerError
				}
				w.fault = func(string) awssim.Fault { return awssim.Fault{Status: status, Code: code} }
				subject, err := w.Invite(t.Context(), ada)
				if err == nil || errs.KindOf(err) != want || subject != "" {
					t.Errorf("subject %q, %v; want %v", subject, err, want)
				}
				if strings.Contains(strings.ToLower(err.Error()), "ada") || strings.Contains(err.Error(), "injected") {
					t.Errorf("the text quotes: %v", err)
				}
				if calls := len(w.server.Calls()); calls > 3 {
					t.Errorf("%d calls, want at most 3", calls)
				}
			})
		})
	}
}

func TestAMissingPoolIsOurFaultAndNotAMissingUser(t *testing.T) {
	if err := newWorld("us-east-1_other").Disable(t.Context(), "somebody"); !errs.Is(err, errs.Internal) {
		t.Errorf("got %v, want internal", err)
	}
}
