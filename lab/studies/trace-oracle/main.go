//go:build ignore

// Trace-oracle prints what Go's own trace packages make of a trace: the summary of goroutines by start
// function, and mutator utilisation. They are internal to the standard library, so it is built as a part of
// it, without touching it:
//
//	R=$(go env GOROOT)
//	sed '/go:build ignore/d' main.go > /tmp/traceoracle.go
//	echo "{\"Replace\":{\"$R/src/cmd/traceoracle/main.go\":\"/tmp/traceoracle.go\"}}" > /tmp/overlay.json
//	(cd $R/src/cmd && go build -overlay /tmp/overlay.json -o /tmp/traceoracle cmd/traceoracle)
//	/tmp/traceoracle X.trace > X.json
//
// Background marking is left out: from the second run of a mark worker on MutatorUtilizationV2 counts it
// twice when it starts and once when it stops (Go 1.26.8).
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"internal/trace"
	"io"
	"log"
	"os"
	"time"
)

type group struct {
	Goroutines     int              `json:"goroutines"`
	ExecNs         int64            `json:"execNs"`
	SchedWaitNs    int64            `json:"schedWaitNs"`
	SyscallNs      int64            `json:"syscallNs"`
	SyscallBlockNs int64            `json:"syscallBlockNs"`
	TotalNs        int64            `json:"totalNs"`
	BlockNs        map[string]int64 `json:"blockNs"`
	RangeNs        map[string]int64 `json:"rangeNs"`
}

type window struct {
	Ns    int64     `json:"ns"`
	MMU   float64   `json:"mmu"`
	Worst []float64 `json:"worst"`
}

func main() {
	in, err := os.Open(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	r, err := trace.NewReader(bufio.NewReader(in))
	if err != nil {
		log.Fatal(err)
	}
	summarizer := trace.NewSummarizer()
	var events []trace.Event
	for {
		ev, err := r.ReadEvent()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			log.Fatal(err)
		}
		summarizer.Event(&ev)
		events = append(events, ev)
	}
	groups := map[string]*group{}
	for _, g := range summarizer.Finalize().Goroutines {
		x := groups[g.Name]
		if x == nil {
			x = &group{BlockNs: map[string]int64{}, RangeNs: map[string]int64{}}
			groups[g.Name] = x
		}
		x.Goroutines++
		x.ExecNs += int64(g.ExecTime)
		x.SchedWaitNs += int64(g.SchedWaitTime)
		x.SyscallNs += int64(g.SyscallTime)
		x.SyscallBlockNs += int64(g.SyscallBlockTime)
		x.TotalNs += int64(g.TotalTime)
		for reason, t := range g.BlockTimeByReason {
			x.BlockNs[reason] += int64(t)
		}
		for name, t := range g.RangeTime {
			x.RangeNs[name] += int64(t)
		}
	}
	utilisation := map[string][]window{}
	for name, flags := range map[string]trace.UtilFlags{
		"stw":              trace.UtilSTW,
		"assist":           trace.UtilAssist,
		"sweep":            trace.UtilSweep,
		"stw+assist+sweep": trace.UtilSTW | trace.UtilAssist | trace.UtilSweep,
	} {
		curve := trace.NewMMUCurve(trace.MutatorUtilizationV2(events, flags))
		for _, w := range []time.Duration{100 * time.Microsecond, time.Millisecond, 10 * time.Millisecond, 50 * time.Millisecond} {
			row := window{Ns: int64(w), MMU: curve.MMU(w), Worst: []float64{}}
			for _, e := range curve.Examples(w, 1) {
				row.Worst = append(row.Worst, e.MutatorUtil)
			}
			utilisation[name] = append(utilisation[name], row)
		}
	}
	out := map[string]any{"groups": groups, "utilisation": utilisation}
	if err := json.NewEncoder(os.Stdout).Encode(out); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
