// A notification service: a client asks for /subscribe once and then keeps
// the connection, on which news is written when there is some.
package main

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"heapwright.example/lab/internal/serve"
)

const (
	readBytes  = 64 << 10
	writeBytes = 32 << 10
)

// peer is one subscribed connection.
type peer struct {
	conn net.Conn
	in   *bufio.Reader
	out  *bufio.Writer
}

type hub struct {
	mu    sync.Mutex
	peers map[*peer]struct{}
}

func (h *hub) subscribe(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	p := &peer{
		conn: conn,
		in:   bufio.NewReaderSize(conn, readBytes),
		out:  bufio.NewWriterSize(conn, writeBytes),
	}
	fmt.Fprint(p.out, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: news\r\nConnection: Upgrade\r\n\r\n")
	for i := 0; i < 600; i++ {
		fmt.Fprintf(p.out, "headline %d: nothing new at %s\n", i, time.Now().Format(time.TimeOnly))
	}
	p.out.Flush()
	h.mu.Lock()
	h.peers[p] = struct{}{}
	h.mu.Unlock()
	p.listen()
	h.mu.Lock()
	delete(h.peers, p)
	h.mu.Unlock()
	conn.Close()
}

// listen returns when the client has gone.
func (p *peer) listen() {
	for {
		if _, err := p.in.ReadString('\n'); err != nil {
			return
		}
	}
}

func (h *hub) count(w http.ResponseWriter, _ *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	lines := make([]string, 0, len(h.peers))
	for p := range h.peers {
		lines = append(lines, fmt.Sprintf("%s since %s", p.conn.RemoteAddr(), time.Now().Format(time.RFC3339)))
	}
	fmt.Fprintln(w, len(lines), "subscribers")
}

func main() {
	h := &hub{peers: make(map[*peer]struct{})}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /subscribe", h.subscribe)
	mux.HandleFunc("GET /count", h.count)
	serve.Run(mux)
}
