package dynamotable

import (
	"context"
	"time"
)

// Pause replaces how the driver waits.
func (d *Driver) Pause(pause func(ctx context.Context, wait time.Duration) error) { d.pause = pause }
