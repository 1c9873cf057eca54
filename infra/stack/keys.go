package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
)

// stores are what the data stack gives the functions.
type stores struct {
	table    table
	seal     awskms.CfnKey
	linkKeys awssecretsmanager.CfnSecret
	signIn   signIns
	inbox    *inbox // nil: no mails come in
}

// sealingKey is the key that seals the partners' secrets. Who may use it is said in the roles; see grants.go.
func sealingKey(s awscdk.Stack, env Environment) awskms.CfnKey {
	key := awskms.NewCfnKey(s, text("SealingKey"), &awskms.CfnKeyProps{
		Description:       text("Winback " + env.Key + ": seals the keys of partners, bound to company and purpose"),
		EnableKeyRotation: yes,
		KeyPolicy: object{
			"Version": "2012-10-17",
			"Statement": list(object{
				"Sid": "TheAccountDecidesByItsRoles", "Effect": "Allow", "Action": "kms:*", "Resource": "*",
				"Principal": object{"AWS": sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")},
			}),
		},
	})
	keep(key, env)
	awskms.NewCfnAlias(s, text("SealingKeyAlias"), &awskms.CfnAliasProps{AliasName: text("alias/" + env.Name("seal")), TargetKeyId: key.Ref()})
	return key
}

// linkKeys is the secret that links are signed with, in the form that package linkkeys reads: the first key is made here,
// further ones are added by hand.
func linkKeys(s awscdk.Stack, env Environment) awssecretsmanager.CfnSecret {
	secret := awssecretsmanager.NewCfnSecret(s, text("LinkKeys"), &awssecretsmanager.CfnSecretProps{
		Name:        text(env.Name("link-keys")),
		Description: text("Keys that sign links in mails; old ones stay, because unsubscribe links never expire."),
		GenerateSecretString: &awssecretsmanager.CfnSecret_GenerateSecretStringProperty{
			SecretStringTemplate: text(`{"id":"initial"}`), GenerateStringKey: text("secret"),
			PasswordLength: number(64), ExcludePunctuation: yes,
		},
	})
	keep(secret, env)
	return secret
}
