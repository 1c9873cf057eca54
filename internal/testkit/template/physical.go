package template

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// kind is what AWS answers about resources of a type. Patterns hold ${Name} (as the name property says, else made up as
// CloudFormation does; ${Lower} in lower case, as buckets are called), ${Region}, ${Account}, ${Partition}, ${ID…} (made up: the same for the same resource), and ${Ref}.
type kind struct {
	name       string // property that holds the physical name
	ref        string
	attributes map[string]string
}

const arn = "arn:${Partition}:"

var kinds = map[string]kind{
	"AWS::ApiGatewayV2::Api":                     {"", "${ID10}", map[string]string{"ApiId": "${ID10}", "ApiEndpoint": "https://${ID10}.execute-api.${Region}.amazonaws.com"}},
	"AWS::ApiGatewayV2::ApiMapping":              {"", "${ID6}", nil},
	"AWS::ApiGatewayV2::Authorizer":              {"", "${ID6}", map[string]string{"AuthorizerId": "${ID6}"}},
	"AWS::ApiGatewayV2::DomainName":              {"DomainName", "${Name}", map[string]string{"RegionalDomainName": "d-${ID10}.execute-api.${Region}.amazonaws.com", "RegionalHostedZoneId": "Z${ID13}"}},
	"AWS::ApiGatewayV2::Integration":             {"", "${ID7}", map[string]string{"IntegrationId": "${ID7}"}},
	"AWS::ApiGatewayV2::Route":                   {"", "${ID7}", map[string]string{"RouteId": "${ID7}"}},
	"AWS::ApiGatewayV2::Stage":                   {"StageName", "${Name}", nil},
	"AWS::Budgets::Budget":                       {"", "${UUID}", nil},
	"AWS::CloudWatch::Alarm":                     {"AlarmName", "${Name}", map[string]string{"Arn": arn + "cloudwatch:${Region}:${Account}:alarm:${Name}"}},
	"AWS::CloudWatch::CompositeAlarm":            {"AlarmName", "${Name}", map[string]string{"Arn": arn + "cloudwatch:${Region}:${Account}:alarm:${Name}"}},
	"AWS::CloudWatch::Dashboard":                 {"DashboardName", "${Name}", nil},
	"AWS::CodeDeploy::Application":               {"ApplicationName", "${Name}", nil},
	"AWS::CodeDeploy::DeploymentConfig":          {"DeploymentConfigName", "${Name}", nil},
	"AWS::CodeDeploy::DeploymentGroup":           {"DeploymentGroupName", "${Name}", nil},
	"AWS::Cognito::ManagedLoginBranding":         {"", "${UUID}", map[string]string{"ManagedLoginBrandingId": "${UUID}"}},
	"AWS::Cognito::UserPool":                     {"", "${Region}_${ID9}", map[string]string{"UserPoolId": "${Ref}", "Arn": arn + "cognito-idp:${Region}:${Account}:userpool/${Ref}", "ProviderName": "cognito-idp.${Region}.amazonaws.com/${Ref}", "ProviderURL": "https://cognito-idp.${Region}.amazonaws.com/${Ref}"}},
	"AWS::Cognito::UserPoolClient":               {"", "${ID26}", map[string]string{"ClientId": "${ID26}", "Name": "${Name}"}},
	"AWS::Cognito::UserPoolDomain":               {"Domain", "${Name}", map[string]string{"CloudFrontDistribution": "d${ID13}.cloudfront.net"}},
	"AWS::Cognito::UserPoolGroup":                {"GroupName", "${Name}", nil},
	"AWS::Cognito::UserPoolResourceServer":       {"Identifier", "${Name}", nil},
	"AWS::DynamoDB::GlobalTable":                 {"TableName", "${Name}", map[string]string{"Arn": arn + "dynamodb:${Region}:${Account}:table/${Name}", "TableId": "${UUID}"}},
	"AWS::DynamoDB::Table":                       {"TableName", "${Name}", map[string]string{"Arn": arn + "dynamodb:${Region}:${Account}:table/${Name}"}},
	"AWS::Events::EventBus":                      {"Name", "${Name}", map[string]string{"Arn": arn + "events:${Region}:${Account}:event-bus/${Name}", "Name": "${Name}"}},
	"AWS::Events::Rule":                          {"Name", "${Name}", map[string]string{"Arn": arn + "events:${Region}:${Account}:rule/${Name}"}},
	"AWS::IAM::ManagedPolicy":                    {"ManagedPolicyName", arn + "iam::${Account}:policy/${Name}", map[string]string{"PolicyArn": "${Ref}"}},
	"AWS::IAM::Policy":                           {"PolicyName", "${Name}", nil},
	"AWS::IAM::Role":                             {"RoleName", "${Name}", map[string]string{"Arn": arn + "iam::${Account}:role/${Name}", "RoleId": "AROA${ID17}"}},
	"AWS::KMS::Alias":                            {"AliasName", "${Name}", nil},
	"AWS::KMS::Key":                              {"", "${UUID}", map[string]string{"Arn": arn + "kms:${Region}:${Account}:key/${UUID}", "KeyId": "${UUID}"}},
	"AWS::Lambda::Alias":                         {"Name", "${FunctionName}:${Name}", map[string]string{"AliasArn": "${FunctionName}:${Name}"}},
	"AWS::Lambda::EventInvokeConfig":             {"", "${UUID}", nil},
	"AWS::Lambda::EventSourceMapping":            {"", "${UUID}", map[string]string{"Id": "${UUID}", "EventSourceMappingArn": arn + "lambda:${Region}:${Account}:event-source-mapping:${UUID}"}},
	"AWS::Lambda::Function":                      {"FunctionName", "${Name}", map[string]string{"Arn": arn + "lambda:${Region}:${Account}:function:${Name}"}},
	"AWS::Lambda::Permission":                    {"", "${ID26}", map[string]string{"Id": "${ID26}"}},
	"AWS::Lambda::Version":                       {"", "${FunctionName}:1", map[string]string{"Version": "1", "FunctionArn": "${FunctionName}:1"}},
	"AWS::Logs::LogGroup":                        {"LogGroupName", "${Name}", map[string]string{"Arn": arn + "logs:${Region}:${Account}:log-group:${Name}:*"}},
	"AWS::Logs::MetricFilter":                    {"FilterName", "${Name}", nil},
	"AWS::Logs::ResourcePolicy":                  {"PolicyName", "${Name}", nil},
	"AWS::S3::Bucket":                            {"BucketName", "${Lower}", map[string]string{"Arn": arn + "s3:::${Lower}", "DomainName": "${Lower}.s3.amazonaws.com", "RegionalDomainName": "${Lower}.s3.${Region}.amazonaws.com"}},
	"AWS::S3::BucketPolicy":                      {"", "${ID26}", nil},
	"AWS::SES::ReceiptRule":                      {"", "${Rule}", nil},
	"AWS::SES::ReceiptRuleSet":                   {"RuleSetName", "${Name}", nil},
	"AWS::SES::ConfigurationSet":                 {"Name", "${Name}", nil},
	"AWS::SES::ConfigurationSetEventDestination": {"", "${ID10}", map[string]string{"Id": "${ID10}"}},
	"AWS::SES::EmailIdentity": {"EmailIdentity", "${Name}", map[string]string{
		"DkimDNSTokenName1": "${ID31}1._domainkey.${Name}", "DkimDNSTokenValue1": "${ID31}1.dkim.amazonses.com",
		"DkimDNSTokenName2": "${ID31}2._domainkey.${Name}", "DkimDNSTokenValue2": "${ID31}2.dkim.amazonses.com",
		"DkimDNSTokenName3": "${ID31}3._domainkey.${Name}", "DkimDNSTokenValue3": "${ID31}3.dkim.amazonses.com",
	}},
	"AWS::SNS::Subscription":        {"", arn + "sns:${Region}:${Account}:${Name}:${UUID}", map[string]string{"Arn": "${Ref}"}},
	"AWS::SNS::Topic":               {"TopicName", arn + "sns:${Region}:${Account}:${Name}", map[string]string{"TopicArn": "${Ref}", "TopicName": "${Name}"}},
	"AWS::SNS::TopicPolicy":         {"", "${ID26}", nil},
	"AWS::SQS::Queue":               {"QueueName", "https://sqs.${Region}.amazonaws.com/${Account}/${Name}", map[string]string{"QueueUrl": "${Ref}", "QueueName": "${Name}", "Arn": arn + "sqs:${Region}:${Account}:${Name}"}},
	"AWS::SQS::QueuePolicy":         {"", "${ID26}", nil},
	"AWS::Scheduler::Schedule":      {"Name", "${Name}", map[string]string{"Arn": arn + "scheduler:${Region}:${Account}:schedule/${GroupName}/${Name}"}},
	"AWS::Scheduler::ScheduleGroup": {"Name", "${Name}", map[string]string{"Arn": arn + "scheduler:${Region}:${Account}:schedule-group/${Name}"}},
	"AWS::SecretsManager::Secret":   {"Name", arn + "secretsmanager:${Region}:${Account}:secret:${Name}-${ID6}", map[string]string{"Id": "${Ref}"}},
}

// Physical is what AWS answers to Ref (as the name "Ref") and Fn::GetAtt. Names are those of the template; what AWS makes
// up (ids of pools and keys, suffixes of secrets) follows from stack and logical id, so it is the same in every run.
func (r *Resolver) Physical(of *Resource, name string) (any, error) {
	k, ok := kinds[of.Type]
	if !ok {
		return nil, fmt.Errorf("%s of %s: nothing is known about resources of type %s", name, of.ID, of.Type)
	}
	if name == "Ref" {
		return r.fill(of, k, k.ref)
	}
	pattern, ok := k.attributes[name]
	if !ok {
		return nil, fmt.Errorf("%s of %s: no such attribute of %s is known", name, of.ID, of.Type)
	}
	return r.fill(of, k, pattern)
}

func (r *Resolver) fill(of *Resource, k kind, pattern string) (string, error) {
	var out strings.Builder
	for {
		before, after, found := strings.Cut(pattern, "${")
		out.WriteString(before)
		if !found {
			return out.String(), nil
		}
		name, rest, _ := strings.Cut(after, "}")
		value, err := r.part(of, k, name)
		if err != nil {
			return "", err
		}
		out.WriteString(value)
		pattern = rest
	}
}

func (r *Resolver) part(of *Resource, k kind, name string) (string, error) {
	seed := of.String()
	switch name {
	case "Region":
		return r.Region, nil
	case "Account":
		return r.Account, nil
	case "Partition":
		return r.Partition, nil
	case "Ref":
		return r.fill(of, k, k.ref)
	case "UUID":
		return uuid(seed), nil
	case "FunctionName":
		return r.function(of)
	case "GroupName":
		return r.property(of, name, "default")
	case "Lower":
		name, err := r.part(of, k, "Name")
		return strings.ToLower(name), err
	case "Rule":
		v, err := r.Property(of, "Rule", "Name")
		name, _ := text(v)
		if err == nil && name == "" {
			name = of.ID
		}
		return name, err
	case "Name":
		made := of.Stack.Name + "-" + of.ID + "-" + made(seed, 12)
		if k.name == "" {
			return made, nil
		}
		return r.property(of, k.name, made)
	}
	var length int
	if _, err := fmt.Sscanf(name, "ID%d", &length); err != nil {
		return "", fmt.Errorf("pattern of %s: %s", of.Type, name)
	}
	return made(seed, length), nil
}

// property is a text among the properties of a resource, or what stands in for it.
func (r *Resolver) property(of *Resource, name, otherwise string) (string, error) {
	v, err := r.Property(of, name)
	if err != nil || v == nil {
		return otherwise, err
	}
	s, ok := text(v)
	if !ok {
		return "", fmt.Errorf("%s of %s is no text", name, of.ID)
	}
	return s, nil
}

// function is the ARN of the function that a version or alias belongs to, whichever way the template names it.
func (r *Resolver) function(of *Resource) (string, error) {
	name, err := r.property(of, "FunctionName", "")
	if err != nil || strings.HasPrefix(name, "arn:") {
		return name, err
	}
	return fmt.Sprintf("arn:%s:lambda:%s:%s:function:%s", r.Partition, r.Region, r.Account, name), nil
}

// Known lists the types whose references can be resolved, sorted.
func Known() []string {
	var types []string
	for t := range kinds {
		types = append(types, t)
	}
	slices.Sort(types)
	return types
}

// AttributesOf lists what can be asked of a type, sorted; Ref is always among it.
func AttributesOf(kind string) []string {
	names := []string{"Ref"}
	for name := range kinds[kind].attributes {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// made is an id of lower case letters and digits that follows from a seed.
func made(seed string, length int) string {
	sum := sha256.Sum256([]byte(seed))
	id := new(big.Int).SetBytes(sum[:]).Text(36)
	for len(id) < length {
		id += id
	}
	return id[:length]
}

func uuid(seed string) string {
	sum := sha256.Sum256([]byte(seed))
	h := hex.EncodeToString(sum[:16])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:32]
}
