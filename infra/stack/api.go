package stack

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/web"
)

// Public is the exact list of routes that answer without a token. A route that is public and not in here is not deployed.
var Public = []string{
	"GET /docs",
	"GET /l/{token}",
	"GET /openapi.json",
	"POST /l/{token}",
	"POST /webhooks/autograb/{token}",
	"POST /webhooks/leads/{token}",
}

// accessFields are what a line of the access log has: which route, and what became of it. Never the path or the query, which
// have ids and tokens in them, nor who it was.
var accessFields = []string{
	"requestId", "requestTime", "routeKey", "status", "responseLatency", "responseLength", "integrationLatency",
	"integrationStatus", "integrationErrorMessage", "authorizer.error", "error.responseType",
}

// What pages of other origins may send, and read of an answer.
var (
	sentHeaders = []string{"authorization", "content-type", "idempotency-key", "if-match"}
	readHeaders = []string{"content-disposition", "etag", "link", "location", "retry-after"}
)

// httpAPI is the HTTPS interface while it is being declared.
type httpAPI struct {
	stack      awscdk.Stack
	env        Environment
	api        awsapigatewayv2.CfnApi
	authorizer awsapigatewayv2.CfnAuthorizer
	baseURL    *string
	hooks      []awsapigatewayv2.CfnRoute
	hookKeys   []string
}

// newAPI begins the interface: its address and who may come in.
func newAPI(s awscdk.Stack, env Environment, people signIns, functions []app.Function) *httpAPI {
	api := awsapigatewayv2.NewCfnApi(s, text("Api"), &awsapigatewayv2.CfnApiProps{
		Name:                      text(env.Name("api")),
		Description:               text("The HTTPS interface; see /docs."),
		ProtocolType:              text("HTTP"),
		DisableExecuteApiEndpoint: flag(env.Domain != ""),
		CorsConfiguration: &awsapigatewayv2.CfnApi_CorsProperty{
			AllowOrigins: texts(env.AppURL), AllowMethods: texts(methods(functions)...),
			AllowHeaders: texts(sentHeaders...), ExposeHeaders: texts(readHeaders...), MaxAge: number(3600),
		},
	})
	authorizer := awsapigatewayv2.NewCfnAuthorizer(s, text("Authorizer"), &awsapigatewayv2.CfnAuthorizerProps{
		ApiId: api.Ref(), Name: text("sign-in"), AuthorizerType: text("JWT"), IdentitySource: texts("$request.header.Authorization"),
		JwtConfiguration: &awsapigatewayv2.CfnAuthorizer_JWTConfigurationProperty{
			Issuer:   join(sub("https://cognito-idp.${AWS::Region}.amazonaws.com/"), people.pool.Ref()),
			Audience: &[]*string{people.client.Ref()},
		},
	})
	a := &httpAPI{stack: s, env: env, api: api, authorizer: authorizer}
	a.baseURL = join(text("https://"), api.Ref(), sub(".execute-api.${AWS::Region}.${AWS::URLSuffix}"))
	if env.Domain != "" {
		a.baseURL = text("https://" + env.Domain)
	}
	output(s, "BaseURL", "The HTTPS interface.", a.baseURL)
	return a
}

// serve routes to a function. However many routes it has, it takes one integration and one permission.
func (a *httpAPI) serve(f function) {
	integration := awsapigatewayv2.NewCfnIntegration(a.stack, logical(f.Name, "Integration"), &awsapigatewayv2.CfnIntegrationProps{
		ApiId: a.api.Ref(), IntegrationType: text("AWS_PROXY"), IntegrationUri: f.target,
		PayloadFormatVersion: text("2.0"), TimeoutInMillis: number(int(app.MaxHTTPTimeout.Milliseconds())),
	})
	target := join(text("integrations/"), integration.Ref())
	for _, route := range app.Routes(f.Function) {
		props := &awsapigatewayv2.CfnRouteProps{ApiId: a.api.Ref(), RouteKey: text(route.Key()), Target: target, OperationName: text(route.ID)}
		public := route.Guard.Permission() == ""
		if public {
			props.AuthorizationType = text("NONE")
		} else {
			props.AuthorizationType = text("JWT")
			props.AuthorizerId = a.authorizer.Ref()
			props.AuthorizationScopes = texts(web.Scope)
		}
		made := awsapigatewayv2.NewCfnRoute(a.stack, text("Route"+strings.ToUpper(route.ID[:1])+route.ID[1:]), props)
		if public && (route.Method != "GET" || strings.Contains(route.Path, "{")) { // what has a token is worth being guessed
			a.hooks, a.hookKeys = append(a.hooks, made), append(a.hookKeys, route.Key())
		}
	}
	awslambda.NewCfnPermission(a.stack, logical(f.Name, "Permission"), &awslambda.CfnPermissionProps{
		Action: text("lambda:InvokeFunction"), FunctionName: f.target, Principal: text("apigateway.amazonaws.com"),
		SourceArn: join(sub("arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:"), a.api.Ref(), text("/*/*")),
	})
}

// open lets requests in.
func (a *httpAPI) open() {
	logs := logGroup(a.stack, a.env, text("ApiLogs"), "/aws/vendedlogs/"+a.env.Name("api"))
	format := map[string]string{}
	for _, field := range accessFields {
		format[field] = "$context." + field
	}
	settings := object{}
	for _, key := range a.hookKeys {
		settings[key] = object{"ThrottlingRateLimit": a.env.Hooks.PerSecond, "ThrottlingBurstLimit": a.env.Hooks.Burst, "DetailedMetricsEnabled": true}
	}
	stage := awsapigatewayv2.NewCfnStage(a.stack, text("ApiStage"), &awsapigatewayv2.CfnStageProps{
		ApiId: a.api.Ref(), StageName: text("$default"), AutoDeploy: yes,
		DefaultRouteSettings: &awsapigatewayv2.CfnStage_RouteSettingsProperty{
			ThrottlingRateLimit: number(a.env.Requests.PerSecond), ThrottlingBurstLimit: number(a.env.Requests.Burst), DetailedMetricsEnabled: yes,
		},
		RouteSettings:     settings,
		AccessLogSettings: &awsapigatewayv2.CfnStage_AccessLogSettingsProperty{DestinationArn: logs.AttrArn(), Format: document(format)},
	})
	for _, route := range a.hooks {
		stage.AddResourceDependency(route, text("settings of a route that is not there yet are refused"))
	}
	if a.env.Domain == "" {
		return
	}
	domain := awsapigatewayv2.NewCfnDomainName(a.stack, text("ApiDomain"), &awsapigatewayv2.CfnDomainNameProps{
		DomainName: text(a.env.Domain),
		DomainNameConfigurations: list(&awsapigatewayv2.CfnDomainName_DomainNameConfigurationProperty{
			CertificateArn: text(a.env.Certificate), EndpointType: text("REGIONAL"), SecurityPolicy: text("TLS_1_2"),
		}),
	})
	awsapigatewayv2.NewCfnApiMapping(a.stack, text("ApiMapping"), &awsapigatewayv2.CfnApiMappingProps{
		ApiId: a.api.Ref(), DomainName: domain.Ref(), Stage: stage.Ref(),
	})
	output(a.stack, "DomainRecord", "DNS: leads to the HTTPS interface.", join(text(a.env.Domain+" CNAME "), domain.AttrRegionalDomainName()))
}

// methods lists the methods of all routes, sorted.
func methods(functions []app.Function) []string {
	var all []string
	for _, f := range functions {
		for _, route := range app.Routes(f) {
			all = append(all, route.Method)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// checkPublic compares the routes that need no token with Public.
func checkPublic(functions []app.Function) error {
	var public []string
	for _, f := range functions {
		for _, route := range app.Routes(f) {
			if route.Guard.Permission() == "" {
				public = append(public, route.Key())
			}
		}
	}
	slices.Sort(public)
	if !slices.Equal(public, Public) {
		return fmt.Errorf("the routes without a token are\n\t%s\nbut stack.Public allows\n\t%s", strings.Join(public, "\n\t"), strings.Join(Public, "\n\t"))
	}
	return nil
}

func join(parts ...*string) *string { return awscdk.Fn_Join(text(""), &parts) }
