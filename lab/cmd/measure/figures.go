package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// figures is one look at a service: runtime/metrics by name, /proc status in
// bytes by field name.
type figures struct {
	at      time.Time
	runtime map[string]float64
	status  map[string]float64
}

func read(base string, pid int) figures {
	f := figures{at: time.Now(), runtime: map[string]float64{}, status: map[string]float64{}}
	response, err := http.Get(base + "/debug/metrics")
	check(err)
	defer response.Body.Close()
	var all map[string]any
	check(json.NewDecoder(response.Body).Decode(&all))
	for name, value := range all {
		if n, ok := value.(float64); ok {
			f.runtime[name] = n
		}
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	check(err)
	for _, line := range strings.Split(string(text), "\n") {
		key, value, _ := strings.Cut(line, ":")
		if kib, found := strings.CutSuffix(strings.TrimSpace(value), " kB"); found {
			n, _ := strconv.ParseFloat(kib, 64)
			f.status[key] = n * 1024
		}
	}
	return f
}

// print shows levels, and the GC's rate and share of CPU since the look
// before. Idle marking is left out of both sides of the share: it is CPU time
// that nobody else wanted. The cpu classes are brought up to date only by a
// GC cycle, so the share is unknown when none has ended in between.
func (f figures) print(previous figures) {
	mib := func(names ...string) float64 {
		sum := 0.0
		for _, n := range names {
			sum += f.runtime[n]
		}
		return sum / (1 << 20)
	}
	since := func(name string) float64 { return f.runtime[name] - previous.runtime[name] }
	share := "-"
	const idle = "/cpu/classes/gc/mark/idle:cpu-seconds"
	used := since("/cpu/classes/total:cpu-seconds") - since("/cpu/classes/idle:cpu-seconds") - since(idle)
	if used > 0 {
		share = fmt.Sprintf("%.1f%%", 100*(since("/cpu/classes/gc/total:cpu-seconds")-since(idle))/used)
	}
	perSecond := 0.0
	if !previous.at.IsZero() {
		perSecond = since("/gc/cycles/total:gc-cycles") / f.at.Sub(previous.at).Seconds()
	}
	fmt.Printf("live %.1f goal %.1f objects %.1f unused %.1f free %.1f released %.1f stacks %.1f profiling %.1f other %.1f "+
		"goTotal-released %.1f | rss %.1f anon %.1f file %.1f | goroutines %.0f gc/s %.2f gcShare %s usedCPU %.2f limiter %.0f\n",
		mib("/gc/heap/live:bytes"), mib("/gc/heap/goal:bytes"), mib("/memory/classes/heap/objects:bytes"),
		mib("/memory/classes/heap/unused:bytes"), mib("/memory/classes/heap/free:bytes"),
		mib("/memory/classes/heap/released:bytes"), mib("/memory/classes/heap/stacks:bytes"),
		mib("/memory/classes/profiling/buckets:bytes"),
		mib("/memory/classes/metadata/mspan/inuse:bytes", "/memory/classes/metadata/other:bytes", "/memory/classes/other:bytes"),
		mib("/memory/classes/total:bytes")-mib("/memory/classes/heap/released:bytes"),
		f.status["VmRSS"]/(1<<20), f.status["RssAnon"]/(1<<20), f.status["RssFile"]/(1<<20),
		f.runtime["/sched/goroutines:goroutines"], perSecond, share, used, f.runtime["/gc/limiter/last-enabled:gc-cycle"])
}
