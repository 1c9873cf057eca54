package s3inbox_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/winback-auto/winback/internal/aws/awserr"
	"github.com/winback-auto/winback/internal/aws/s3inbox"
	"github.com/winback-auto/winback/internal/platform/blob/blobtest"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/testkit/awssim"
	"github.com/winback-auto/winback/internal/testkit/iam"
)

const (
	inbox = "winback-prod-inbox"
	role  = "arn:aws:iam::123456789012:role/mail-received"
	key   = "mails/0a1b2c"
	text  = "Subject: Re: your Camry\r\n\r\nYes, please.\r\n"
)

// world is an account with a bucket and a role, behind whatever spoils its answers.
type world struct {
	account *awssim.Account
	s3      *awssim.S3
	fault   awssim.Fault
	spoil   func(asked int64, answer *http.Response) // nil: nobody does
	asked   atomic.Int64
}

func newWorld(t *testing.T, policy string) *world {
	t.Helper()
	w := &world{s3: awssim.NewS3(awssim.S3Options{})}
	w.account = awssim.NewAccount(awssim.AccountOptions{
		Place: awssim.Place{Region: "ap-southeast-2", Account: "123456789012"}, Now: time.Now,
		Fault: func(awssim.Incoming) awssim.Fault { return w.fault },
	}, w.s3)
	if err := w.s3.Make(awssim.Bucket{Name: inbox}); err != nil {
		t.Fatal(err)
	}
	w.allow(t, policy)
	return w
}

// reading is what the stack grants.
const reading = `{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::winback-prod-inbox/mails/*"}`

func (w *world) allow(t *testing.T, policy string) {
	t.Helper()
	p, err := iam.ParseJSON(`{"Version":"2012-10-17","Statement":[` + policy + `]}`)
	if err != nil {
		t.Fatal(err)
	}
	w.account.SetRole(role, p)
}

// RoundTrip implements http.RoundTripper.
func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := w.account.Client().Transport.RoundTrip(r)
	if asked := w.asked.Add(1); err == nil && w.spoil != nil {
		w.spoil(asked, answer)
	}
	return answer, err
}

func (w *world) reader(t *testing.T) *s3inbox.Reader {
	t.Helper()
	return s3inbox.New(w.config(t), inbox)
}

func (w *world) config(t *testing.T) aws.Config {
	t.Helper()
	session, err := w.account.Open(role, "mail-received")
	if err != nil {
		t.Fatal(err)
	}
	return aws.Config{
		Region: "ap-southeast-2", HTTPClient: &http.Client{Transport: w},
		Credentials: credentials.NewStaticCredentialsProvider(session.AccessKeyID, session.SecretAccessKey, session.SessionToken),
	}
}

func (w *world) leave(t *testing.T, key, content string) {
	t.Helper()
	if err := w.account.Deployer().Put(t.Context(), inbox, key, []byte(content)); err != nil {
		t.Fatal(err)
	}
}

func TestReaderKeepsTheContract(t *testing.T) {
	for name, endpoint := range map[string]string{"by the bucket's host": "", "at another endpoint": awssim.Endpoint + "/"} {
		t.Run(name, func(t *testing.T) {
			blobtest.Run(t, func(t *testing.T) blobtest.World {
				// What has no prefix may not be read: it would not be told from what is not there.
				w := newWorld(t, `{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::winback-prod-inbox/*"}`)
				cfg := w.config(t)
				cfg.BaseEndpoint = &endpoint
				return blobtest.World{Reader: s3inbox.New(cfg, inbox), Leave: func(t *testing.T, key string, content []byte) { w.leave(t, key, string(content)) }}
			})
		})
	}
}

// Without s3:ListBucket S3 denies what is not there. With it, it says so.
func TestAMissingMailIsMissingWhetherOrNotTheRoleMayList(t *testing.T) {
	const listing = `,{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::winback-prod-inbox"}`
	for _, policy := range []string{reading, reading + listing} {
		w := newWorld(t, policy)
		if _, err := w.reader(t).Read(t.Context(), key, 100); !errs.Is(err, errs.NotFound) {
			t.Errorf("%s: %v, want not found", policy, err)
		}
		if asked := w.asked.Load(); asked != 1 {
			t.Errorf("%s: asked %d times", policy, asked)
		}
	}
}

// A mail that nobody may read is not given up as missing, whether or not it is there.
func TestADeniedMailIsNoMissingMail(t *testing.T) {
	for name, policy := range map[string]string{
		"nothing is granted":     `{"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::winback-prod-inbox/*"}`,
		"another folder is":      `{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::winback-prod-inbox/other/*"}`,
		"it is explicitly taken": reading + `,{"Effect":"Deny","Action":"s3:GetObject","Resource":"*"}`,
	} {
		w := newWorld(t, policy)
		for _, there := range []bool{false, true} {
			if there {
				w.leave(t, key, text)
			}
			_, err := w.reader(t).Read(t.Context(), key, 100)
			if errs.KindOf(err) != errs.Internal || awserr.Code(err) != "AccessDenied" {
				t.Errorf("%s, there %v: %v, want a fault of ours", name, there, err)
			}
			if err != nil && strings.Contains(err.Error(), "assumed-role") {
				t.Errorf("%s: %v quotes AWS", name, err)
			}
		}
	}
}

// A bucket that denies everything in the clear answers over TLS only, which is how the client comes.
func TestTheClientComesWithTLS(t *testing.T) {
	w := newWorld(t, reading)
	var addresses []string
	w.spoil = func(_ int64, answer *http.Response) {
		addresses = append(addresses, answer.Request.URL.Scheme+"://"+answer.Request.URL.Host)
	}
	w.leave(t, key, text)
	if _, err := w.reader(t).Read(t.Context(), key, 100); err != nil {
		t.Fatal(err)
	}
	if want := "https://winback-prod-inbox.s3.ap-southeast-2.amazonaws.com"; len(addresses) != 1 || addresses[0] != want {
		t.Errorf("asked at %q, want %s", addresses, want)
	}
}

func TestABucketThatIsGoneIsAFaultOfOurs(t *testing.T) {
	w := newWorld(t, `{"Effect":"Allow","Action":"s3:*","Resource":"*"}`)
	if _, err := s3inbox.New(w.config(t), "gone").Read(t.Context(), key, 100); errs.KindOf(err) != errs.Internal || awserr.Code(err) != "NoSuchBucket" {
		t.Errorf("%v, want a fault of ours", err)
	}
}

// What S3 refuses for a while is asked for again, and then given up for now.
func TestABusyInboxIsAskedAgain(t *testing.T) {
	for code, test := range map[string]struct {
		status int
		kind   errs.Kind
	}{
		"SlowDown": {http.StatusServiceUnavailable, errs.TooMany}, "InternalError": {http.StatusInternalServerError, errs.Unavailable},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, reading)
			w.leave(t, key, text)
			w.fault = awssim.Fault{Status: test.status, Code: code}
			if _, err := w.reader(t).Read(t.Context(), key, 100); !errs.Is(err, test.kind) {
				t.Errorf("%s: %v, want %v", code, err, test.kind)
			}
			if asked := w.asked.Load(); asked != s3inbox.Tries {
				t.Errorf("%s: asked %d times, want %d", code, asked, s3inbox.Tries)
			}
			w.spoil = func(asked int64, _ *http.Response) {
				if asked == 2*s3inbox.Tries-1 {
					w.fault = awssim.Fault{}
				}
			}
			if got, err := w.reader(t).Read(t.Context(), key, 100); err != nil || string(got) != text {
				t.Errorf("%s, and then no more: %q, %v", code, got, err)
			}
		})
	}
}

func TestADroppedConnectionIsMadeAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, reading)
		w.leave(t, key, text)
		w.fault = awssim.Fault{Drop: true}
		if _, err := w.reader(t).Read(t.Context(), key, 100); !errs.Is(err, errs.Unavailable) || w.asked.Load() != s3inbox.Tries {
			t.Errorf("%v after %d tries", err, w.asked.Load())
		}
	})
}

// body is one that ends otherwise than it should.
type body struct {
	io.Reader
	io.Closer
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// cut lets an answer break off after some bytes.
func cut(answer *http.Response, after int64) {
	answer.Body = body{io.MultiReader(io.LimitReader(answer.Body, after), failing{io.ErrUnexpectedEOF}), answer.Body}
}

func TestABodyThatBreaksOffIsReadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, reading)
		w.leave(t, key, text)
		w.spoil = func(asked int64, answer *http.Response) {
			if asked < s3inbox.Tries {
				cut(answer, 10)
			}
		}
		if got, err := w.reader(t).Read(t.Context(), key, 100); err != nil || string(got) != text || w.asked.Load() != s3inbox.Tries {
			t.Errorf("%q, %v after %d tries", got, err, w.asked.Load())
		}
		w.spoil = func(_ int64, answer *http.Response) { cut(answer, 10) }
		if got, err := w.reader(t).Read(t.Context(), key, 100); !errs.Is(err, errs.Unavailable) || got != nil {
			t.Errorf("%q, %v, want unavailable", got, err)
		}
	})
}

// Keys may hold what an address may not.
func TestAKeyOfAnyLettersIsRead(t *testing.T) {
	w := newWorld(t, reading)
	for _, key := range []string{"mails/a b+c", "mails/ä?x=1&y=%41#z", "mails/a//b", "mails/~-_.!*'()"} {
		w.leave(t, key, text)
		if got, err := w.reader(t).Read(t.Context(), key, 100); err != nil || string(got) != text {
			t.Errorf("%s: %q, %v", key, got, err)
		}
	}
}

// What somebody on the way answers is no word of S3.
func TestAnAnswerThatIsNotOfS3IsNoMissingMail(t *testing.T) {
	for status, kind := range map[int]errs.Kind{http.StatusForbidden: errs.Internal, http.StatusNotFound: errs.Internal, http.StatusBadGateway: errs.Unavailable} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, reading)
			w.spoil = func(_ int64, answer *http.Response) {
				answer.StatusCode, answer.Body = status, io.NopCloser(strings.NewReader("<html>a proxy"))
			}
			if _, err := w.reader(t).Read(t.Context(), key, 100); errs.KindOf(err) != kind {
				t.Errorf("%d: %v, want %v", status, err, kind)
			}
		})
	}
}

// A body that was damaged on its way is known by its checksum.
func TestADamagedBodyIsReadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, reading)
		w.leave(t, key, text)
		w.spoil = func(asked int64, answer *http.Response) {
			if asked == 1 {
				answer.Body = body{strings.NewReader(strings.Replace(text, "Yes", "No!", 1)), answer.Body}
			}
		}
		if got, err := w.reader(t).Read(t.Context(), key, 100); err != nil || string(got) != text || w.asked.Load() != 2 {
			t.Errorf("%q, %v after %d tries", got, err, w.asked.Load())
		}
	})
}

// silent never answers, until nobody waits any more.
type silent struct{ ctx context.Context }

func (s silent) Read([]byte) (int, error) {
	<-s.ctx.Done()
	return 0, s.ctx.Err()
}

func TestABodyThatTakesTooLongIsReadAgainAndGivenUpInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, reading)
		w.leave(t, key, text)
		hang := func(answer *http.Response) { answer.Body = body{silent{answer.Request.Context()}, answer.Body} }
		w.spoil = func(asked int64, answer *http.Response) {
			if asked == 1 {
				hang(answer)
			}
		}
		if got, err := w.reader(t).Read(t.Context(), key, 100); err != nil || string(got) != text {
			t.Errorf("%q, %v", got, err)
		}
		w.spoil = func(_ int64, answer *http.Response) { hang(answer) }
		begun := time.Now()
		if got, err := w.reader(t).Read(t.Context(), key, 100); !errs.Is(err, errs.Unavailable) || got != nil {
			t.Errorf("%q, %v, want unavailable", got, err)
		}
		if took := time.Since(begun); took > s3inbox.Timeout {
			t.Errorf("it took %v", took)
		}
	})
}

func TestWhoDoesNotWaitEndsTheTries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, reading)
		w.leave(t, key, text)
		ctx, cancel := context.WithCancel(t.Context())
		w.spoil = func(_ int64, answer *http.Response) {
			cut(answer, 10)
			cancel()
		}
		if _, err := w.reader(t).Read(ctx, key, 100); !errs.Is(err, errs.Unavailable) || w.asked.Load() != 1 {
			t.Errorf("%v after %d tries", err, w.asked.Load())
		}
	})
}

// A mail that is too long is not carried over first.
func TestAMailThatIsTooLongIsNotRead(t *testing.T) {
	w := newWorld(t, reading)
	w.leave(t, key, text)
	w.spoil = func(_ int64, answer *http.Response) {
		answer.Body = body{failing{errors.New("it was read")}, answer.Body}
	}
	if _, err := w.reader(t).Read(t.Context(), key, len(text)-1); !errs.Is(err, errs.Invalid) || w.asked.Load() != 1 {
		t.Errorf("%v after %d tries, want invalid", err, w.asked.Load())
	}
}
