package autograb

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"

	"github.com/winback-auto/winback/internal/platform/errs"
)

// maxAnswer bounds an answer in bytes: a list of 500 vehicles with results has about 60 kB.
const maxAnswer = 8 << 20

// call is one request of an account. out is where a success is decoded to, nil where nothing of it is needed; check refuses
// a success that does not say what it should.
type call struct {
	route route
	id    string
	query url.Values
	in    any
	out   any
	check func() bool
	// repeatable calls do no harm when done twice, so a lost answer is nothing to be afraid of.
	repeatable bool
}

func (a *account) do(ctx context.Context, c call) error {
	if a.region == "" {
		return errs.E(errs.Invalid, "AutoGrab does not serve the country %q", tidy(a.country, maxID))
	}
	if err := ctx.Err(); err != nil {
		return broken(err, false)
	}
	var payload io.Reader
	if c.in != nil {
		body, err := json.Marshal(c.in)
		if err != nil {
			return err
		}
		payload = bytes.NewReader(body)
	}
	ctx, cancel := context.WithTimeout(ctx, a.timeout)
	defer cancel()
	var asked, connected bool
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { asked = true },
		GotConn: func(httptrace.GotConnInfo) { connected = true },
	})
	query := url.Values{queryRegion: {a.region}}
	for name, values := range c.query {
		query[name] = values
	}
	request, err := http.NewRequestWithContext(traced, c.route.method(), a.base+c.route.path(c.id)+"?"+query.Encode(), payload)
	if err != nil {
		return errs.E(errs.Internal, "autograb: %w", err)
	}
	// The documented spelling, not Go's canonical one: gateways in front of APIs have been seen to care.
	request.Header[headerKey] = []string{a.key}
	request.Header.Set("User-Agent", a.userAgent)
	request.Header.Set("Accept", "application/json")
	if c.in != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := a.client.Do(request)
	if err != nil {
		return broken(err, !c.repeatable && !neverSent(err, asked && !connected))
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	switch {
	case response.StatusCode < 200 || response.StatusCode > 299:
		// A refusal counts by its status even where its text got lost.
		return refused(c, response.StatusCode, response.Header, body, a.now(), a.key)
	case err != nil:
		return broken(err, !c.repeatable)
	case len(body) > maxAnswer:
		return unavailable("its answer is too long", !c.repeatable, nil)
	case c.out == nil:
		return nil
	}
	if err := json.Unmarshal(body, c.out); err != nil || !c.check() {
		return unavailable("its answer cannot be read", !c.repeatable, err)
	}
	return nil
}

// neverSent reports that not one byte of the request can have reached the partner. Whoever is in doubt says false.
func neverSent(err error, noConnection bool) bool {
	var dial *net.OpError
	return noConnection || errors.As(err, &dial) && dial.Op == "dial"
}
