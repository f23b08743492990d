// An ingest endpoint: from each batch of log lines it remembers which tenant
// and trace it saw, to answer "did you get this trace?".
package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"heapwright.example/lab/internal/serve"
)

type seen struct {
	mu     sync.Mutex
	traces map[string]string // tenant by trace id
	newest []string          // trace ids, a ring
	next   int
}

const rememberTraces = 50_000

func (s *seen) add(trace, tenant string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.traces, s.newest[s.next])
	s.newest[s.next] = trace
	s.next = (s.next + 1) % rememberTraces
	s.traces[trace] = tenant
}

// attribute returns the value of name="value" in the text.
func attribute(text, name string) string {
	_, rest, _ := strings.Cut(text, name+`="`)
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

func (s *seen) ingest(w http.ResponseWriter, r *http.Request) {
	var body strings.Builder
	if _, err := io.Copy(&body, r.Body); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	text := body.String()
	s.add(attribute(text, "trace"), attribute(text, "tenant"))
	fmt.Fprintln(w, strings.Count(text, "\n"), "lines")
}

func main() {
	s := &seen{traces: make(map[string]string), newest: make([]string, rememberTraces)}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /ingest", s.ingest)
	mux.HandleFunc("GET /trace/{id}", func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		fmt.Fprintln(w, s.traces[r.PathValue("id")])
	})
	serve.Run(mux)
}
