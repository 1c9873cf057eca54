package network

import (
	"net"
	"sync"
)

// queue is a listener of connections that were made elsewhere.
type queue struct {
	address net.Addr
	waiting chan net.Conn
	closed  chan struct{}
	once    sync.Once
}

func newQueue(address net.Addr) *queue {
	return &queue{address: address, waiting: make(chan net.Conn), closed: make(chan struct{})}
}

// put hands a connection to whoever accepts next; after Close it ends the connection.
func (q *queue) put(c net.Conn) {
	select {
	case q.waiting <- c:
	case <-q.closed:
		c.Close()
	}
}

func (q *queue) Accept() (net.Conn, error) {
	select {
	case c := <-q.waiting:
		return c, nil
	case <-q.closed:
		return nil, net.ErrClosed
	}
}

func (q *queue) Close() error {
	q.once.Do(func() { close(q.closed) })
	return nil
}

func (q *queue) Addr() net.Addr { return q.address }
