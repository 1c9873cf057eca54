package arch_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/testkit/arch"
)

func TestTheTreeIsAsDesigned(t *testing.T) {
	graph, err := arch.Load()
	if err != nil {
		t.Fatal(err)
	}
	if len(graph["internal/platform/table"].Files) == 0 || len(graph["internal/platform/web"].Imports) == 0 {
		t.Fatalf("the graph of %d packages lacks our own", len(graph))
	}
	for _, broken := range arch.Check(graph) {
		t.Error(broken)
	}
}

func TestEveryDoorIsOneAndIsUsed(t *testing.T) {
	graph, err := arch.Load()
	if err != nil {
		t.Fatal(err)
	}
	var doors []string
	for _, p := range graph {
		for _, file := range p.Files {
			if file.Trusted {
				doors = append(doors, file.Path)
			}
		}
	}
	for path := range arch.Doors {
		if !slices.Contains(doors, path) {
			t.Errorf("%s is listed as a door and makes no company", path)
		}
	}
}

func TestEachRuleIsEnforced(t *testing.T) {
	for _, test := range []struct {
		from, to string // an import
		want     string // part of the complaint; empty: allowed
	}{
		{"internal/lead", "internal/platform/table", ""},
		{"internal/lead", "internal/vehicle", ""},
		{"internal/lead", "internal/partner", ""},
		{"internal/lead", "internal/customer", ""},
		{"internal/lead", "internal/recapture", "the map of the domain"},
		{"internal/lead", "internal/aws/sqsqueue", "features never know adapters"},
		{"internal/lead", "internal/local/dirmail", "features never know adapters"},
		{"internal/lead", "internal/partner/autograb", "features never know adapters"},
		{"internal/lead", "internal/testkit/memtable", "test code is for tests only"},
		{"internal/lead", "internal/platform/table/tabletest", "test code is for tests only"},
		{"internal/platform/web", "internal/platform/access", ""},
		{"internal/platform/web", "internal/lead", "the platform knows neither"},
		{"internal/platform/web", "internal/vehicle", "the platform knows neither"},
		{"internal/vehicle", "internal/platform/errs", ""},
		{"internal/vehicle", "internal/lead", "the kernel knows the platform only"},
		{"internal/aws/lambdahost", "internal/aws/dynamotable", ""},
		{"internal/aws/lambdahost", "github.com/aws/aws-sdk-go-v2/service/dynamodb/types", ""},
		{"internal/aws/lambdahost", "github.com/aws/aws-sdk-go-v2/service/sqs", "a main names the others"},
		{"internal/aws/sqsqueue", "internal/aws/awserr", ""},
		{"internal/aws/lambdahost", "internal/lead", "adapters know the platform only"},
		{"internal/aws/lambdahost", "internal/local/keyfile", "adapters know the platform only"},
		{"internal/local/fleet", "internal/vehicle", ""},
		{"internal/local/localhost", "internal/lead", "adapters know the platform only"},
		{"internal/partner/autograb", "internal/partner", ""},
		{"internal/partner/autograb", "internal/partner/autograb/wire", ""},
		{"internal/partner/autograb", "internal/partner/autograbsim", "share nothing"},
		{"internal/testkit/memtable", "internal/local/pebbletable", ""},
		{"functions/local", "internal/local/localhost", ""},
		{"functions/lead-api", "internal/lead", ""},
		{"functions/lead-api", "infra/stack", "does not know how it is wired"},
		{"functions/lead-api", "internal/local/localhost", "no Lambda links what is local"},
		{"functions/lead-api", "internal/partner/autograbsim", "no Lambda links a simulator"},
		{"infra/stack", "functions", ""},
		{"infra/stack", "internal/local/localhost", "nothing local is deployed"},
		{"infra/stack", "github.com/aws/aws-cdk-go/awscdk/v2", ""},
		{"functions", "github.com/aws/aws-cdk-go/awscdk/v2", "only infra imports CDK"},
		{"internal/aws/sqsqueue", "github.com/aws/aws-sdk-go-v2/service/sqs", ""},
		{"internal/testkit/awssim", "github.com/aws/aws-sdk-go-v2/service/sqs", "only internal/aws imports the AWS SDK"},
		{"internal/local/localhost", "github.com/aws/aws-lambda-go/events", "only internal/aws/lambdahost"},
		{"internal/local/pebbledb", "github.com/cockroachdb/pebble/v2", ""},
		{"internal/partner/autograbsim", "github.com/cockroachdb/pebble/v2", ""},
		{"internal/local/dirmail", "github.com/cockroachdb/pebble/v2", "know the embedded store"},
	} {
		broken := about(arch.Check(with(test.from, test.to)), test.from)
		switch {
		case test.want == "" && len(broken) > 0:
			t.Errorf("%s → %s: %q", test.from, test.to, broken)
		case test.want != "" && !strings.Contains(strings.Join(broken, "\n"), test.want):
			t.Errorf("%s → %s: %q, want %q", test.from, test.to, broken, test.want)
		}
	}
}

func TestWhatIsLinkedCountsOverManyPackages(t *testing.T) {
	graph := arch.Graph{
		"functions/lead-api": pkg("main", "internal/lead"),
		"internal/lead":      pkg("lead", "example.com/a"),
		"example.com/a":      {Imports: []string{"github.com/cockroachdb/pebble/v2"}},
	}
	want := "functions/lead-api → internal/lead → example.com/a → github.com/cockroachdb/pebble/v2: no Lambda links what is local"
	if broken := arch.Check(graph); !slices.Contains(broken, want) {
		t.Errorf("complaints %q lack %q", broken, want)
	}
}

func TestNamesLengthsAndDoorsAreChecked(t *testing.T) {
	graph := arch.Graph{
		"internal/lead": {Name: "lead", Files: []arch.File{{Path: "internal/lead/long.go", Lines: arch.MaxLines + 1}, {Path: "internal/lead/x.go", Trusted: true}}},
		"internal/util": pkg("util"),
	}
	broken := strings.Join(arch.Check(graph), "\n")
	for _, want := range []string{"internal/lead/long.go has 401 lines", "internal/lead/x.go calls ident.Trusted", "the name util does not say"} {
		if !strings.Contains(broken, want) {
			t.Errorf("complaints lack %q:\n%s", want, broken)
		}
	}
}

func pkg(name string, imports ...string) arch.Package {
	return arch.Package{Name: name, Imports: imports, Files: []arch.File{{Path: name + ".go"}}}
}

// with is a graph in which one package imports another.
func with(from, to string) arch.Graph {
	return arch.Graph{from: pkg("x", to), to: {}}
}

// about are the complaints that begin with a package.
func about(broken []string, path string) (mine []string) {
	for _, sentence := range broken {
		if strings.HasPrefix(sentence, path+" ") {
			mine = append(mine, sentence)
		}
	}
	return mine
}
