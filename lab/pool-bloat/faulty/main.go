// An event stream: short events, now and then a full snapshot. Encoding
// buffers come from a pool, and a stream holds its buffer until it ends.
package main

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"heapwright.example/lab/internal/serve"
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

type stream struct {
	out *bytes.Buffer
}

func openStream() *stream {
	return &stream{out: buffers.Get().(*bytes.Buffer)}
}

func (s *stream) close() {
	s.out.Reset()
	buffers.Put(s.out)
}

func (s *stream) event(n int) {
	fmt.Fprintf(s.out, "event: %d\ndata: price changed\n\n", n)
}

func (s *stream) snapshot() {
	for i := 0; i < 30_000; i++ {
		s.event(i)
	}
}

func follow(w http.ResponseWriter, r *http.Request) {
	n, _ := strconv.Atoi(r.FormValue("n"))
	s := openStream()
	defer s.close()
	if n%10 == 0 {
		s.snapshot()
	}
	for i := 0; i < 10; i++ {
		s.event(n + i)
		time.Sleep(150 * time.Millisecond)
	}
	w.Write(s.out.Bytes())
}

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /follow", follow)
	serve.Run(mux)
}
