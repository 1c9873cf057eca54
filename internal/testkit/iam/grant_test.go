package iam_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/winback-auto/winback/internal/testkit/iam"
)

func names(grants []iam.Grant) []string {
	var names []string
	for _, g := range grants {
		names = append(names, g.Action+" "+g.Resource[len(g.Resource)-1:])
	}
	return names
}

func TestGrantsAreListedOneByOneAndTakenAwayOneByOne(t *testing.T) {
	p := policy(t,
		`"Sid":"AB","Effect":"Allow","Action":["t:Get","t:Put"],"Resource":["arn:aws:t:r:1:a","arn:aws:t:r:1:b"]`,
		`"Effect":"Deny","Action":"t:Drop","Resource":"*"`,
		`"Effect":"Allow","Action":"x:Trace","Resource":"*"`)
	grants, err := p.Grants()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"t:Get a", "t:Get b", "t:Put a", "t:Put b", "x:Trace *"}
	if got := names(grants); !slices.Equal(got, want) {
		t.Fatalf("grants %v, want %v", got, want)
	}
	if got := grants[1].String(); got != "t:Get on arn:aws:t:r:1:b (statement AB)" {
		t.Error(got)
	}
	if got := grants[4].String(); got != "x:Trace on * (statement #3)" {
		t.Error(got)
	}
	for i, g := range grants {
		rest := p.Without(g)
		left, err := rest.Grants()
		if err != nil {
			t.Fatal(err)
		}
		got, want := names(left), slices.Delete(slices.Clone(want), i, i+1)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("without %s: %v, want %v", g, got, want)
		}
		if d := decide(t, iam.Request{Action: "t:Drop", Resources: []string{"arn:aws:t:r:1:a"}}, rest, nil); !d.Explicit {
			t.Errorf("without %s the denial is gone", g)
		}
	}
	if len(p.Statements[0].Actions) != 2 {
		t.Error("the policy itself has changed")
	}
}

func TestAGrantOfAllButSomethingCannotBeListed(t *testing.T) {
	for _, statement := range []string{
		`"Effect":"Allow","NotAction":"a:B","Resource":"*"`, `"Effect":"Allow","Action":"a:B","NotResource":"arn:aws:t:r:1:a"`,
	} {
		if _, err := policy(t, statement).Grants(); err == nil {
			t.Errorf("%s was listed", statement)
		}
		if _, err := policy(t, statement).Unneeded(nil); err == nil {
			t.Errorf("%s was listed", statement)
		}
	}
}

func TestAGrantIsUnneededWhenNothingWouldBeDeniedWithoutIt(t *testing.T) {
	const a, b = "arn:aws:t:r:1:a", "arn:aws:t:r:1:b"
	p := policy(t,
		`"Effect":"Allow","Action":["t:Get","t:Put"],"Resource":["`+a+`","`+b+`"]`,
		`"Effect":"Allow","Action":"t:G*","Resource":"`+b+`"`,
		`"Effect":"Allow","Action":"k:Open","Resource":"*","Condition":{"StringEquals":{"kms:EncryptionContext:purpose":"x"}}`,
		`"Effect":"Allow","Action":"k:Open","Resource":"*","Condition":{"StringEquals":{"kms:EncryptionContext:purpose":"y"}}`)
	ask := func(action, resource, purpose string) iam.Asked {
		return iam.Asked{Request: iam.Request{
			Principal: role, Action: action, Resources: []string{resource}, Context: map[string][]string{"kms:EncryptionContext:purpose": {purpose}},
		}}
	}
	unneeded, err := p.Unneeded([]iam.Asked{ask("t:Get", a, ""), ask("t:Get", b, ""), ask("t:Put", b, ""), ask("k:Open", b, "x")})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, g := range unneeded {
		got = append(got, fmt.Sprint(g.Statement, " ", g.Action, " ", g.Resource))
	}
	// Reading b is granted twice, so neither grant alone is needed.
	want := []string{"0 t:Get " + b, "0 t:Put " + a, "1 t:G* " + b, "3 k:Open *"}
	if !slices.Equal(got, want) {
		t.Errorf("unneeded %q, want %q", got, want)
	}
	// What the resource's own policy allows needs no grant.
	g := guard(t, false, `"Effect":"Allow","Action":"t:Put","Resource":"*","Principal":"*"`)
	asked := ask("t:Put", a, "")
	asked.Guard = g
	if unneeded, err := policy(t, `"Effect":"Allow","Action":"t:Put","Resource":"*"`).Unneeded([]iam.Asked{asked}); err != nil || len(unneeded) != 1 {
		t.Errorf("%v, %v", unneeded, err)
	}
}
