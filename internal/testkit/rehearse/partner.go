package rehearse

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/winback-auto/winback/internal/partner/autograbsim"
	"github.com/winback-auto/winback/internal/partner/dmssim"
	"github.com/winback-auto/winback/internal/platform/ident"
)

// Who else is in the network.
const (
	partnerHost = "api.autograb.com.au"     // AutoGrab
	dmsHost     = "dms.harbour-motors.test" // a dealer's management system
)

// partnerStand is AutoGrab, under its real name in the network. Its controls are on loopback.
type partnerStand struct {
	simulator *autograbsim.Simulator
	server    *http.Server
	url       string // of the controls
	stop      context.CancelFunc
	running   sync.WaitGroup
}

func openPartner(ctx context.Context, c *cloud, before func(http.Handler) http.Handler) (*partnerStand, error) {
	client, err := c.client("partner")
	if err != nil {
		return nil, err
	}
	client.Timeout = 5 * time.Second
	simulator, err := autograbsim.Open(autograbsim.Options{Now: time.Now, NewID: ident.NewSource(time.Now, rand.Reader), Client: client})
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		simulator.Close()
		return nil, fmt.Errorf("rehearse: %w", err)
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	system := dmssim.New("https://" + dmsHost)
	p := &partnerStand{
		simulator: simulator, server: &http.Server{Handler: system.Beside(simulator.Handler()), ReadHeaderTimeout: time.Minute}, url: "http://" + listener.Addr().String(), stop: stop,
	}
	handler := simulator.Handler()
	if before != nil {
		handler = before(handler)
	}
	c.network.Serve(partnerHost, handler)
	c.network.Serve(dmsHost, system.Handler())
	go p.server.Serve(listener)
	p.running.Go(func() { _ = simulator.Run(running) }) // until close
	return p, nil
}

// due reports whether the partner is about to do something within a time.
func (p *partnerStand) due(within time.Duration) bool {
	next, ok := p.simulator.Next(context.Background())
	return ok && !next.After(time.Now().Add(within))
}

func (p *partnerStand) close() error {
	p.server.Close()
	p.stop()
	p.running.Wait()
	return p.simulator.Close()
}
