package rehearse

import (
	"testing"

	"github.com/winback-auto/winback/internal/testkit/dynamosim"
)

// farther is how many times as many vehicles the main job has on DynamoDB Local.
const farther = 10

// dynamoDBLocal plays a larger main job on Amazon's own DynamoDB for laptops.
func (r *rehearsal) dynamoDBLocal(t *testing.T) {
	t.Parallel()
	endpoint, stop, err := dynamosim.StartLocal(t.Context())
	if err != nil {
		t.Fatal(err) // it was asked for, so that it is not installed is no reason to pass
	}
	t.Cleanup(stop)
	options := prepare(t)
	options.DynamoDB = endpoint
	s := r.stand(t, options)
	if err := s.Seed(t.Context()); err != nil {
		t.Fatal(err)
	}
	out, err := Play(t.Context(), s.world(), farther**cars)
	if err != nil {
		t.Fatal(err)
	}
	r.say("on DynamoDB Local: " + out.String())
	alike(t, out, farther**cars)
}
