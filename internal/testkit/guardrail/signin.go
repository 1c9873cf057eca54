package guardrail

import (
	"slices"
	"strings"

	"github.com/winback-auto/winback/internal/testkit/template"
)

func g26(w *World, r *report) {
	pools := w.of("AWS::Cognito::UserPool")
	r.must(len(pools) == 1, "there are %d pools of sign-ins, must be one", len(pools))
	for _, t := range pools {
		r.must(t.text("MfaConfiguration") == "ON", "%s asks for a second factor: %q, must be ON", t, t.text("MfaConfiguration"))
		r.must(within(t.props, 12, 99, "Policies", "PasswordPolicy", "MinimumLength"), "%s takes passwords of %q characters, must be 12", t, t.text("Policies", "PasswordPolicy", "MinimumLength"))
		r.must(t.flag("AdminCreateUserConfig", "AllowAdminCreateUserOnly"), "anybody can sign up in %s", t)
		r.must(w.Disposable || t.text("DeletionProtection") == "ACTIVE" && t.retained(), "%s can be deleted, and everybody's second factor with it", t)
	}
	for _, t := range w.of("AWS::Cognito::UserPoolClient") {
		units := func(kind string) bool { return t.text("TokenValidityUnits", kind) == "minutes" }
		r.must(units("AccessToken") && within(t.props, 5, 15, "AccessTokenValidity"), "%s gives access tokens for %q %s, must be at most 15 minutes: so long is a disabled user still let in", t, t.text("AccessTokenValidity"), t.text("TokenValidityUnits", "AccessToken"))
		r.must(units("IdToken") && within(t.props, 5, 15, "IdTokenValidity"), "%s gives ID tokens for too long", t)
		r.must(t.has("RefreshTokenValidity") && t.text("TokenValidityUnits", "RefreshToken") != "", "%s leaves open how long one stays signed in", t)
		r.must(t.text("PreventUserExistenceErrors") == "ENABLED", "%s tells strangers who has a sign-in", t)
		r.must(t.flag("EnableTokenRevocation"), "%s cannot take back tokens", t)
		r.must(!t.flag("GenerateSecret"), "%s has a secret, which a page in a browser cannot keep", t)
		r.must(slices.Equal(template.Texts(t.props, "AllowedOAuthFlows"), []string{"code"}), "%s allows the flows %v, must be code", t, template.Texts(t.props, "AllowedOAuthFlows"))
		r.must(slices.Contains(template.Texts(t.props, "AllowedOAuthScopes"), scope), "%s cannot ask for the scope %s", t, scope)
		for _, flow := range template.Texts(t.props, "ExplicitAuthFlows") {
			r.must(flow == "ALLOW_REFRESH_TOKEN_AUTH", "%s lets one sign in past the managed pages: %s", t, flow)
		}
		for _, url := range append(template.Texts(t.props, "CallbackURLs"), template.Texts(t.props, "LogoutURLs")...) {
			r.must(strings.HasPrefix(url, "https://") || w.Disposable && strings.HasPrefix(url, "http://localhost"), "%s sends people to %s", t, url)
		}
	}
}

func g27(w *World, r *report) {
	for _, t := range w.of("AWS::Cognito::UserPoolClient") {
		written := template.Texts(t.props, "WriteAttributes")
		r.must(len(written) > 0, "%s lets users write every attribute, their company among them", t)
		for _, name := range written {
			r.must(!strings.HasPrefix(name, "custom:") && name != "email", "%s lets users write %s", t, name)
		}
	}
	for _, t := range w.of("AWS::Cognito::UserPool") {
		for _, attribute := range t.list("Schema") {
			r.must(!template.Bool(attribute, "Mutable") || !strings.Contains(template.Text(attribute, "Name"), "tenant"), "%s: the attribute %s can be changed", t, template.Text(attribute, "Name"))
		}
	}
}
