package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
)

// idPattern is what a company's id looks like; it stands in every key, in tags of mails and in logs.
var idPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,47}$`)

// found creates a company with its first administrator.
func found(ctx context.Context, out io.Writer, args []string) error {
	c := newCommand("found")
	c.tables()
	name := c.String("company", "", "`name` of the company")
	person := c.String("name", "", "first and last `name` of its administrator")
	email := c.String("email", "", "e-mail `address` that the administrator signs in with and is invited at")
	id := c.String("id", "", "`id` of the company, for ever; default: made of its name")
	country := c.String("country", "AU", "`country` of the company, two letters")
	zone := c.String("timezone", "Australia/Sydney", "time `zone` of its days")
	language := c.String("language", "en-AU", "`language` of its mails")
	if err := c.parse(out, args, "company", "name", "email"); err != nil {
		return err
	}
	if *id == "" {
		*id = slug(*name)
	}
	if !idPattern.MatchString(*id) {
		return fmt.Errorf("ID (-id) %q is no id: 2 to 48 small letters, digits and hyphens", *id)
	}
	founding := company.Founding{
		ID: ident.Trusted(*id),
		Company: company.Company{
			Name: *name, Country: *country, TimeZone: *zone, Language: *language, Features: company.Features{Prospects: true},
		},
		Admin: administrator(*person, *email),
	}
	at, err := c.open(ctx)
	if err != nil {
		return err
	}
	deps, err := at.Deps(ctx, log())
	if err != nil {
		return err
	}
	created, err := establish(ctx, deps, founding)
	if err != nil {
		return err
	}
	if !created {
		fmt.Fprintf(out, "%s (%s) is there already, with this administrator; nothing was changed.\n", *name, *id)
		return nil
	}
	fmt.Fprintf(out, "%s was created as %s, %s. A temporary password is on its way to %s.\n", *name, *id, at, founding.Admin.Email)
	if url := at.SignIn(ctx); url != "" {
		fmt.Fprintf(out, "Sign in at %s, then set up yards, users, roles and the connection to AutoGrab.\n", url)
	}
	return nil
}

// establish creates the company unless it is there with this very administrator. Somebody else's company is never touched.
func establish(ctx context.Context, d app.Deps, f company.Founding) (created bool, err error) {
	f.Admin.ID = access.UserID(ident.Of(f.ID.ID(), "first administrator"))
	there, err := company.Load(ctx, d, f.ID)
	if errs.Is(err, errs.NotFound) {
		return true, plain(company.Create(ctx, d, f))
	}
	if err != nil {
		return false, err
	}
	first, err := company.LoadUser(ctx, d, f.ID, f.Admin.ID)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return false, err
	}
	if err != nil || !strings.EqualFold(first.Value.Email, f.Admin.Email) {
		return false, fmt.Errorf("the company %s exists (%s) and was founded by somebody else; its administrators invite more, and a second company of that name needs an ID (-id) of its own", f.ID, there.Name)
	}
	return false, nil
}

// administrator is the person; what stands behind the last space is the last name.
func administrator(name, email string) access.User {
	name = strings.Join(strings.Fields(name), " ")
	u := access.User{Email: strings.ToLower(strings.TrimSpace(email)), Notify: access.Notify{Email: true, InApp: true}}
	if at := strings.LastIndex(name, " "); at >= 0 {
		u.First, u.Last = name[:at], name[at+1:]
	} else {
		u.First = name
	}
	return u
}

// plain says all broken rules of an input in the words of the command line.
func plain(err error) error {
	broken := errs.ViolationsOf(err)
	if len(broken) == 0 {
		if errs.Is(err, errs.Conflict) {
			return fmt.Errorf("%s: one address signs in to one company", errs.Text(err))
		}
		return err
	}
	var texts []error
	for _, v := range broken {
		field := strings.TrimPrefix(v.Location, "body.")
		texts = append(texts, fmt.Errorf("%s (-%s) %s", variable(field), field, v.Message))
	}
	return errors.Join(texts...)
}

// slug is a name in small letters and digits, without accents, words joined by hyphens.
func slug(name string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ReplaceAll(strings.ToLower(name), "ß", "ss")) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r):
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.Trim(b.String()[:min(b.Len(), 48)], "-")
}
