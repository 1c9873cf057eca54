package jwtidentity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/winback-auto/winback/internal/local/durable"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/identity"
)

const (
	format     = 1        // the file's version; others are refused
	maxSignIns = 16 << 20 // bytes of the file, some 100,000 sign-ins; it is written whole at each change
)

// signIn is one person's.
type signIn struct {
	Subject  string `json:"subject"`
	Email    string `json:"email"` // as identity.NormalEmail makes it
	Disabled bool   `json:"disabled,omitempty"`
}

// directory is the file.
type directory struct {
	Version int      `json:"version"`
	SignIns []signIn `json:"signIns"`
}

// Invite implements identity.Directory. The names are not kept; nobody reads them here.
func (p *Provider) Invite(_ context.Context, person identity.Person) (string, error) {
	email, err := identity.NormalEmail(person.Email)
	if err != nil {
		return "", err
	}
	subject := subjectOf(email)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.find(subject) >= 0 {
		return subject, nil
	}
	if err := p.save(append(slices.Clone(p.signIns), signIn{Subject: subject, Email: email})); err != nil {
		return "", err
	}
	return subject, nil
}

// Disable implements identity.Directory.
func (p *Provider) Disable(_ context.Context, subject string) error {
	return p.setDisabled(subject, true)
}

// Enable implements identity.Directory.
func (p *Provider) Enable(_ context.Context, subject string) error {
	return p.setDisabled(subject, false)
}

// Subject is the subject of an invited person; anybody else is NotFound.
func (p *Provider) Subject(_ context.Context, email string) (string, error) {
	normal, err := identity.NormalEmail(email)
	if err != nil {
		return "", err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	at := p.find(subjectOf(normal))
	if at < 0 {
		return "", unknown()
	}
	return p.signIns[at].Subject, nil
}

func (p *Provider) setDisabled(subject string, disabled bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := p.find(subject)
	if at < 0 {
		return unknown()
	}
	if p.signIns[at].Disabled == disabled {
		return nil
	}
	changed := slices.Clone(p.signIns)
	changed[at].Disabled = disabled
	return p.save(changed)
}

// find is the place of a subject's sign-in, or -1. The caller holds mu.
func (p *Provider) find(subject string) int {
	return slices.IndexFunc(p.signIns, func(s signIn) bool { return s.Subject == subject })
}

// save makes the sign-ins durable, then current. The caller holds mu.
func (p *Provider) save(signIns []signIn) error {
	raw, err := json.MarshalIndent(directory{format, signIns}, "", "  ")
	if err != nil {
		return fmt.Errorf("sign-ins: %w", err)
	}
	if len(raw) > maxSignIns {
		return errs.E(errs.Conflict, "this installation has no room for another sign-in")
	}
	if err := durable.Replace(p.path, append(raw, '\n')); err != nil {
		return fmt.Errorf("sign-ins: %w", err)
	}
	p.signIns = signIns
	return nil
}

func readSignIns(path string) ([]signIn, error) {
	raw, err := durable.ReadPrivate(path, maxSignIns+1)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var d directory
	if err := json.Unmarshal(raw, &d); err != nil {
		return nil, fmt.Errorf("%s is damaged; restore it from a backup", path)
	}
	if d.Version != format {
		return nil, fmt.Errorf("%s has version %d, this program knows %d", path, d.Version, format)
	}
	return d.SignIns, nil
}

func subjectOf(email string) string { return ident.Of("sign-in", email) }

func unknown() error { return errs.E(errs.NotFound, "there is no such sign-in") }
