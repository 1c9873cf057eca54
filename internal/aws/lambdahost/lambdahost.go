package lambdahost

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	_ "time/tzdata" // Lambda's runtime has no zones

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/config"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Start runs the function until Lambda ends the process. It is the whole main of a Lambda.
func Start(f app.Function, drivers Drivers) {
	log := slog.New(slog.NewJSONHandler(os.Stdout, nil))
	host, err := New(context.Background(), f, drivers, os.Getenv, log)
	if err != nil {
		log.Error("the function cannot start", "function", f.Name, "error", err)
		os.Exit(1)
	}
	lambda.StartWithOptions(host)
}

// Host handles the invocations of one function.
type Host struct{ handle app.Handler }

var _ lambda.Handler = (*Host)(nil)

// New builds the function on what its environment names; get is os.Getenv. It makes no call to AWS.
func New(ctx context.Context, f app.Function, drivers Drivers, get func(string) string, log *slog.Logger) (*Host, error) {
	if err := drivers.fit(f); err != nil {
		return nil, err
	}
	env, err := read(f, get)
	if err != nil {
		return nil, err
	}
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, fmt.Errorf("lambdahost: %w", err)
	}
	return &Host{app.Handle(f, drivers.deps(f, env, cfg, log))}, nil
}

// Invoke handles one invocation, see lambda.Handler.
func (h *Host) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	return h.handle(ctx, payload)
}

// paced holds a function to its pace. Lambda gives each invocation an environment to itself, and each environment has one
// Host.
func paced(f app.Function, driver table.Driver) table.Driver {
	if pace := f.Pace(); pace > 0 {
		return table.Pace(driver, pace)
	}
	return driver
}
