package stack

import (
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"

	"github.com/winback-auto/winback/internal/aws/deployment"
	"github.com/winback-auto/winback/internal/platform/web"
)

// tokenMinutes is how long an access token lives: so long may somebody go on whom nobody has disabled in the table.
const tokenMinutes = 15

// passwordDays is how long the temporary password of an invitation is good.
const passwordDays = 7

// invitation is the mail to a new user. Cognito fills in the braces.
const invitation = `<p>Somebody at your company has invited you to Winback.</p>
<p>Sign in at <a href="%[1]s">%[1]s</a> as {username} with the temporary password {####} within %[2]d days. You will choose a
password of your own, and connect an app that makes one-time codes.</p>`

// signIns are the sign-ins of people: a pool, and the one client, the front end.
type signIns struct {
	pool   awscognito.CfnUserPool
	client awscognito.CfnUserPoolClient
}

// signIn is a pool in which nobody signs up: administrators invite. What a user may do is in the table, not here.
func signIn(s awscdk.Stack, env Environment) signIns {
	pool := awscognito.NewCfnUserPool(s, text("UserPool"), &awscognito.CfnUserPoolProps{
		UserPoolName:           text(env.Name("users")),
		UserPoolTier:           text("ESSENTIALS"),
		UsernameAttributes:     texts("email"),
		UsernameConfiguration:  &awscognito.CfnUserPool_UsernameConfigurationProperty{CaseSensitive: no},
		AutoVerifiedAttributes: texts("email"),
		AdminCreateUserConfig: &awscognito.CfnUserPool_AdminCreateUserConfigProperty{
			AllowAdminCreateUserOnly: yes,
			InviteMessageTemplate: &awscognito.CfnUserPool_InviteMessageTemplateProperty{
				EmailSubject: text("You are invited to Winback"), EmailMessage: text(fmt.Sprintf(invitation, env.AppURL, passwordDays)),
			},
		},
		Policies: &awscognito.CfnUserPool_PoliciesProperty{PasswordPolicy: &awscognito.CfnUserPool_PasswordPolicyProperty{
			MinimumLength: number(12), RequireLowercase: yes, RequireUppercase: yes, RequireNumbers: yes, RequireSymbols: yes,
			TemporaryPasswordValidityDays: number(passwordDays),
		}},
		MfaConfiguration: text("ON"),
		EnabledMfas:      texts("SOFTWARE_TOKEN_MFA"),
		AccountRecoverySetting: &awscognito.CfnUserPool_AccountRecoverySettingProperty{
			RecoveryMechanisms: list(&awscognito.CfnUserPool_RecoveryOptionProperty{Name: text("verified_email"), Priority: number(1)}),
		},
		UserAttributeUpdateSettings: &awscognito.CfnUserPool_UserAttributeUpdateSettingsProperty{AttributesRequireVerificationBeforeUpdate: texts("email")},
		EmailConfiguration: &awscognito.CfnUserPool_EmailConfigurationProperty{
			EmailSendingAccount: text("DEVELOPER"), From: text(env.Sender), SourceArn: identityARN(env),
		},
		DeletionProtection: text(map[bool]string{true: "ACTIVE", false: "INACTIVE"}[env.Keep]),
	})
	keep(pool, env)

	resource, scope, _ := strings.Cut(web.Scope, "/")
	server := awscognito.NewCfnUserPoolResourceServer(s, text("ResourceServer"), &awscognito.CfnUserPoolResourceServerProps{
		UserPoolId: pool.Ref(), Identifier: text(resource), Name: text("Winback"),
		Scopes: list(&awscognito.CfnUserPoolResourceServer_ResourceServerScopeTypeProperty{ScopeName: text(scope), ScopeDescription: text("The HTTPS interface")}),
	})
	client := awscognito.NewCfnUserPoolClient(s, text("UserPoolClient"), &awscognito.CfnUserPoolClientProps{
		UserPoolId:                      pool.Ref(),
		ClientName:                      text(env.Name("app")),
		GenerateSecret:                  no, // a page in a browser keeps none: code and PKCE
		AllowedOAuthFlowsUserPoolClient: yes,
		AllowedOAuthFlows:               texts("code"),
		AllowedOAuthScopes:              texts("openid", web.Scope),
		SupportedIdentityProviders:      texts("COGNITO"),
		CallbackUrLs:                    texts(env.AppURL + "/signed-in"),
		LogoutUrLs:                      texts(env.AppURL),
		ExplicitAuthFlows:               texts("ALLOW_REFRESH_TOKEN_AUTH"),
		PreventUserExistenceErrors:      text("ENABLED"),
		EnableTokenRevocation:           yes,
		AccessTokenValidity:             number(tokenMinutes),
		IdTokenValidity:                 number(tokenMinutes),
		RefreshTokenValidity:            number(12),
		TokenValidityUnits:              &awscognito.CfnUserPoolClient_TokenValidityUnitsProperty{AccessToken: text("minutes"), IdToken: text("minutes"), RefreshToken: text("hours")},
		ReadAttributes:                  texts("email", "email_verified", "given_name", "family_name"),
		WriteAttributes:                 texts("given_name", "family_name"),
	})
	client.AddResourceDependency(server, text("a client names scopes that are there"))
	keep(client, env)

	domain := awscognito.NewCfnUserPoolDomain(s, text("SignInDomain"), &awscognito.CfnUserPoolDomainProps{
		UserPoolId: pool.Ref(), Domain: sub(env.Name("${AWS::AccountId}")), ManagedLoginVersion: number(2),
	})
	awscognito.NewCfnManagedLoginBranding(s, text("SignInPages"), &awscognito.CfnManagedLoginBrandingProps{
		UserPoolId: pool.Ref(), ClientId: client.Ref(), UseCognitoProvidedValues: yes,
	})
	output(s, deployment.UserPoolOutput, "The pool of sign-ins.", pool.Ref())
	output(s, "UserPoolClientId", "The client id of the front end.", client.Ref())
	output(s, deployment.SignInOutput, "Where people sign in.", awscdk.Fn_Join(text(""), &[]*string{
		text("https://"), domain.Ref(), sub(".auth.${AWS::Region}.amazoncognito.com"),
	}))
	return signIns{pool, client}
}
