package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"time"
)

// listen takes an address; name is the flag that chooses another one.
func listen(name, address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("somebody listens on %s already, perhaps another Winback; stop it, or choose another address with -%s (make: %s=…): %w",
			address, name, map[string]string{"addr": "ADDR", "partner-addr": "PARTNER_ADDR"}[name], syscall.EADDRINUSE)
	}
	if err != nil {
		return nil, fmt.Errorf("-%s: %w", name, err)
	}
	return l, nil
}

// baseURL is where programs on this machine reach a listener.
func baseURL(l net.Listener) string {
	address := l.Addr().(*net.TCPAddr)
	if address.IP.IsUnspecified() {
		return fmt.Sprintf("http://localhost:%d", address.Port)
	}
	return "http://" + address.String()
}

// newServer is a server with the bounds of one that is open to others.
func newServer(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug), // what it has to say is about clients
	}
}

// shutDown ends a server. Clients have a moment to take their answers.
func shutDown(server *http.Server) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if server.Shutdown(ctx) != nil {
		server.Close()
	}
}
