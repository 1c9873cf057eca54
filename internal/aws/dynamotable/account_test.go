package dynamotable_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/winback-auto/winback/internal/aws/awserr"
	"github.com/winback-auto/winback/internal/aws/dynamotable"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/testkit/awssim"
	"github.com/winback-auto/winback/internal/testkit/dynamosim"
	"github.com/winback-auto/winback/internal/testkit/iam"
)

// These are the permissions that the driver's calls need: what the stack's grants are derived from.
func TestEachCallOfTheDriverNeedsItsOwnPermissions(t *testing.T) {
	key := func(sort string) table.Key { return table.Key{Partition: "p", Sort: sort} }
	remove := table.Op{Action: table.Delete, Item: table.Item{Key: key("gone")}}
	check := table.Op{Action: table.Check, Item: table.Item{Key: key("x")}, If: table.Condition{Test: table.Absent}}
	add := table.Op{Action: table.Add, Item: table.Item{Key: key("sum")}, Deltas: map[string]int64{"n": 1}}
	write := func(ops ...table.Op) func(*dynamotable.Driver) error {
		return func(d *dynamotable.Driver) error { return d.Write(t.Context(), ops) }
	}
	query := func(due bool) func(*dynamotable.Driver) error {
		return func(d *dynamotable.Driver) error {
			_, err := d.Query(t.Context(), table.Query{Partition: "p", Limit: 1, DueIndex: due})
			return err
		}
	}
	for name, c := range map[string]struct {
		do   func(*dynamotable.Driver) error
		want string // actions; those of the index begin with index/
	}{
		"a get": {func(d *dynamotable.Driver) error {
			_, err := d.Get(t.Context(), key("none"))
			if err != nil && strings.Contains(err.Error(), "refuses") {
				return err
			}
			return nil
		}, "GetItem"},
		"a batch get": {func(d *dynamotable.Driver) error {
			_, err := d.BatchGet(t.Context(), []table.Key{key("a")})
			return err
		}, "BatchGetItem"},
		"a query":                  {query(false), "Query"},
		"a query of the due index": {query(true), "index/Query"},
		"a put":                    {write(fresh("a", "t")), "PutItem"},
		"a delete":                 {write(remove), "DeleteItem"},
		"an add":                   {write(add), "UpdateItem"},
		"a check":                  {write(check), "GetItem"},
		"two puts":                 {write(fresh("a", "t"), fresh("b", "t")), "PutItem"},
		"a transaction of all kinds": {
			write(fresh("a", "t"), remove, check, add), "ConditionCheckItem DeleteItem PutItem UpdateItem",
		},
		"a load": {func(d *dynamotable.Driver) error { return d.Load(t.Context(), []table.Op{fresh("a", "t"), remove}) }, "BatchWriteItem"},
	} {
		t.Run(name, func(t *testing.T) {
			driver, allow := guarded(t)
			wanted := strings.Fields(c.want)
			allow(wanted...)
			if err := c.do(driver); err != nil {
				t.Errorf("with %v: %v", wanted, err)
			}
			for i := range wanted {
				driver, allow := guarded(t)
				allow(slices.Delete(slices.Clone(wanted), i, i+1)...)
				err := c.do(driver)
				if awserr.Code(err) != "AccessDeniedException" {
					t.Errorf("without %s: %v", wanted[i], err)
				}
			}
		})
	}
}

// guarded is a driver whose role may what the function says, and nothing else.
func guarded(t *testing.T) (*dynamotable.Driver, func(actions ...string)) {
	t.Helper()
	account := awssim.NewAccount(awssim.AccountOptions{Place: awssim.Place{Region: "eu-central-1", Account: "123456789012"}, Now: time.Now}, dynamosim.New(dynamosim.Options{}))
	role := account.RoleARN("lead-api")
	allow := func(actions ...string) {
		statements := []string{`{"Effect":"Deny","Action":"dynamodb:Scan","Resource":"*"}`}
		for _, action := range actions {
			resource := "arn:aws:dynamodb:eu-central-1:123456789012:table/" + tableName
			if rest, ok := strings.CutPrefix(action, "index/"); ok {
				resource, action = resource+"/index/due", rest
			}
			statements = append(statements, fmt.Sprintf(`{"Effect":"Allow","Action":"dynamodb:%s","Resource":%q}`, action, resource))
		}
		p, err := iam.ParseJSON(`{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`)
		if err != nil {
			t.Fatal(err)
		}
		account.SetRole(role, p)
	}
	p, err := iam.ParseJSON(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:CreateTable","Resource":"*"}}`)
	if err != nil {
		t.Fatal(err)
	}
	account.SetRole(role, p)
	session, err := account.Open(role, "lead-api")
	if err != nil {
		t.Fatal(err)
	}
	cfg := aws.Config{Region: "eu-central-1", Credentials: credentials.NewStaticCredentialsProvider(session.AccessKeyID, session.SecretAccessKey, session.SessionToken)}
	client := dynamotable.Client(cfg, func(o *dynamodb.Options) {
		o.BaseEndpoint = aws.String(awssim.Endpoint)
		o.HTTPClient = account.Client()
	})
	create(t, client, tableName)
	return dynamotable.New(client, tableName, time.Now), allow
}
