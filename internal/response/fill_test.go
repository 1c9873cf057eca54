package response_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/response"
	"github.com/winback-auto/winback/internal/vehicle"
)

var about = response.About{
	Customer: customer.Customer{First: "Ann", Last: "Lee", Company: "Lee & Sons", Email: "ann@post.example"},
	Vehicle:  vehicle.Vehicle{Make: "Toyota", Model: "Camry", Year: 2019},
	User:     access.User{First: "Sam", Last: "Sales"},
	Company:  company.Company{Name: "Harbour Motors", Language: "en-AU"},
	Yard:     company.Yard{Name: "Sydney", Address: company.Address{City: "Sydney"}},
}

func TestVariablesSayWhatTheyAreCalled(t *testing.T) {
	for _, c := range []struct {
		body, want string
		missing    []string
	}{
		{"Hello", "Hello", nil},
		{"Hi {{customer.firstName}}!", "Hi Ann!", nil},
		{"{{ customer.firstName }}{{customer.lastName}}", "AnnLee", nil},
		{"{{customer.name}} of {{customer.company}}", "Ann Lee of Lee & Sons", nil},
		{"{{vehicle.name}}", "2019 Toyota Camry", nil},
		{"{{user.name}}, {{company.name}}, {{yard.name}}", "Sam Sales, Harbour Motors, Sydney", nil},
		{"{ {user} } }}", "{ {user} } }}", nil},
		{"Plate {{vehicle.rego}}.", "Plate .", []string{"vehicle.rego"}},
		{"Plate {{vehicle.rego}} {{vehicle.rego}}", "Plate", []string{"vehicle.rego"}},
		{"Plate {{vehicle.rego|on your car}}.", "Plate on your car.", nil},
		{"{{customer.firstName|friend}}", "Ann", nil},
		{"{{vehicle.rego| }}!", "!", []string{"vehicle.rego"}},
		{"two\r\nlines", "two\nlines", nil},
	} {
		text := response.Text{Channel: response.SMS, Body: c.body}
		if broken := text.Problems("body."); broken != nil {
			t.Errorf("%q: %v", c.body, broken)
		}
		got := text.Fill(about)
		if got.Text != c.want || !slices.Equal(got.Missing, c.missing) || got.HTML != "" || got.Size == nil {
			t.Errorf("%q: %+v, want %q, missing %v", c.body, got, c.want, c.missing)
		}
	}
}

func TestWhatIsNoVariableIsNamed(t *testing.T) {
	for body, want := range map[string][]string{
		"{{customer.password}}":                  {"body.body: names the variable {{customer.password}}, which there is not"},
		"{{a}} {{b}} {{a}}":                      {"body.body: names the variable {{a}}, which there is not", "body.body: names the variable {{b}}, which there is not"},
		"{{}}":                                   {"body.body: names the variable {{}}, which there is not"},
		"{{customer.First}}":                     {"body.body: names the variable {{customer.First}}, which there is not"},
		"{{range .}}":                            {"body.body: names the variable {{range .}}, which there is not"},
		"{{customer.firstName.Name}}":            {"body.body: names the variable {{customer.firstName.Name}}, which there is not"},
		"Hi {{customer.firstName":                {"body.body: has {{ without }} behind it"},
		"Hi {{customer.{{user.name}}":            {"body.body: has {{ inside of {{ }}"},
		"{{" + strings.Repeat("x", 200) + "}}":   {"body.body: names the variable {{" + strings.Repeat("x", 60) + "…}}, which there is not"},
		"bell \a":                                {"body.body: contains a control character"},
		"":                                       {"body.body: is empty"},
		strings.Repeat("ä", 1601):                {"body.body: has more than 1600 characters"},
		"fine {{user.name|{nobody}}} and {{no}}": {"body.body: names the variable {{no}}, which there is not"},
	} {
		var got []string
		for _, v := range (response.Text{Channel: response.SMS, Body: body}).Problems("body.") {
			got = append(got, v.Location+": "+v.Message)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%.40q: %q, want %q", body, got, want)
		}
	}
}

func TestOnlyMailsHaveSubjects(t *testing.T) {
	for _, c := range []struct {
		text response.Text
		want string
	}{
		{response.Text{Channel: response.Email, Subject: "Hi", Body: "x"}, ""},
		{response.Text{Channel: response.Email, Body: "x"}, "body.subject"},
		{response.Text{Channel: response.Email, Subject: "Hi\nBcc: all", Body: "x"}, "body.subject"},
		{response.Text{Channel: response.Email, Subject: "{{nobody}}", Body: "x"}, "body.subject"},
		{response.Text{Channel: response.Email, Subject: strings.Repeat("x", 201), Body: "x"}, "body.subject"},
		{response.Text{Channel: response.SMS, Subject: "Hi", Body: "x"}, "body.subject"},
		{response.Text{Channel: response.CallScript, Body: strings.Repeat("ä", 5000)}, ""},
		{response.Text{Channel: response.CallScript, Body: strings.Repeat("ä", 5001)}, "body.body"},
	} {
		var got string
		for _, v := range c.text.Problems("body.") {
			got += v.Location
		}
		if got != c.want {
			t.Errorf("%+.60v: %q, want %q", c.text, got, c.want)
		}
	}
}

// hostile are values that would like to be more than text.
var hostile = response.About{
	Customer: customer.Customer{First: `<script>alert("x")</script>`, Last: "{{user.email}}", Language: `de" onload="x`},
	Vehicle:  vehicle.Vehicle{Make: "a\r\nBcc: everybody@mail.example\n\nA new paragraph"},
	User:     access.User{Email: "secret@harbour.example"},
}

func TestValuesAreTextAndNothingElse(t *testing.T) {
	mail := response.Text{
		Channel: response.Email, Subject: "For {{vehicle.make}} & {{customer.lastName}}",
		Body: "Dear {{customer.firstName}} {{customer.lastName}} <b>,\n\nabout {{vehicle.make}}",
	}.Fill(hostile)
	if strings.ContainsAny(mail.Subject, "\r\n") || mail.Subject != "For a Bcc: everybody@mail.example A new paragraph & {{user.email}}" {
		t.Errorf("subject %q", mail.Subject)
	}
	if strings.Contains(mail.HTML, "<script>") || strings.Contains(mail.HTML, "<b>") || strings.Contains(mail.HTML, "secret@") || strings.Contains(mail.HTML, `onload="`) {
		t.Errorf("html %s", mail.HTML)
	}
	if strings.Count(mail.HTML, "<p ") != 2 {
		t.Errorf("a value made a paragraph of its own: %s", mail.HTML)
	}
	if !strings.Contains(mail.Text, `<script>alert("x")</script> {{user.email}} <b>`) {
		t.Errorf("plain text stays as it is: %q", mail.Text)
	}
}

func TestNoValueIsEverReadAsAText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pieces := []string{"{{", "}}", "|", "user.email", "customer.firstName", "a", " ", "\n", "<", "&", "{"}
		text := rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 12).Draw(t, "value")
		value := strings.Join(text, "")
		got := response.Text{Channel: response.Email, Subject: "x", Body: "[{{customer.firstName}}]"}.Fill(response.About{
			Customer: customer.Customer{First: value}, User: access.User{Email: "secret@harbour.example"},
		})
		if strings.Contains(got.Text, "secret@") || strings.Contains(got.HTML, "secret@") {
			t.Errorf("%q was read as a text: %q", value, got.Text)
		}
		if want := "[" + strings.Join(strings.Fields(value), " ") + "]"; got.Text != want {
			t.Errorf("%q became %q, want %q", value, got.Text, want)
		}
	})
}

func FuzzATextIsRefusedOrFilled(f *testing.F) {
	f.Add("Hi {{customer.firstName|there}}", "{{vehicle.name}}")
	f.Add("{{", "}}{{a|b|c}}")
	f.Fuzz(func(t *testing.T, subject, body string) {
		text := response.Text{Channel: response.Email, Subject: subject, Body: body}
		if text.Problems("body.") != nil {
			return
		}
		filled := text.Fill(about)
		if strings.Contains(filled.Text, "{{customer.") || strings.Contains(filled.Subject, "\n") {
			t.Errorf("%q, %q became %+v", subject, body, filled)
		}
	})
}
