// A traffic guard: it counts calls by client address, and starts afresh after
// each interval. At the start it is under attack from very many addresses.
package main

import (
	"encoding/json"
	"net/http"
	"sync"

	"heapwright.example/lab/internal/serve"
)

type address [16]byte

type window struct {
	calls, bytes, rejected uint64
	first, last            int64
}

type guard struct {
	mu      sync.Mutex
	clients map[address]window
}

func newGuard() *guard {
	return &guard{clients: make(map[address]window)}
}

func (g *guard) count(from address, size uint64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	w := g.clients[from]
	w.calls++
	w.bytes += size
	g.clients[from] = w
}

func (g *guard) startInterval() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for from := range g.clients {
		delete(g.clients, from)
	}
}

func (g *guard) report(w http.ResponseWriter, r *http.Request) {
	var from address
	copy(from[:], r.RemoteAddr)
	g.count(from, 1)
	g.mu.Lock()
	defer g.mu.Unlock()
	json.NewEncoder(w).Encode(struct {
		Clients int
		Padding []int
	}{len(g.clients), make([]int, 20_000)})
}

func main() {
	g := newGuard()
	for i := 0; i < 1_500_000; i++ {
		g.count(address{byte(i), byte(i >> 8), byte(i >> 16), 7}, 40)
	}
	g.startInterval()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /report", g.report)
	serve.Run(mux)
}
