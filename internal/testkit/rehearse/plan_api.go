package rehearse

import (
	"fmt"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/testkit/template"
)

// API is an AWS::ApiGatewayV2::Api with its routes.
type API struct {
	ID        string // as AWS would give it
	Name      string
	Endpoint  string              // https://….execute-api.….amazonaws.com
	CORS      *CORS               // nil: the API does not answer preflights
	Throttles map[string]Throttle // by route key; the one of the stage stands under the empty key
	Routes    []Route
}

// Route is an AWS::ApiGatewayV2::Route with its integration and authorizer.
type Route struct {
	Key        string // method and path: GET /v1/leads/{id}
	Function   string // ARN
	Timeout    time.Duration
	Authorizer *Authorizer // nil: the route is public
	Scopes     []string    // of which a token needs one
}

// Authorizer is an AWS::ApiGatewayV2::Authorizer of tokens.
type Authorizer struct {
	Issuer   string
	Audience []string
}

// CORS is what the API tells browsers.
type CORS struct {
	Origins, Methods, Headers, Expose []string
	Credentials                       bool
	MaxAge                            int // seconds; 0: nothing is said
}

// Throttle is a limit: requests a second, and requests at one instant.
type Throttle struct{ Rate, Burst int }

func (p *Plan) api(r *template.Resolver, of *template.Resource) error {
	props, err := newProperties(r, of)
	if err != nil {
		return err
	}
	api := API{Name: props.need("Name")}
	if api.ID, err = attribute(r, of, "Ref"); err != nil {
		return err
	}
	if api.Endpoint, err = attribute(r, of, "ApiEndpoint"); err != nil {
		return err
	}
	props.only("HTTP", "ProtocolType")
	props.only("false", "DisableExecuteApiEndpoint")
	props.ignore("Description", "IpAddressType")
	if cors := props.all["CorsConfiguration"]; cors != nil {
		props.ignore("CorsConfiguration")
		part := props.part("CorsConfiguration", cors)
		api.CORS = &CORS{
			Origins: part.list("AllowOrigins"), Methods: part.list("AllowMethods"), Headers: part.list("AllowHeaders"), Expose: part.list("ExposeHeaders"),
			Credentials: part.flag(false, "AllowCredentials"), MaxAge: part.number(0, "MaxAge"),
		}
		part.close(props)
	}
	if err := props.done(); err != nil {
		return err
	}
	if err := api.stage(r); err != nil {
		return err
	}
	if err := api.routes(r); err != nil {
		return err
	}
	p.APIs = append(p.APIs, api)
	return nil
}

// stage reads the one stage, which leaves no trace in paths.
func (api *API) stage(r *template.Resolver) error {
	for _, of := range r.App.Of("AWS::ApiGatewayV2::Stage") {
		props, err := newProperties(r, of)
		if err != nil {
			return err
		}
		if props.need("ApiId") != api.ID {
			continue
		}
		props.only("$default", "StageName")
		props.only("true", "AutoDeploy")
		props.ignore("AccessLogSettings", "Description", "DefaultRouteSettings", "RouteSettings")
		settings := template.Map(props.all, "RouteSettings")
		if settings == nil {
			settings = map[string]any{}
		}
		settings[""] = props.all["DefaultRouteSettings"]
		api.Throttles = map[string]Throttle{}
		for key, one := range settings {
			rate, limited := template.Int(one, "ThrottlingRateLimit")
			burst, _ := template.Int(one, "ThrottlingBurstLimit")
			if limited {
				api.Throttles[key] = Throttle{rate, burst}
			}
		}
		return props.done()
	}
	return fmt.Errorf("rehearse: the API %s has no stage", api.Name)
}

func (api *API) routes(r *template.Resolver) error {
	for _, of := range r.App.Of("AWS::ApiGatewayV2::Route") {
		props, err := newProperties(r, of)
		if err != nil {
			return err
		}
		if props.need("ApiId") != api.ID {
			continue
		}
		route := Route{Key: props.need("RouteKey"), Scopes: props.list("AuthorizationScopes")}
		props.ignore("OperationName")
		integration, ok := strings.CutPrefix(props.need("Target"), "integrations/")
		if !ok {
			props.fault("Target is no integration")
		}
		if err := route.integrate(r, integration); err != nil {
			return err
		}
		authorizer := props.text("AuthorizerId")
		switch kind := props.text("AuthorizationType"); {
		case kind == "JWT" && authorizer != "":
			if err := route.authorize(r, authorizer); err != nil {
				return err
			}
		case kind != "" && kind != "NONE" || authorizer != "":
			props.fault("AuthorizationType is %q; the rehearsal plays JWT with an AuthorizerId, and NONE", kind)
		}
		if err := props.done(); err != nil {
			return err
		}
		api.Routes = append(api.Routes, route)
	}
	return nil
}

// integrate reads the integration of a route.
func (route *Route) integrate(r *template.Resolver, id string) error {
	props, err := one(r, "AWS::ApiGatewayV2::Integration", id)
	if err != nil {
		return err
	}
	props.only("AWS_PROXY", "IntegrationType")
	props.only("POST", "IntegrationMethod")
	props.ignore("ApiId", "Description")
	if props.need("PayloadFormatVersion") != "2.0" {
		props.fault("PayloadFormatVersion is not 2.0")
	}
	route.Timeout = time.Duration(props.number(30_000, "TimeoutInMillis")) * time.Millisecond
	route.Function = props.need("IntegrationUri")
	// An integration may name the function itself or API Gateway's address of its invocation.
	if _, after, ok := strings.Cut(route.Function, "/functions/"); ok {
		route.Function = strings.TrimSuffix(after, "/invocations")
	}
	return props.done()
}

// authorize reads the authorizer of a route.
func (route *Route) authorize(r *template.Resolver, id string) error {
	props, err := one(r, "AWS::ApiGatewayV2::Authorizer", id)
	if err != nil {
		return err
	}
	props.ignore("ApiId", "Name")
	props.only("JWT", "AuthorizerType")
	if source := props.list("IdentitySource"); len(source) != 1 || source[0] != "$request.header.Authorization" {
		props.fault("IdentitySource is %v; the rehearsal plays $request.header.Authorization only", source)
	}
	route.Authorizer = &Authorizer{Issuer: props.need("JwtConfiguration", "Issuer"), Audience: props.list("JwtConfiguration", "Audience")}
	if len(route.Authorizer.Audience) == 0 {
		props.fault("needs an audience")
	}
	return props.done()
}

// one is the resource of a type that Ref gives an id.
func one(r *template.Resolver, kind, id string) (*properties, error) {
	for _, of := range r.App.Of(kind) {
		ref, err := attribute(r, of, "Ref")
		if err != nil {
			return nil, err
		}
		if ref == id {
			return newProperties(r, of)
		}
	}
	return nil, fmt.Errorf("rehearse: there is no %s %s", kind, id)
}
