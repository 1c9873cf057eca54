package dynamosim

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// ErrNoLocal says that DynamoDB Local is not installed; `make conformance` installs it.
var ErrNoLocal = errors.New("dynamosim: DynamoDB Local is not installed, make conformance does that")

// startTime is how long DynamoDB Local may take to start.
const startTime = 60 * time.Second

// StartLocal starts DynamoDB Local with an empty store in memory, where it is installed. It runs until stop is called.
func StartLocal(ctx context.Context) (endpoint string, stop func(), err error) {
	folder, err := localFolder()
	if err != nil {
		return "", nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0") // to learn of a free port
	if err != nil {
		return "", nil, fmt.Errorf("dynamosim: %w", err)
	}
	address := listener.Addr().String()
	listener.Close()
	_, port, _ := net.SplitHostPort(address)
	command := exec.CommandContext(ctx, "java", "-Djava.library.path="+folder, "-cp", filepath.Join(folder, "*"),
		"com.amazonaws.services.dynamodbv2.local.main.ServerRunner", "-inMemory", "-port", port)
	command.Dir = folder
	if err := command.Start(); err != nil {
		return "", nil, fmt.Errorf("dynamosim: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	stop = func() {
		command.Process.Kill()
		<-ended
		ended <- nil // for a second stop
	}
	if err := answers(ctx, "http://"+address, ended); err != nil {
		stop()
		return "", nil, err
	}
	return "http://" + address, stop, nil
}

// localFolder is where `make conformance` puts it.
func localFolder() (string, error) {
	if _, err := exec.LookPath("java"); err != nil {
		return "", ErrNoLocal
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", ErrNoLocal
	}
	found, err := filepath.Glob(filepath.Join(cache, "winback", "conformance", "dynamodb-local-*", "installed"))
	if err != nil || len(found) == 0 {
		return "", ErrNoLocal
	}
	return filepath.Dir(found[len(found)-1]), nil
}

// answers waits until somebody listens.
func answers(ctx context.Context, endpoint string, ended chan error) error {
	deadline := time.After(startTime)
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, endpoint, nil)
		if err != nil {
			return fmt.Errorf("dynamosim: %w", err)
		}
		if response, err := http.DefaultClient.Do(request); err == nil {
			response.Body.Close()
			return nil
		}
		select {
		case err := <-ended:
			ended <- err
			return fmt.Errorf("dynamosim: DynamoDB Local has ended: %w", err)
		case <-deadline:
			return errors.New("dynamosim: DynamoDB Local does not answer")
		case <-time.After(100 * time.Millisecond):
		}
	}
}
