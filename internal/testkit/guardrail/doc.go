// Package guardrail holds the rules that a synthesized installation must keep: G01 to G34 of the reliability catalogue, each
// a function over the templates that answers with sentences. (G35 needs a deployed installation.)
//
// A rule derives what must be there from the catalogue of functions, never from the code that made the template, and counts
// what it has looked at: one that has looked at nothing is broken, not kept. Where the catalogue of functions cannot know
// better (who may send mail, which routes are public), the expectation is a literal here (expected.go), so that a slip in a
// declaration meets a second opinion.
package guardrail
