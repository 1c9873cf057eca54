package template_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/winback-auto/winback/internal/testkit/template"
)

// write puts files into a folder of their own.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const jobs = `{"Resources": {
	"Zebra": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "z", "VisibilityTimeout": 180}, "DeletionPolicy": "Retain",
		"Metadata": {"aws:cdk:path": "Jobs/Zebra/Resource"}},
	"Apple": {"Type": "AWS::SQS::Queue", "DependsOn": "Zebra"},
	"Table": {"Type": "AWS::DynamoDB::Table", "DependsOn": ["Zebra", "Apple"], "Properties": {"Share": 0.5}}}}`

func TestAnAssemblyIsReadWithItsStacksInOrderOfDeployment(t *testing.T) {
	dir := write(t, map[string]string{
		"manifest.json": `{"version": "48.0.0", "artifacts": {
			"Api": {"type": "aws:cloudformation:stack", "environment": "aws://unknown-account/unknown-region",
				"properties": {"templateFile": "Api.template.json", "stackName": "app-api"}, "dependencies": ["Jobs", "Api.assets"]},
			"Api.assets": {"type": "cdk:asset-manifest"},
			"Jobs": {"type": "aws:cloudformation:stack", "environment": "aws://123456789012/ap-southeast-2",
				"properties": {"templateFile": "Jobs.template.json", "terminationProtection": true, "tags": {"owner": "us"}}},
			"Nested": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "nested"}}}}`,
		"Jobs.template.json":          jobs,
		"Api.template.json":           jobs,
		"nested/manifest.json":        `{"artifacts": {"Inner": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "Inner.template.json"}}}}`,
		"nested/Inner.template.json":  jobs,
		"nested/Unused.template.json": `{`,
	})
	app, err := template.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range app.Stacks {
		names = append(names, s.Name)
	}
	if diff := cmp.Diff([]string{"Inner", "Jobs", "app-api"}, names); diff != "" {
		t.Errorf("stacks (- wanted, + got):\n%s", diff)
	}
	s, ok := app.Stack("Jobs")
	if !ok || !s.TerminationProtection || s.Account != "123456789012" || s.Region != "ap-southeast-2" || s.Tags["owner"] != "us" || s.Size != len(jobs) {
		t.Errorf("Jobs: %+v", s)
	}
	api, ok := app.Stack("Api")
	if !ok || api.Name != "app-api" || api.Account != "" || api.Region != "" || len(app.Of("AWS::SQS::Queue")) != 6 || len(app.Resources()) != 9 {
		t.Errorf("Api: %+v", api)
	}
}

func TestResourcesKeepTheirPlaceAndTheirMembers(t *testing.T) {
	app, err := template.Parse("jobs", []byte(jobs))
	if err != nil {
		t.Fatal(err)
	}
	s := app.Stacks[0]
	var ids []string
	for _, r := range s.Resources {
		ids = append(ids, r.ID+" after "+strings.Join(r.DependsOn, "+"))
	}
	if diff := cmp.Diff([]string{"Zebra after ", "Apple after Zebra", "Table after Zebra+Apple"}, ids); diff != "" {
		t.Errorf("resources (- wanted, + got):\n%s", diff)
	}
	zebra, _ := s.Resource("Zebra")
	if zebra.DeletionPolicy != "Retain" || zebra.Path() != "Jobs/Zebra/Resource" || zebra.String() != "jobs/Zebra" {
		t.Errorf("Zebra: %+v", zebra)
	}
	if seconds, ok := template.Int(zebra.Properties, "VisibilityTimeout"); !ok || seconds != 180 {
		t.Errorf("visibility %v, %v", seconds, ok)
	}
	if table, _ := s.Resource("Table"); template.Text(table.Properties, "Share") != "0.5" {
		t.Errorf("Share is %v", table.Properties["Share"])
	}
}

func TestACloneSharesNothing(t *testing.T) {
	app, err := template.Parse("jobs", []byte(jobs))
	if err != nil {
		t.Fatal(err)
	}
	c := app.Clone()
	zebra, _ := c.Stacks[0].Resource("Zebra")
	zebra.Properties["QueueName"] = "other"
	c.Stacks[0].Remove("Apple")
	if zebra.Stack != c.Stacks[0] || len(c.Of("AWS::SQS::Queue")) != 1 {
		t.Error("the clone is not whole")
	}
	if original, _ := app.Stacks[0].Resource("Zebra"); original.Properties["QueueName"] != "z" || len(app.Of("AWS::SQS::Queue")) != 2 {
		t.Error("the original changed")
	}
	if _, ok := c.Stacks[0].Resource("Apple"); ok {
		t.Error("what was removed is still found")
	}
}

func TestWhatIsNoTemplateIsRefused(t *testing.T) {
	for _, test := range []struct{ content, want string }{
		{`{`, "unexpected EOF"},
		{`[]`, "must be a JSON object"},
		{`{}`, "needs Resources"},
		{`{"Resources": {}}`, "needs Resources"},
		{`{"Resources": {"A": {}}}`, "A: a resource needs a Type"},
		{`{"Resources": {"A": {"Type": "T", "Propertys": {}}}}`, "no member Propertys"},
		{`{"Resources": {"A": {"Type": "T"}, "A": {"Type": "T"}}}`, "A stands twice"},
		{`{"Resources": {"A": {"Type": "T", "Properties": []}}}`, "Properties: must be a JSON object"},
		{`{"Resources": {"A": {"Type": "T"}}, "Extra": 1}`, "no section Extra"},
		{`{"Resources": {"A": {"Type": "T"}}, "Parameters": {"P": {}}}`, "P: a parameter needs a Type"},
		{`{"Resources": {"A": {"Type": "T"}}, "Outputs": {"O": {}}}`, "O: an output needs a Value"},
		{`{"Resources": {"A": {"Type": "T"}}} {}`, "something follows"},
	} {
		if _, err := template.Parse("x", []byte(test.content)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.content, err, test.want)
		}
	}
	for _, test := range []struct {
		files map[string]string
		want  string
	}{
		{map[string]string{}, "manifest.json"},
		{map[string]string{"manifest.json": `{"artifacts": {}}`}, "holds no stack"},
		{map[string]string{"manifest.json": `{`}, "manifest.json: "},
		{map[string]string{"manifest.json": `{"artifacts": {"A": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "gone.json"}}}}`}, "gone.json"},
		{map[string]string{"t.json": jobs, "manifest.json": `{"artifacts": {
			"A": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "t.json"}, "dependencies": ["B"]},
			"B": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "t.json"}, "dependencies": ["A"]}}}`}, "in a circle"},
	} {
		if _, err := template.Read(write(t, test.files)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v: %v, want %q", test.files, err, test.want)
		}
	}
	if _, err := template.Read("no/such/folder"); err == nil {
		t.Error("a missing folder was read")
	}
	one, err := template.Read(filepath.Join(write(t, map[string]string{"jobs.template.json": jobs}), "jobs.template.json"))
	if err != nil || one.Stacks[0].Name != "jobs" {
		t.Errorf("a single template: %v", err)
	}
}

func TestOutputsAreFoundByName(t *testing.T) {
	app, err := template.Parse("x", []byte(`{"Resources": {"A": {"Type": "T"}}, "Outputs": {"Url": {"Value": "https://x", "Description": "where"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	if _, o, err := app.Output("Url"); err != nil || o.Value != "https://x" || o.Description != "where" {
		t.Errorf("%+v, %v", o, err)
	}
	if _, _, err := app.Output("Uri"); err == nil {
		t.Error("an unknown output was found")
	}
	app.Stacks = append(app.Stacks, app.Clone().Stacks...)
	if _, _, err := app.Output("Url"); err == nil {
		t.Error("an ambiguous output was found")
	}
}
