package sesmail_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"

	"github.com/winback-auto/winback/internal/aws/sesmail"
	"github.com/winback-auto/winback/internal/platform/mail"
	"github.com/winback-auto/winback/internal/platform/mail/mailtest"
	"github.com/winback-auto/winback/internal/testkit/awssim"
	"github.com/winback-auto/winback/internal/testkit/iam"
)

// A role may be held to one address of one identity, through one configuration set (G21).
func TestARoleSendsFromItsAddressThroughItsConfigurationSetOnly(t *testing.T) {
	const here = "arn:aws:ses:eu-central-1:123456789012:"
	m := mailtest.Message("a")
	local, domain := "no-reply", mail.Domain(m.From)
	m.From = `"Harbour Motors" <` + local + "@" + domain + ">"
	send := func(actions, resources, from string) error {
		t.Helper()
		account := awssim.NewAccount(awssim.AccountOptions{Place: awssim.Place{Region: "eu-central-1", Account: "123456789012"}, Now: noonClock},
			awssim.NewSES(awssim.SESOptions{ConfigurationSets: []string{"winback"}, Identities: []string{domain}}))
		p, err := iam.ParseJSON(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":[` + actions + `],"Resource":[` + resources + `],
			"Condition":{"StringEquals":{"ses:FromAddress":"` + from + `"}}}]}`)
		if err != nil {
			t.Fatal(err)
		}
		role := account.RoleARN("mail-send")
		account.SetRole(role, p)
		session, err := account.Open(role, "mail-send")
		if err != nil {
			t.Fatal(err)
		}
		config := aws.Config{
			Region: "eu-central-1", HTTPClient: account.Client(),
			Credentials: credentials.NewStaticCredentialsProvider(session.AccessKeyID, session.SecretAccessKey, session.SessionToken),
		}
		sender := sesmail.New(config, "winback", time.Now, func(o *sesv2.Options) { o.BaseEndpoint = aws.String(awssim.Endpoint) })
		_, err = sender.Send(t.Context(), m)
		return err
	}
	both, identity, set := `"ses:SendEmail","ses:SendRawEmail"`, `"`+here+`identity/`+domain+`"`, `"`+here+`configuration-set/winback"`
	address := local + "@" + domain
	if err := send(both, identity+","+set, address); err != nil {
		t.Errorf("with all that it takes: %v", err)
	}
	for name, c := range map[string][3]string{
		"without raw content":           {`"ses:SendEmail"`, identity + "," + set, address},
		"without the call itself":       {`"ses:SendRawEmail"`, identity + "," + set, address},
		"without the configuration set": {both, identity, address},
		"without the identity":          {both, set, address},
		"from another address":          {both, identity + "," + set, "sales@" + domain},
	} {
		if err := send(c[0], c[1], c[2]); err == nil || !strings.Contains(err.Error(), "AccessDeniedException") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
