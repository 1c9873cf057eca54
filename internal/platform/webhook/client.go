package webhook

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// Options of a Client. The zero value is for strangers on the public internet.
type Options struct {
	Local   []string         // addresses, host:port, that may be on this machine and without TLS: those of a simulator
	Timeout time.Duration    // of one message with its answer; 0: DefaultTimeout
	Now     func() time.Time // the wall clock, by which receivers judge how old a message is; nil: the real one
	Roots   *x509.CertPool   // whom to believe, for tests; nil: those of the system
}

// DefaultTimeout is as long as receivers may take.
const DefaultTimeout = 15 * time.Second

// Client posts messages. It is safe for concurrent use.
type Client struct {
	local   []string
	timeout time.Duration
	now     func() time.Time
	direct  http.Client
	proxied http.Client
}

// New is a client that follows no redirects.
func New(o Options) *Client {
	c := &Client{local: o.Local, timeout: o.Timeout, now: o.Now}
	if c.timeout <= 0 {
		c.timeout = DefaultTimeout
	}
	if c.now == nil {
		c.now = time.Now
	}
	client := func(dial func(context.Context, string, string) (net.Conn, error)) http.Client {
		return http.Client{
			Transport: &http.Transport{
				Proxy: http.ProxyFromEnvironment, DialContext: dial, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 2, IdleConnTimeout: 30 * time.Second,
				TLSHandshakeTimeout: 10 * time.Second, MaxResponseHeaderBytes: 16 << 10, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.Roots},
			},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	}
	// Where the installation has a proxy, names are resolved there, and the connection that is opened here is the proxy's.
	c.direct = client((&net.Dialer{Timeout: 10 * time.Second, Control: c.control}).DialContext)
	c.proxied = client((&net.Dialer{Timeout: 10 * time.Second}).DialContext)
	return c
}

// Post makes one attempt. An error says, in words for a dealer, why there is no answer; whether the message has arrived all
// the same nobody knows.
func (c *Client) Post(ctx context.Context, m Message) (Answer, error) {
	if problem := c.CheckURL(m.URL); problem != "" {
		return Answer{}, errors.New("the address " + problem)
	}
	if len(m.Body) > MaxBody {
		return Answer{}, fmt.Errorf("the message has %d bytes, the most is %d", len(m.Body), MaxBody)
	}
	at := c.now()
	signature, err := sign(m, at)
	if err != nil {
		return Answer{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, m.URL, bytes.NewReader(m.Body))
	if err != nil {
		return Answer{}, errors.New("the address is none")
	}
	for name, value := range map[string]string{
		"Content-Type": "application/json", "User-Agent": "Winback-Webhooks/1", "webhook-id": m.ID, "webhook-timestamp": strconv.FormatInt(at.Unix(), 10), "webhook-signature": signature,
	} {
		request.Header.Set(name, value)
	}
	client := &c.direct
	if proxy, err := http.ProxyFromEnvironment(request); err == nil && proxy != nil {
		client = &c.proxied
	}
	response, err := client.Do(request)
	if err != nil {
		return Answer{}, reason(err)
	}
	defer response.Body.Close()
	_, _ = io.CopyN(io.Discard, response.Body, 4<<10) // a connection whose answer was read may be used again
	return Answer{response.StatusCode, wait(response.Header.Get("Retry-After"), at)}, nil
}

// reason says why there is no answer, without the inner workings of either side.
func reason(err error) error {
	var certificate *tls.CertificateVerificationError
	var name *net.DNSError
	var timeout net.Error
	switch {
	case errors.Is(err, errPrivate):
		return errPrivate
	case errors.As(err, &certificate):
		return errors.New("the certificate is not trusted")
	case errors.As(err, &timeout) && timeout.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return errors.New("no answer in time")
	case errors.As(err, &name):
		return errors.New("the name is not known")
	}
	return errors.New("no connection, or it broke")
}

// wait is how long a Retry-After asks for, as seconds or as a date.
func wait(header string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(header); err == nil {
		return time.Duration(max(0, min(seconds, 1<<30))) * time.Second
	}
	if at, err := http.ParseTime(header); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}
