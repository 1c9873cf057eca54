package stack

import (
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsses"

	"github.com/winback-auto/winback/internal/platform/app"
)

// mailFacts are the events of the provider that settle a mail, always published. A dealer's customer is not watched while
// reading: opens and clicks are published only where a function has asked for them.
var (
	mailFacts   = []string{"SEND", "DELIVERY", "DELIVERY_DELAY", "BOUNCE", "COMPLAINT", "REJECT", "RENDERING_FAILURE"}
	mailReading = map[string]string{"Email Opened": "OPEN", "Email Clicked": "CLICK"}
)

// sender is the identity that mails come from, and the configuration set that they name.
func sender(s awscdk.Stack, env Environment, functions []app.Function) {
	domain := env.SenderDomain()
	bounces := env.BounceDomain()
	identity := awsses.NewCfnEmailIdentity(s, text("Identity"), &awsses.CfnEmailIdentityProps{
		EmailIdentity:         text(domain),
		DkimAttributes:        &awsses.CfnEmailIdentity_DkimAttributesProperty{SigningEnabled: yes},
		DkimSigningAttributes: &awsses.CfnEmailIdentity_DkimSigningAttributesProperty{NextSigningKeyLength: text("RSA_2048_BIT")},
		MailFromAttributes:    &awsses.CfnEmailIdentity_MailFromAttributesProperty{MailFromDomain: text(bounces), BehaviorOnMxFailure: text("USE_DEFAULT_VALUE")},
		FeedbackAttributes:    &awsses.CfnEmailIdentity_FeedbackAttributesProperty{EmailForwardingEnabled: no},
	})
	keep(identity, env)
	set := awsses.NewCfnConfigurationSet(s, text("ConfigurationSet"), &awsses.CfnConfigurationSetProps{
		Name:               text(env.Name("mail")),
		SendingOptions:     &awsses.CfnConfigurationSet_SendingOptionsProperty{SendingEnabled: yes},
		DeliveryOptions:    &awsses.CfnConfigurationSet_DeliveryOptionsProperty{TlsPolicy: text("REQUIRE")},
		ReputationOptions:  &awsses.CfnConfigurationSet_ReputationOptionsProperty{ReputationMetricsEnabled: yes},
		SuppressionOptions: &awsses.CfnConfigurationSet_SuppressionOptionsProperty{SuppressedReasons: texts("BOUNCE", "COMPLAINT")},
	})
	awsses.NewCfnConfigurationSetEventDestination(s, text("MailEvents"), &awsses.CfnConfigurationSetEventDestinationProps{
		ConfigurationSetName: set.Ref(),
		EventDestination: &awsses.CfnConfigurationSetEventDestination_EventDestinationProperty{
			Name: text("bus"), Enabled: yes, MatchingEventTypes: texts(published(functions)...),
			EventBridgeDestination: &awsses.CfnConfigurationSetEventDestination_EventBridgeDestinationProperty{EventBusArn: arn("events", "event-bus/default")},
		},
	})
	for i, record := range [][2]*string{
		{identity.AttrDkimDnsTokenName1(), identity.AttrDkimDnsTokenValue1()},
		{identity.AttrDkimDnsTokenName2(), identity.AttrDkimDnsTokenValue2()},
		{identity.AttrDkimDnsTokenName3(), identity.AttrDkimDnsTokenValue3()},
	} {
		output(s, "Record"+string(rune('1'+i)), "DNS: signs mails (DKIM).", awscdk.Fn_Join(text(" CNAME "), &[]*string{record[0], record[1]}))
	}
	output(s, "Record4", "DNS: takes bounces.", sub(bounces+" MX 10 feedback-smtp.${AWS::Region}.amazonses.com"))
	output(s, "Record5", "DNS: says who sends (SPF).", text(bounces+` TXT "v=spf1 include:amazonses.com -all"`))
	output(s, "Record6", "DNS: says what becomes of forgeries (DMARC).", text("_dmarc."+domain+` TXT "v=DMARC1; p=quarantine; rua=mailto:`+env.Alarms+`"`))
	if Receives(functions) {
		output(s, "Record7", "DNS: takes answers.", receivingRecord(env))
	}
}

// published lists the events that the configuration set publishes.
func published(functions []app.Function) []string {
	events := slices.Clone(mailFacts)
	for _, f := range functions {
		if f.On == nil {
			continue
		}
		for _, detail := range f.On.DetailTypes {
			if event := mailReading[detail]; event != "" && !slices.Contains(events, event) {
				events = append(events, event)
			}
		}
	}
	return events
}

// identityARN and configurationSetARN name what the mail stack makes, which is there before any other stack.
func identityARN(env Environment) *string { return arn("ses", "identity/"+env.SenderDomain()) }

func configurationSetARN(env Environment) *string {
	return arn("ses", "configuration-set/"+env.Name("mail"))
}
