package guardrail

import (
	"slices"

	"github.com/google/go-cmp/cmp"

	"github.com/winback-auto/winback/internal/aws/dynamotable"
	"github.com/winback-auto/winback/internal/aws/lambdahost"
	"github.com/winback-auto/winback/internal/testkit/template"
)

// tables are all tables, of both kinds. Settings of a GlobalTable stand in its replicas; G07 asks for a plain one, so that no
// rule reads an empty answer there.
func (w *World) tables() []*thing { return w.of("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable") }

// used are the names of the tables that functions work on: one. It is not the stack's own after a restore, which makes a
// table beside it.
func (w *World) used() (names []string) {
	for _, t := range w.of("AWS::Lambda::Function") {
		if name := t.text("Environment", "Variables", lambdahost.TableVariable); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

func g07(w *World, r *report) {
	r.count("tables", len(w.tables()), 1)
	r.count("tables that functions work on", len(w.used()), 1)
	for _, t := range w.tables() {
		r.must(t.Type == "AWS::DynamoDB::Table", "%s is a %s, whose settings these rules do not know", t, t.Type)
		r.must(t.flag("PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled"), "%s cannot be restored to a point in time", t)
		r.must(t.flag("SSESpecification", "SSEEnabled"), "%s leaves open which key encrypts it", t)
		r.must(t.text("BillingMode") == "PAY_PER_REQUEST", "%s bills by %q, must be PAY_PER_REQUEST", t, t.text("BillingMode"))
		for _, kind := range []string{"MaxReadRequestUnits", "MaxWriteRequestUnits"} {
			r.must(within(t.props, 1, 40_000, "OnDemandThroughput", kind), "%s has no %s: a runaway would cost what it likes", t, kind)
			for _, index := range t.list("GlobalSecondaryIndexes") {
				r.must(within(index, 1, 40_000, "OnDemandThroughput", kind), "the index %s of %s has no %s", template.Text(index, "IndexName"), t, kind)
			}
		}
		if !w.Disposable {
			r.must(t.flag("DeletionProtectionEnabled"), "%s can be deleted by one call", t)
			r.must(t.retained(), "%s goes with its stack: DeletionPolicy and UpdateReplacePolicy must be Retain", t)
		}
	}
}

// retained reports whether a resource outlives its stack and its replacement.
func (t *thing) retained() bool {
	return t.DeletionPolicy == "Retain" && t.UpdateReplacePolicy == "Retain"
}

func g08(w *World, r *report) {
	for _, t := range w.tables() {
		r.must(t.flag("TimeToLiveSpecification", "Enabled") && t.text("TimeToLiveSpecification", "AttributeName") == dynamotable.ExpiresAttribute,
			"%s expires by %q, must be %s: ledgers, chunks and idempotency records would stay for ever", t, t.text("TimeToLiveSpecification", "AttributeName"), dynamotable.ExpiresAttribute)
	}
}

// g09 compares the table with the one that the driver's own tests run on. An index keyed by a status or a company alone is
// one partition that throttles the whole table; the due index is sharded.
func g09(w *World, r *report) {
	schema := dynamotable.Schema("")
	want := []string{""}
	for _, k := range schema.KeySchema {
		want[0] += *k.AttributeName + " " + string(k.KeyType) + ", "
	}
	for _, index := range schema.GlobalSecondaryIndexes {
		keys := *index.IndexName + ": "
		for _, k := range index.KeySchema {
			keys += *k.AttributeName + " " + string(k.KeyType) + ", "
		}
		want = append(want, keys)
	}
	for _, t := range w.tables() {
		got := []string{keys(t.props)}
		for _, index := range t.list("GlobalSecondaryIndexes") {
			got = append(got, template.Text(index, "IndexName")+": "+keys(index))
			r.must(template.Text(index, "Projection", "ProjectionType") == string(schema.GlobalSecondaryIndexes[0].Projection.ProjectionType),
				"the index %s of %s projects %q", template.Text(index, "IndexName"), t, template.Text(index, "Projection", "ProjectionType"))
		}
		r.must(slices.Equal(got, want), "the keys of %s are not those that its driver reads (- wanted, + got):\n%s", t, cmp.Diff(want, got))
		r.must(len(t.list("LocalSecondaryIndexes")) == 0, "%s has local indexes, which can never be removed", t)
	}
}

func keys(of any) (all string) {
	for _, k := range template.List(of, "KeySchema") {
		all += template.Text(k, "AttributeName") + " " + template.Text(k, "KeyType") + ", "
	}
	return all
}
