package guardrail

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/testkit/template"
)

// logged are the variables that a line of the access log may hold. Path and query have ids and tokens in them, addresses
// and claims are data about people.
var logged = []string{
	"$context.requestId", "$context.requestTime", "$context.requestTimeEpoch", "$context.routeKey", "$context.status",
	"$context.responseLatency", "$context.responseLength", "$context.integrationLatency", "$context.integrationStatus",
	"$context.integrationErrorMessage", "$context.integration.status", "$context.integration.requestId",
	"$context.authorizer.error", "$context.error.responseType",
}

func (w *World) stages() []*thing { return w.of("AWS::ApiGatewayV2::Stage") }

func g13(w *World, r *report) {
	for _, stage := range w.stages() {
		r.must(w.logGroup(stage.text("AccessLogSettings", "DestinationArn")) != nil, "%s has no access log, or one that this installation does not declare", stage)
		format := map[string]string{}
		err := json.Unmarshal([]byte(stage.text("AccessLogSettings", "Format")), &format)
		r.must(err == nil && len(format) > 0, "the access log of %s is no JSON: %v", stage, err)
		for _, field := range slices.Sorted(maps.Keys(format)) {
			r.must(slices.Contains(logged, format[field]), "the access log of %s holds %s, which may hold data of people or a token", stage, format[field])
		}
		for _, must := range []string{"$context.requestId", "$context.routeKey", "$context.status", "$context.responseLatency"} {
			r.must(slices.Contains(slices.Collect(maps.Values(format)), must), "the access log of %s lacks %s", stage, must)
		}
	}
}

func g14(w *World, r *report) {
	for _, stage := range w.stages() {
		rate, _ := stage.number("DefaultRouteSettings", "ThrottlingRateLimit")
		burst, _ := stage.number("DefaultRouteSettings", "ThrottlingBurstLimit")
		r.must(rate > 0 && burst > 0, "%s does not throttle", stage)
		for key, kind := range public {
			if kind == page {
				continue
			}
			own, _ := stage.number("RouteSettings", key, "ThrottlingRateLimit")
			ownBurst, _ := stage.number("RouteSettings", key, "ThrottlingBurstLimit")
			r.must(own > 0 && own < rate && ownBurst > 0 && ownBurst < burst, "%s throttles %s at %d/s (%d at once), must be more strictly than all others, %d/s (%d)", stage, key, own, ownBurst, rate, burst)
		}
		for key := range template.Map(stage.props, "RouteSettings") {
			r.must(w.route(key) != nil, "%s throttles %s, which is no route", stage, key)
		}
	}
}

// route is the deployed route of a key; nil where there is none.
func (w *World) route(key string) *thing {
	for _, t := range w.of("AWS::ApiGatewayV2::Route") {
		if t.text("RouteKey") == key {
			return t
		}
	}
	return nil
}

func g15(w *World, r *report) {
	var declared, open []string
	for _, f := range w.Functions {
		for _, route := range app.Routes(f) {
			key := route.Key()
			declared = append(declared, key)
			t := w.route(key)
			if t == nil {
				r.must(false, "%s of %s has no route", key, f.Name)
				continue
			}
			r.must(w.leads(t, f), "%s does not lead to %s", key, f.Name)
			if t.text("AuthorizationType") != "JWT" {
				open = append(open, key)
				continue
			}
			r.must(slices.Equal(template.Texts(t.props, "AuthorizationScopes"), []string{scope}), "%s asks for the scopes %q, must be %s: without one an ID token would do", key, template.Texts(t.props, "AuthorizationScopes"), scope)
			r.must(w.issues(t), "%s trusts no authorizer of this installation", key)
		}
	}
	r.count("routes", len(w.of("AWS::ApiGatewayV2::Route")), len(declared))
	slices.Sort(open)
	want := slices.Sorted(maps.Keys(public))
	r.must(slices.Equal(open, want), "open to everybody are\n\t%s\nmust be\n\t%s", strings.Join(open, "\n\t"), strings.Join(want, "\n\t"))
}

// leads reports whether a route ends in a function that API Gateway may invoke.
func (w *World) leads(route *thing, f app.Function) bool {
	for _, t := range w.of("AWS::ApiGatewayV2::Integration") {
		if route.text("Target") != "integrations/"+t.ref {
			continue
		}
		called := t.text("IntegrationUri")
		may := slices.ContainsFunc(w.of("AWS::Lambda::Permission"), func(p *thing) bool {
			return p.text("FunctionName") == called && p.text("Principal") == "apigateway.amazonaws.com" && p.text("SourceArn") != ""
		})
		return may && w.invokes(called, f) && t.text("PayloadFormatVersion") == "2.0" && t.text("IntegrationType") == "AWS_PROXY"
	}
	return false
}

// issues reports whether the authorizer of a route believes our own pool and client.
func (w *World) issues(route *thing) bool {
	for _, t := range w.of("AWS::ApiGatewayV2::Authorizer") {
		if t.ref != route.text("AuthorizerId") {
			continue
		}
		pools, clients := w.of("AWS::Cognito::UserPool"), w.of("AWS::Cognito::UserPoolClient")
		trusted := slices.ContainsFunc(pools, func(p *thing) bool {
			return t.text("JwtConfiguration", "Issuer") == fmt.Sprintf("https://cognito-idp.%s.amazonaws.com/%s", w.resolver.Region, p.ref)
		})
		audience := template.Texts(t.props, "JwtConfiguration", "Audience")
		known := len(audience) > 0 && !slices.ContainsFunc(audience, func(a string) bool {
			return !slices.ContainsFunc(clients, func(c *thing) bool { return c.ref == a })
		})
		return t.text("AuthorizerType") == "JWT" && trusted && known
	}
	return false
}

func g16(w *World, r *report) {
	for _, t := range w.of("AWS::ApiGatewayV2::Route") {
		key := t.text("RouteKey")
		r.must(key != "$default" && !strings.HasPrefix(key, "ANY ") && !strings.Contains(key, "+}"), "%s catches all: %s", t, key)
	}
	for _, api := range w.of("AWS::ApiGatewayV2::Api") {
		for _, origin := range template.Texts(api.props, "CorsConfiguration", "AllowOrigins") {
			exact := strings.HasPrefix(origin, "https://") || w.Disposable && strings.HasPrefix(origin, "http://localhost")
			r.must(exact && !strings.Contains(origin, "*"), "%s lets pages of %q call it", api, origin)
		}
		for _, kind := range []string{"AllowMethods", "AllowHeaders", "ExposeHeaders"} {
			r.must(!slices.Contains(template.Texts(api.props, "CorsConfiguration", kind), "*"), "%s: %s of other sites must be named", api, kind)
		}
		r.must(!api.flag("CorsConfiguration", "AllowCredentials"), "%s lets other sites use a browser's cookies; tokens are enough", api)
	}
}

func g17(w *World, r *report) {
	for key, kind := range public {
		method, path, _ := strings.Cut(key, " ")
		r.must(method == "GET" || method == "POST", "%s is open to everybody and neither shows nor acts", key)
		switch kind {
		case page:
			r.must(method == "GET" && w.route("POST "+path) == nil, "%s is a page, and has a POST beside it", key)
		case hook:
			r.must(method == "POST" && w.route("GET "+path) == nil && strings.Contains(path, "{token}"), "%s is called by a partner: POST, with a token in its path", key)
		case action:
			r.must(public["GET "+path] == action && public["POST "+path] == action, "%s needs both GET, which shows, and POST, which acts: software opens every link of a mail", key)
		}
	}
}

func g18(w *World, r *report) {
	domains := w.of("AWS::ApiGatewayV2::DomainName")
	for _, api := range w.of("AWS::ApiGatewayV2::Api") {
		mapped := slices.ContainsFunc(w.of("AWS::ApiGatewayV2::ApiMapping"), func(t *thing) bool { return t.text("ApiId") == api.ref })
		r.must(mapped == api.flag("DisableExecuteApiEndpoint"), "%s: own domain %v, address of AWS switched off %v: exactly one must be open", api, mapped, api.flag("DisableExecuteApiEndpoint"))
		r.must(mapped == (len(domains) > 0), "%s: a domain stands beside it and is not mapped to it", api)
	}
	for _, t := range domains {
		for _, c := range t.list("DomainNameConfigurations") {
			r.must(template.Text(c, "SecurityPolicy") == "TLS_1_2", "%s speaks %q, must be TLS_1_2", t, template.Text(c, "SecurityPolicy"))
		}
	}
}

// g19: an HTTP API takes no firewall of its own; one would need CloudFront in front and cost as much as the rest. Throttles,
// bounds on every body and the authorizer stand there instead. Whoever puts CloudFront there finds this rule.
func g19(w *World, r *report) {
	r.must(len(w.of("AWS::ApiGatewayV2::Api")) == 1, "there is not exactly one HTTPS interface")
	for _, t := range w.of("AWS::CloudFront::Distribution") {
		r.must(t.text("DistributionConfig", "WebACLId") != "", "%s has no firewall", t)
	}
}
