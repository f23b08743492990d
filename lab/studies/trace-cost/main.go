// Trace-cost records an execution trace of a workload that assists and reads MemStats, and prints what the
// runtime's own counters say of the same window.
//
//	trace-cost OUT MILLISECONDS
//
// The counters of /cpu/classes are brought up to date at the end of a cycle, so the window is that between the
// ends of two forced cycles, the first and the last of the trace. Stops that no GC phase asks for have no other
// source than the histograms of /sched/pauses, whose buckets are up to a quarter of their value wide.
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
	"syscall"
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
	// /sched/pauses/*, seconds at the lower and upper ends of the buckets.
	TotalGC       pauses `json:"totalGC"`
	StoppingGC    pauses `json:"stoppingGC"`
	TotalOther    pauses `json:"totalOther"`
	StoppingOther pauses `json:"stoppingOther"`
	// Exact: debug.GCStats.
	PauseTotalSec float64 `json:"pauseTotalSec"`
	Cycles        int64   `json:"cycles"`
	// Of the process, by the kernel: less than its time on Ps where others wanted the cores too.
	UsedSec float64 `json:"usedSec"`
}

func usedSec() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		log.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}

type pauses struct {
	Count   uint64  `json:"count"`
	LowSec  float64 `json:"lowSec"`
	HighSec float64 `json:"highSec"`
}

func pausesOf(sample metrics.Sample) pauses {
	var p pauses
	// Go 1.21 and older have no histogram of this name.
	if sample.Value.Kind() != metrics.KindFloat64Histogram {
		return p
	}
	h := sample.Value.Float64Histogram()
	for i, n := range h.Counts {
		if n > 0 {
			p.Count += n
			p.LowSec += float64(n) * max(0, h.Buckets[i])
			p.HighSec += float64(n) * h.Buckets[i+1]
		}
	}
	return p
}

func read() counters {
	runtime.GC()
	samples := []metrics.Sample{
		{Name: "/cpu/classes/gc/mark/assist:cpu-seconds"},
		{Name: "/cpu/classes/gc/mark/dedicated:cpu-seconds"},
		{Name: "/cpu/classes/gc/mark/idle:cpu-seconds"},
		{Name: "/cpu/classes/gc/pause:cpu-seconds"},
		{Name: "/sched/pauses/total/gc:seconds"},
		{Name: "/sched/pauses/stopping/gc:seconds"},
		{Name: "/sched/pauses/total/other:seconds"},
		{Name: "/sched/pauses/stopping/other:seconds"},
	}
	metrics.Read(samples)
	var gc debug.GCStats
	debug.ReadGCStats(&gc)
	return counters{
		AssistSec:     samples[0].Value.Float64(),
		DedicatedSec:  samples[1].Value.Float64(),
		IdleSec:       samples[2].Value.Float64(),
		PauseSec:      samples[3].Value.Float64(),
		TotalGC:       pausesOf(samples[4]),
		StoppingGC:    pausesOf(samples[5]),
		TotalOther:    pausesOf(samples[6]),
		StoppingOther: pausesOf(samples[7]),
		PauseTotalSec: gc.PauseTotal.Seconds(),
		Cycles:        gc.NumGC,
		UsedSec:       usedSec(),
	}
}

// The runtime keeps the pauses of its last 256 cycles.
func pausesSince(cycles int64) []int64 {
	var gc debug.GCStats
	debug.ReadGCStats(&gc)
	n := min(int(gc.NumGC-cycles), len(gc.Pause))
	out := make([]int64, n)
	for i := range n {
		out[i] = gc.Pause[n-1-i].Nanoseconds()
	}
	return out
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
	wg.Add(1)
	go func() {
		defer wg.Done()
		var ms runtime.MemStats
		for time.Now().Before(deadline) {
			runtime.ReadMemStats(&ms)
			time.Sleep(5 * time.Millisecond)
		}
	}()
	wg.Wait()
	after := read()
	trace.Stop()
	if err := out.Close(); err != nil {
		log.Fatal(err)
	}
	runtime.KeepAlive(kept)
	printed := map[string]any{
		"go": runtime.Version(), "gomaxprocs": runtime.GOMAXPROCS(0), "before": before, "after": after,
		// Of each cycle after the first reading, oldest first.
		"pausesNs": pausesSince(before.Cycles),
	}
	if err := json.NewEncoder(os.Stdout).Encode(printed); err != nil {
		log.Fatal(err)
	}
}
