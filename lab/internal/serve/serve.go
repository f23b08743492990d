// Package serve gives every lab service the same front door: one listener on
// a loopback port, the profiling and metrics endpoints a real service would
// have, and a clean stop on SIGINT or SIGTERM.
package serve

import (
	"context"
	"encoding/json"
	"errors"
	"expvar"
	"flag"
	"fmt"
	"log"
	"math"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"os/signal"
	"runtime/metrics"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

var addr = flag.String("addr", "127.0.0.1:0", "loopback address to listen on")

// requests counts what the service did for its callers; scrapes and profile
// downloads are left out, so that memory can be compared with the work done.
var requests atomic.Uint64

// Run adds the diagnostic endpoints to mux and serves it until a signal asks
// the process to stop. It parses the command line unless the caller did.
func Run(mux *http.ServeMux) {
	if !flag.Parsed() {
		flag.Parse()
	}
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	mux.Handle("/debug/vars", expvar.Handler())
	mux.HandleFunc("/debug/metrics", RuntimeMetrics)
	mux.HandleFunc("/metrics", prometheus)

	listener, err := net.Listen("tcp", *addr)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Fprintln(os.Stderr, "listening on", listener.Addr())

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	server := &http.Server{Handler: count(mux), ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { server.Close() })
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		log.Fatal(err)
	}
}

func count(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/metrics" && !strings.HasPrefix(r.URL.Path, "/debug/") {
			requests.Add(1)
		}
		next.ServeHTTP(w, r)
	})
}

// RuntimeMetrics serves all of runtime/metrics as one JSON object: a name
// maps to a number, or for a histogram to {"counts": [...], "buckets": [...]}.
func RuntimeMetrics(w http.ResponseWriter, _ *http.Request) {
	all := metrics.All()
	samples := make([]metrics.Sample, len(all))
	for i, d := range all {
		samples[i].Name = d.Name
	}
	metrics.Read(samples)
	values := make(map[string]any, len(samples))
	for _, s := range samples {
		switch s.Value.Kind() {
		case metrics.KindUint64:
			values[s.Name] = s.Value.Uint64()
		case metrics.KindFloat64:
			values[s.Name] = number(s.Value.Float64())
		case metrics.KindFloat64Histogram:
			h := s.Value.Float64Histogram()
			buckets := make([]any, len(h.Buckets))
			for i, b := range h.Buckets {
				buckets[i] = number(b)
			}
			values[s.Name] = map[string]any{"counts": h.Counts, "buckets": buckets}
		}
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(values)
}

// number spells the values JSON has no literal for as "-Inf", "+Inf", "NaN".
func number(f float64) any {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return fmt.Sprintf("%+v", f)
	}
	return f
}
