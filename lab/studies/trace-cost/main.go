// Trace-cost records an execution trace of a workload that assists, and prints what the runtime's own
// counters say of the same window.
//
//	trace-cost OUT MILLISECONDS
//
// The counters of /cpu/classes are brought up to date at the end of a cycle, so the window is that between the
// ends of two forced cycles, the first and the last of the trace.
package main

import (
	"encoding/json"
	"log"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"runtime/trace"
	"strconv"
	"sync"
	"time"
)

type node struct {
	left, right *node
	pad         [48]byte
}

func build(depth int) *node {
	if depth == 0 {
		return &node{}
	}
	return &node{left: build(depth - 1), right: build(depth - 1)}
}

type counters struct {
	AssistSec    float64 `json:"assistSec"`
	DedicatedSec float64 `json:"dedicatedSec"`
	IdleSec      float64 `json:"idleSec"`
	// On every P.
	PauseSec float64 `json:"pauseSec"`
	// Sum over the histogram of /sched/pauses/total/gc, at the lower and upper ends of its buckets.
	PausesLowSec  float64 `json:"pausesLowSec"`
	PausesHighSec float64 `json:"pausesHighSec"`
	// Exact: debug.GCStats.
	PauseTotalSec float64 `json:"pauseTotalSec"`
}

func read() counters {
	runtime.GC()
	samples := []metrics.Sample{
		{Name: "/cpu/classes/gc/mark/assist:cpu-seconds"},
		{Name: "/cpu/classes/gc/mark/dedicated:cpu-seconds"},
		{Name: "/cpu/classes/gc/mark/idle:cpu-seconds"},
		{Name: "/cpu/classes/gc/pause:cpu-seconds"},
		{Name: "/sched/pauses/total/gc:seconds"},
	}
	metrics.Read(samples)
	var gc debug.GCStats
	debug.ReadGCStats(&gc)
	c := counters{
		AssistSec:     samples[0].Value.Float64(),
		DedicatedSec:  samples[1].Value.Float64(),
		IdleSec:       samples[2].Value.Float64(),
		PauseSec:      samples[3].Value.Float64(),
		PauseTotalSec: gc.PauseTotal.Seconds(),
	}
	h := samples[4].Value.Float64Histogram()
	for i, n := range h.Counts {
		if n > 0 {
			c.PausesLowSec += float64(n) * max(0, h.Buckets[i])
			c.PausesHighSec += float64(n) * h.Buckets[i+1]
		}
	}
	return c
}

func main() {
	ms, err := strconv.Atoi(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	out, err := os.Create(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	kept := build(17)
	if err := trace.Start(out); err != nil {
		log.Fatal(err)
	}
	before := read()
	deadline := time.Now().Add(time.Duration(ms) * time.Millisecond)
	var wg sync.WaitGroup
	for range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			var last *node
			for time.Now().Before(deadline) {
				last = build(10)
				time.Sleep(200 * time.Microsecond)
			}
			runtime.KeepAlive(last)
		}()
	}
	wg.Wait()
	after := read()
	trace.Stop()
	if err := out.Close(); err != nil {
		log.Fatal(err)
	}
	runtime.KeepAlive(kept)
	printed := map[string]any{
		"go": runtime.Version(), "gomaxprocs": runtime.GOMAXPROCS(0), "before": before, "after": after,
	}
	if err := json.NewEncoder(os.Stdout).Encode(printed); err != nil {
		log.Fatal(err)
	}
}
