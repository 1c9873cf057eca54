package guardrail

import (
	"slices"
	"strings"

	"github.com/winback-auto/winback/internal/testkit/template"
)

// settling are the events without which a mail cannot be settled or an address not be suppressed (G23).
var settling = []string{"SEND", "DELIVERY", "BOUNCE", "COMPLAINT", "REJECT", "RENDERING_FAILURE", "DELIVERY_DELAY"}

func g23(w *World, r *report) {
	sets := w.of("AWS::SES::ConfigurationSet")
	r.must(len(sets) == 1, "there are %d configuration sets, must be one", len(sets))
	for _, set := range sets {
		reasons := template.Texts(set.props, "SuppressionOptions", "SuppressedReasons")
		r.must(slices.Contains(reasons, "BOUNCE") && slices.Contains(reasons, "COMPLAINT"), "%s suppresses only after %v", set, reasons)
		r.must(set.text("DeliveryOptions", "TlsPolicy") == "REQUIRE", "%s hands over mails in the clear", set)
		r.must(set.flag("ReputationOptions", "ReputationMetricsEnabled"), "%s does not measure bounces and complaints", set)
		var events []string
		for _, d := range w.of("AWS::SES::ConfigurationSetEventDestination") {
			bus := d.text("EventDestination", "EventBridgeDestination", "EventBusArn") != ""
			if d.text("ConfigurationSetName") == set.ref && d.flag("EventDestination", "Enabled") && bus {
				events = append(events, template.Texts(d.props, "EventDestination", "MatchingEventTypes")...)
			}
		}
		for _, event := range settling {
			r.must(slices.Contains(events, event), "%s does not report %s", set, event)
		}
		w.heard(r, set)
	}
	for _, identity := range w.of("AWS::SES::EmailIdentity") {
		r.must(identity.text("DkimSigningAttributes", "NextSigningKeyLength") == "RSA_2048_BIT", "%s signs with a key of %q", identity, identity.text("DkimSigningAttributes", "NextSigningKeyLength"))
		r.must(strings.HasSuffix(identity.text("MailFromAttributes", "MailFromDomain"), "."+identity.ref), "%s bounces as %q, must be below %s", identity, identity.text("MailFromAttributes", "MailFromDomain"), identity.ref)
		records := w.records(identity.Stack)
		for _, want := range []string{"_domainkey." + identity.ref, "_dmarc." + identity.ref, "v=DMARC1", "v=spf1 include:amazonses.com", identity.text("MailFromAttributes", "MailFromDomain") + " MX"} {
			r.must(strings.Contains(records, want), "no output of %s says the record %q", identity.Stack.Name, want)
		}
	}
}

// heard checks that the reports of a configuration set reach the function that settles mails.
func (w *World) heard(r *report, set *thing) {
	for _, t := range w.of("AWS::Events::Rule") {
		tags := template.Texts(t.props, "EventPattern", "detail", "mail", "tags", "ses:configuration-set")
		if t.text("EventPattern", "source", "0") == "aws.ses" {
			r.must(len(tags) == 0 || slices.Contains(tags, set.ref), "%s listens to the configuration set %v, and mails name %s", t, tags, set.ref)
		}
	}
	for _, t := range w.of("AWS::Lambda::Function") {
		if name := t.text("Environment", "Variables", "WINBACK_MAIL_CONFIGURATION_SET"); name != "" {
			r.must(name == set.ref, "%s sends with the configuration set %s, and only %s reports", t, name, set.ref)
		}
	}
}

// records are all outputs of a stack.
func (w *World) records(of *template.Stack) string { return strings.Join(w.outputs(of), "\n") }
