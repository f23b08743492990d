// A file gateway: every request opens a handle on a share and reads from it.
// Handles are closed by the request; the finalizer only catches a forgotten one.
package main

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"runtime"
	"sync"

	"heapwright.example/lab/internal/serve"
)

// session is the one connection to the file server.
type session struct {
	mu     sync.Mutex
	closes chan uint64 // close requests, sent when the server grants credit
	next   uint64
}

type handle struct {
	id      uint64
	session *session
	cache   []byte
}

func (s *session) open(path string) *handle {
	s.mu.Lock()
	s.next++
	id := s.next
	s.mu.Unlock()
	h := &handle{id: id, session: s, cache: make([]byte, 24<<10)}
	for i := range h.cache {
		h.cache[i] = path[i%len(path)]
	}
	runtime.SetFinalizer(h, (*handle).close)
	return h
}

func (h *handle) close() {
	runtime.SetFinalizer(h, nil)
	select {
	case h.session.closes <- h.id:
	default: // no credit; the server drops the handle with the connection
	}
}

func (h *handle) read(n int) []byte {
	return h.cache[:min(n, len(h.cache))]
}

// grantCredit stands in for a server that gives a first window of credit and
// then no more, because its side of the connection has gone away.
func (s *session) grantCredit(window int) {
	for i := 0; i < window; i++ {
		<-s.closes
	}
}

func main() {
	share := &session{closes: make(chan uint64)}
	go share.grantCredit(64)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /file/{name}", func(w http.ResponseWriter, r *http.Request) {
		h := share.open(r.PathValue("name"))
		defer h.close()
		fmt.Fprintln(w, h.id, base64.StdEncoding.EncodeToString(h.read(20_000)))
	})
	serve.Run(mux)
}
