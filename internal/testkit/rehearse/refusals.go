package rehearse

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
)

// placeholder is a parameter in the path of a route.
var placeholder = regexp.MustCompile(`\{[^}]+\}`)

// neverGiven is an id that was never given.
const neverGiven = "01ARZ3NDEKTSV4RRFFQ69G5FAV"

// refusals sends every route that keeps its answers for repetitions a request that it must refuse, and forget.
func (p *play) refusals(ctx context.Context, _ int) error {
	var reference struct {
		Paths map[string]map[string]struct {
			Parameters []struct{ Name string }
		}
	}
	if err := (client{base: p.Winback}).get(ctx, "/openapi.json", &reference); err != nil {
		return err
	}
	for path, operations := range reference.Paths {
		post, ok := operations["post"]
		if !ok || !slices.ContainsFunc(post.Parameters, func(p struct{ Name string }) bool { return p.Name == "Idempotency-Key" }) {
			continue
		}
		for name, who := range map[string]client{"admin": p.admin, "manager": p.manager} {
			var refused *refusal
			err := who.call(ctx, http.MethodPost, placeholder.ReplaceAllString(path, neverGiven), "application/json", []byte(`{"nonsense": true}`), nil)
			if !errors.As(err, &refused) {
				return fmt.Errorf("rehearse: nonsense of the %s is not refused at %s: %w", name, path, err)
			}
			p.out.Refused[name+" "+path] = refused.status
		}
	}
	return nil
}
