// Package network is the internet of a rehearsal: an HTTPS proxy that ends TLS itself for the host names it knows and hands
// their requests to handlers in this process.
//
// A process takes part by two environment variables, HTTPS_PROXY and SSL_CERT_FILE; its code, addresses and certificates'
// checks are those of production. A host that nobody serves is refused and remembered, and so is what goes out in the clear.
// The user name in the proxy's address tells clients apart, so that each connection has its origin in the log.
package network

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// handshakeTime is how long a client may take from its CONNECT to the end of the TLS handshake.
const handshakeTime = 30 * time.Second

// Connection is an attempt to reach a host.
type Connection struct {
	At      time.Time
	Client  string // the user name of the proxy's address
	Host    string // without the port
	Refused string // why; empty: it was let through
}

// Network is a proxy and what lies behind it. It is safe for concurrent use.
type Network struct {
	authority *authority
	listener  net.Listener
	proxy     *http.Server
	inner     *http.Server
	accepted  *queue

	mu          sync.Mutex
	hosts       map[string]http.Handler
	connections []Connection
}

// Start listens on a free port of the loopback.
func Start() (*Network, error) {
	authority, err := newAuthority()
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("network: %w", err)
	}
	n := &Network{authority: authority, listener: listener, hosts: map[string]http.Handler{}, accepted: newQueue(listener.Addr())}
	n.proxy = &http.Server{Handler: http.HandlerFunc(n.connect), ReadHeaderTimeout: handshakeTime}
	n.inner = &http.Server{Handler: http.HandlerFunc(n.answer), ConnContext: remember, ReadHeaderTimeout: 2 * time.Minute}
	n.proxy.ErrorLog, n.inner.ErrorLog = log.New(io.Discard, "", 0), log.New(io.Discard, "", 0) // clients that go away
	go n.proxy.Serve(listener)
	go n.inner.Serve(n.accepted)
	return n, nil
}

// Close ends all connections.
func (n *Network) Close() {
	n.proxy.Close()
	n.accepted.Close()
	n.inner.Close()
}

// Serve has requests to a host answered by the handler. Its requests name the client in their context; see Client.
func (n *Network) Serve(host string, handler http.Handler) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.hosts[strings.ToLower(host)] = handler
}

// Proxy is the address for a client, the value of HTTPS_PROXY.
func (n *Network) Proxy(client string) string {
	address := url.URL{Scheme: "http", User: url.User(client), Host: n.listener.Addr().String()}
	return address.String()
}

// Certificates are the authorities to trust in PEM, the content of the file that SSL_CERT_FILE names.
func (n *Network) Certificates() []byte { return n.authority.pem }

// Connections lists the attempts so far, oldest first.
func (n *Network) Connections() []Connection {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.connections)
}

// Refused lists the attempts that led nowhere.
func (n *Network) Refused() []Connection {
	return slices.DeleteFunc(n.Connections(), func(c Connection) bool { return c.Refused == "" })
}

// note adds a connection to the log, with the handler of its host where that is known.
func (n *Network) note(client, host, refused string) http.Handler {
	n.mu.Lock()
	defer n.mu.Unlock()
	handler := n.hosts[strings.ToLower(host)]
	if handler == nil && refused == "" {
		refused = "the host is not known"
	}
	n.connections = append(n.connections, Connection{At: time.Now(), Client: client, Host: host, Refused: refused})
	if refused != "" {
		return nil
	}
	return handler
}

// connect is the proxy's side: it takes CONNECT requests and nothing else.
func (n *Network) connect(w http.ResponseWriter, r *http.Request) {
	client := clientOf(r)
	host, port, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	switch {
	case r.Method != http.MethodConnect:
		n.note(client, host, "it is not encrypted")
		http.Error(w, "network: only HTTPS goes out", http.StatusForbidden)
		return
	case port != "443":
		n.note(client, host, "port "+port+" is not open")
		http.Error(w, "network: only port 443 is open", http.StatusForbidden)
		return
	}
	handler := n.note(client, host, "")
	if handler == nil {
		http.Error(w, "network: nobody serves "+host, http.StatusBadGateway)
		return
	}
	plain, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	if buffered.Reader.Buffered() > 0 { // no client talks before it is answered
		plain.Close()
		return
	}
	if _, err := io.WriteString(plain, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		plain.Close()
		return
	}
	n.accepted.put(tls.Server(&stream{plain, client, host, handler}, n.authority.config(host)))
}

func clientOf(r *http.Request) string {
	encoded, _ := strings.CutPrefix(r.Header.Get("Proxy-Authorization"), "Basic ")
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return ""
	}
	name, _, _ := strings.Cut(string(raw), ":")
	return name
}

// stream is a connection that knows where it goes.
type stream struct {
	net.Conn
	client, host string
	handler      http.Handler
}

type streamKey struct{}

func remember(ctx context.Context, c net.Conn) context.Context {
	if secured, ok := c.(*tls.Conn); ok {
		if s, ok := secured.NetConn().(*stream); ok {
			return context.WithValue(ctx, streamKey{}, s)
		}
	}
	return ctx
}

// Client is the client whose connection a request came over.
func Client(r *http.Request) string {
	if s, ok := r.Context().Value(streamKey{}).(*stream); ok {
		return s.client
	}
	return ""
}

// answer is the hosts' side. A connection stays with the host that it was made to.
func (n *Network) answer(w http.ResponseWriter, r *http.Request) {
	s, ok := r.Context().Value(streamKey{}).(*stream)
	if !ok {
		http.Error(w, "network: a request from nowhere", http.StatusInternalServerError)
		return
	}
	if host := strings.TrimSuffix(r.Host, ":443"); !strings.EqualFold(host, s.host) {
		http.Error(w, fmt.Sprintf("network: a request to %s over a connection to %s", host, s.host), http.StatusMisdirectedRequest)
		return
	}
	s.handler.ServeHTTP(w, r)
}
