package kmssecret_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/winback-auto/winback/internal/aws/awserr"
	"github.com/winback-auto/winback/internal/aws/kmssecret"
	"github.com/winback-auto/winback/internal/testkit/awssim"
	"github.com/winback-auto/winback/internal/testkit/iam"
)

// A role may be held to secrets that are bound to a company and a purpose, and to nothing else (G22).
func TestARoleThatOnlyOpensWhatIsBoundOpensWhatTheSealerSeals(t *testing.T) {
	account := awssim.NewAccount(awssim.AccountOptions{Place: awssim.Place{Region: "ap-southeast-2", Account: "123456789012"}, Now: time.Now}, awssim.NewKMS("ours"))
	const key = "arn:aws:kms:ap-southeast-2:123456789012:key/ours"
	client := func(name, policy string) *kms.Client {
		t.Helper()
		p, err := iam.ParseJSON(`{"Version":"2012-10-17","Statement":[` + policy + `]}`)
		if err != nil {
			t.Fatal(err)
		}
		role := account.RoleARN(name)
		account.SetRole(role, p)
		session, err := account.Open(role, name)
		if err != nil {
			t.Fatal(err)
		}
		endpoint := awssim.Endpoint
		return kms.New(kms.Options{
			Region: "ap-southeast-2", BaseEndpoint: &endpoint, HTTPClient: account.Client(),
			Credentials: credentials.NewStaticCredentialsProvider(session.AccessKeyID, session.SecretAccessKey, session.SessionToken),
		})
	}
	bound := client("bound", `{"Effect":"Allow","Action":["kms:Encrypt","kms:Decrypt"],"Resource":"`+key+`","Condition":{
		"Null":{"kms:EncryptionContext:company":"false","kms:EncryptionContext:purpose":"false"},
		"ForAllValues:StringEquals":{"kms:EncryptionContextKeys":["company","purpose"]}}}`)
	sealer := kmssecret.New(bound, key)
	sealed, err := sealer.Seal(t.Context(), harbour, "connection:autograb", []byte("sec_7f3a"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := sealer.Open(t.Context(), harbour, "connection:autograb", sealed); err != nil || string(got) != "sec_7f3a" {
		t.Errorf("%q, %v", got, err)
	}
	text, id := []byte("x"), key
	for name, context := range map[string]map[string]string{
		"no context":     nil,
		"no company":     {"purpose": "p"},
		"a third member": {"company": "c", "purpose": "p", "more": "m"},
	} {
		if _, err := bound.Encrypt(t.Context(), &kms.EncryptInput{KeyId: &id, Plaintext: text, EncryptionContext: context}); awserr.Code(err) != "AccessDeniedException" {
			t.Errorf("%s: %v", name, err)
		}
	}
	seals := client("seals", `{"Effect":"Allow","Action":"kms:Encrypt","Resource":"`+key+`"}`)
	if _, err := kmssecret.New(seals, key).Open(t.Context(), harbour, "connection:autograb", sealed); awserr.Code(err) != "AccessDeniedException" {
		t.Errorf("whoever only seals has opened: %v", err)
	}
}
