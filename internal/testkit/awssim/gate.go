package awssim

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/testkit/iam"
)

// pass lets a call in and has it answered. It returns the status that was answered, 0 for none.
func (a *Account) pass(w http.ResponseWriter, asked Service, r Request) int {
	service := asked.(Protected) // NewAccount takes no others
	start := a.options.Wall()
	who, refusal := a.enter(r.HTTP, r.Body, service)
	if refusal != nil {
		a.ledger.strange(r.HTTP.Host, service.Name(), r.Action, refusal)
		return refuse(w, service, refusal)
	}
	r.spend = func(what string, amount float64) {
		if !who.owner {
			a.ledger.spend(who.principal, what, amount)
		}
	}
	var status int
	if refusal := a.allow(who, service, r); refusal != nil {
		status = refuse(w, service, refusal)
	} else {
		status = a.server.answer(w, service, r, func(string, string) Fault { return a.fault(who, service.Name(), r) })
	}
	a.answered(who, service.Name(), r, status, a.options.Wall().Sub(start))
	return status
}

// enter finds out who calls, from the signature or from within.
func (a *Account) enter(r *http.Request, body []byte, service Protected) (caller, *Error) {
	if inside, ok := r.Context().Value(callerKey{}).(caller); ok {
		return inside, nil
	}
	if at := a.at(r.Host); at != nil && at.Name() != service.Name() {
		return caller{}, &Error{Status: http.StatusNotFound, Code: "UnknownOperationException", Message: "this is " + r.Host}
	}
	s, ok := readSignature(r)
	if !ok {
		return caller{}, service.Refuse("MissingAuthenticationTokenException", "Request is missing Authentication Token")
	}
	a.mu.Lock()
	known := a.sessions[s.key]
	var copied session
	if known != nil {
		copied = *known
	}
	a.mu.Unlock()
	switch {
	case known == nil, r.Header.Get("X-Amz-Security-Token") != copied.SessionToken:
		return caller{}, service.Refuse("UnrecognizedClientException", "The security token included in the request is invalid.")
	case copied.closed:
		return caller{}, service.Refuse("ExpiredTokenException", "The security token included in the request is expired")
	case s.service != service.SigningName():
		return caller{}, service.Refuse("InvalidSignatureException", fmt.Sprintf("Credential should be scoped to correct service: '%s'. ", service.SigningName()))
	case s.region != a.options.Place.region():
		return caller{}, service.Refuse("InvalidSignatureException", fmt.Sprintf("Credential should be scoped to a valid region, not '%s'. ", s.region))
	}
	if failure := s.check(r, body, copied.SecretAccessKey, a.options.Wall()); failure != nil {
		return caller{}, service.Refuse(failure.Code, failure.Message)
	}
	return caller{principal: copied.Role, session: copied.Name, secure: r.TLS != nil}, nil
}

// allow checks the caller's permissions for everything that the call needs.
func (a *Account) allow(who caller, service Protected, r Request) *Error {
	if who.owner {
		return nil
	}
	asks, err := service.Asks(r)
	if err != nil {
		return asError(err)
	}
	a.mu.Lock()
	own := a.roles[who.principal]
	a.mu.Unlock()
	for _, ask := range asks {
		if refusal := a.allowOne(who, own, service, r, ask); refusal != nil {
			return refusal
		}
	}
	return nil
}

func (a *Account) allowOne(who caller, own iam.Policy, service Protected, r Request, ask Ask) *Error {
	request := iam.Request{Principal: who.principal, Action: ask.Action, Context: iam.NewContext(who.principal, who.secure)}
	for key, values := range ask.Context {
		request.Context[key] = values
	}
	if who.source != "" {
		request.Context["aws:SourceArn"] = []string{who.source}
		request.Context["aws:SourceAccount"] = []string{a.options.Place.account()}
	}
	for _, resource := range ask.Resources {
		one := request
		one.Resources = []string{resource}
		guard := service.Guard(resource)
		decision, err := iam.Decide(one, own, guard)
		if err != nil {
			// A policy that cannot be evaluated is a fault of the stand-up and not an answer of AWS.
			a.ledger.trouble(err)
			return service.Refuse("AccessDeniedException", "awssim: "+err.Error())
		}
		if !decision.Allowed {
			sentence := denial(who, one, decision)
			a.ledger.deny(Denial{At: r.Now, Principal: who.principal, Action: ask.Action, Resource: resource, Sentence: sentence})
			return service.Refuse("AccessDeniedException", sentence)
		}
		a.ledger.allow(iam.Asked{Request: one.Relevant(own, guard), Guard: guard})
	}
	return nil
}

// denial is what AWS says to somebody who may not.
func denial(who caller, r iam.Request, d iam.Decision) string {
	action := r.Action
	if strings.HasPrefix(action, "sqs:") {
		action = strings.ToLower(action)
	}
	sentence := fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s", who.sts(), action, d.Resource)
	if strings.HasPrefix(action, "s3:") {
		sentence = fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %q", who.sts(), action, d.Resource)
	}
	if strings.HasPrefix(action, "ses:") {
		return fmt.Sprintf("User `%s' is not authorized to perform `%s' on resource `%s'", who.sts(), action, d.Resource)
	}
	kind := "identity-based"
	if d.Guard {
		kind = "resource-based"
	}
	if d.Explicit {
		return sentence + " with an explicit deny in a " + kind + " policy"
	}
	return fmt.Sprintf("%s because no %s policy allows the %s action", sentence, kind, action)
}

// fault is what the account's own fault makes of a call.
func (a *Account) fault(who caller, service string, r Request) Fault {
	if a.options.Fault == nil || who.owner {
		return Fault{}
	}
	return a.options.Fault(Incoming{Principal: who.principal, Service: service, Action: r.Action, Body: r.Body})
}

// answered notes a call that was let in.
func (a *Account) answered(who caller, service string, r Request, status int, took time.Duration) {
	if who.owner {
		return
	}
	a.ledger.count(who.principal, service, r.Action, status)
	if a.options.Taken != nil {
		a.options.Taken(AccountCall{
			Incoming: Incoming{Principal: who.principal, Service: service, Action: r.Action, Body: r.Body}, At: r.Now, Took: took, Status: status,
		})
	}
}
