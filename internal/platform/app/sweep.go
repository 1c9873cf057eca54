package app

import (
	"context"
)

// Sweep publishes every message that a crash or a failed send left behind, or whose instant has come. It is the one
// function that may send to every topic.
var Sweep = Function{
	Name:  "outbox-sweep",
	Doc:   "Publishes messages that are due and that nobody has published.",
	Every: Every("rate(1 minute)", sweep),
	Uses:  Uses{Table: Get | BatchGet | Put, Pace: 10, SendsAll: true},
}

func sweep(ctx context.Context, d Deps) error {
	published, err := d.Outbox().Sweep(ctx)
	if published > 0 {
		d.Log.InfoContext(ctx, "swept", "items", published)
	}
	return err
}
