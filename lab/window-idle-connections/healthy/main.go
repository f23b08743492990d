// A status page whose visitors keep their connection: many sit idle between
// two refreshes, which is what keep-alive is for.
package main

import (
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"time"

	"heapwright.example/lab/internal/serve"
)

type probe struct {
	service string
	latency time.Duration
}

func probes() []probe {
	found := make([]probe, 0, 400)
	for i := 0; i < cap(found); i++ {
		found = append(found, probe{fmt.Sprintf("service-%03d", i), time.Duration(i) * time.Microsecond})
	}
	return found
}

func status(w http.ResponseWriter, _ *http.Request) {
	var page strings.Builder
	for _, p := range probes() {
		fmt.Fprintf(&page, "%-20s %8s ok\n", p.service, p.latency)
	}
	fmt.Fprint(w, page.String())
}

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /status", status)
	mux.HandleFunc("GET /hello", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, runtime.Version())
	})
	serve.Run(mux)
}
