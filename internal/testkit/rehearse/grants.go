package rehearse

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/winback-auto/winback/internal/testkit/awssim"
	"github.com/winback-auto/winback/internal/testkit/iam"
)

// Need is a grant of a role, and what it was good for.
type Need struct {
	Owner string // the function as the catalogue names it, or the role's own name where no function has it
	Grant iam.Grant
	Call  string // one that was allowed and would be denied without the grant; empty: there is none
}

// Unused reports whether nothing would have gone differently without the grant: nobody made use of it, or it is granted
// twice.
func (n Need) Unused() bool { return n.Call == "" }

func (n Need) String() string {
	return fmt.Sprintf("%s: %s on %s (%s)", n.Owner, n.Grant.Action, brief(n.Grant.Resource), n.Grant.ID)
}

// brief is what tells resources apart within an account: an ARN without partition, region and account.
func brief(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return arn
	}
	return parts[5]
}

// Needs takes every grant of a policy away in turn and decides the calls again that were allowed. What services call on
// behalf of the role counts like what its function calls: that is what it is granted for.
func Needs(owner string, policy iam.Policy, allowed []iam.Asked) ([]Need, error) {
	grants, err := policy.Grants()
	if err != nil {
		return nil, fmt.Errorf("rehearse: %s: %w", owner, err)
	}
	var needs []Need
	for _, g := range grants {
		n := Need{Owner: owner, Grant: g}
		rest := policy.Without(g)
		for _, asked := range allowed {
			d, err := iam.Decide(asked.Request, rest, asked.Guard)
			if err != nil {
				return nil, fmt.Errorf("rehearse: %s without %s: %w", owner, g, err)
			}
			if !d.Allowed {
				n.Call = asked.Request.String()
				break
			}
		}
		needs = append(needs, n)
	}
	return needs, nil
}

// Denied is a permission that was refused.
type Denied struct {
	Owner string
	awssim.Denial
}

func (d Denied) String() string {
	return fmt.Sprintf("%s: %s on %s was denied %d times: %s", d.Owner, d.Action, brief(d.Resource), d.Times, d.Sentence)
}

// owner names who has a role.
func (s *Stand) owner(role string) string {
	for _, f := range s.Plan.Functions {
		if f.Role == role {
			return program(f.Name)
		}
	}
	return role[strings.LastIndexByte(role, '/')+1:]
}

// operated is the service whose roles are not played: it shifts traffic to a release, which is no part of a rehearsal.
const operated = "codedeploy.amazonaws.com"

// NeedsOf lists the grants of all roles of the templates but those of releases, with what each was good for at any of the
// stands, which are made of the same templates.
func NeedsOf(stands ...*Stand) ([]Need, error) {
	var all []Need
	roles := stands[0].cloud.roles
	for _, arn := range slices.Sorted(maps.Keys(roles)) {
		elsewhere, err := iam.Assumable(roles[arn].properties, operated, Account, "")
		if err != nil {
			return nil, fmt.Errorf("rehearse: %s: %w", arn, err)
		}
		if elsewhere {
			continue
		}
		var allowed []iam.Asked
		for _, s := range stands {
			if _, same := s.cloud.roles[arn]; !same {
				return nil, fmt.Errorf("rehearse: the stands are not of the same templates: one has no role %s", arn)
			}
			allowed = append(allowed, s.cloud.account.Ledger().Allowed(arn)...)
		}
		needs, err := Needs(stands[0].owner(arn), roles[arn].policy, allowed)
		if err != nil {
			return nil, err
		}
		all = append(all, needs...)
	}
	return all, nil
}

// Denied lists what was refused so far.
func (s *Stand) Denied() []Denied {
	var all []Denied
	for _, d := range s.cloud.account.Ledger().Denials() {
		all = append(all, Denied{s.owner(d.Principal), d})
	}
	return all
}
