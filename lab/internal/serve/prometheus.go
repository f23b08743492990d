package serve

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"strings"
	"time"
)

// prometheus writes the text exposition format with the names and types that
// client_golang's default Go and process collectors give these figures, so
// that a scrape of a lab service looks like a scrape of a real one.
func prometheus(w http.ResponseWriter, _ *http.Request) {
	var page bytes.Buffer
	put := func(kind, name string, value float64) {
		fmt.Fprintf(&page, "# TYPE %s %s\n%s %s\n", name, kind, name, strconv.FormatFloat(value, 'g', -1, 64))
	}
	goCollector(&page, put)
	processCollector(put)
	put("counter", "http_requests_total", float64(requests.Load()))
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	w.Write(page.Bytes())
}

func goCollector(page *bytes.Buffer, put func(kind, name string, value float64)) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	gc := debug.GCStats{PauseQuantiles: make([]time.Duration, 5)}
	debug.ReadGCStats(&gc)
	threads, _ := runtime.ThreadCreateProfile(nil)

	fmt.Fprintln(page, "# TYPE go_gc_duration_seconds summary")
	for i, q := range gc.PauseQuantiles {
		fmt.Fprintf(page, "go_gc_duration_seconds{quantile=\"%g\"} %g\n", float64(i)/4, q.Seconds())
	}
	fmt.Fprintf(page, "go_gc_duration_seconds_sum %g\n", gc.PauseTotal.Seconds())
	fmt.Fprintf(page, "go_gc_duration_seconds_count %d\n", gc.NumGC)
	fmt.Fprintf(page, "# TYPE go_info gauge\ngo_info{version=%q} 1\n", runtime.Version())

	settings := []metrics.Sample{{Name: "/gc/gogc:percent"}, {Name: "/gc/gomemlimit:bytes"}}
	metrics.Read(settings)
	put("gauge", "go_gc_gogc_percent", float64(settings[0].Value.Uint64()))
	put("gauge", "go_gc_gomemlimit_bytes", float64(settings[1].Value.Uint64()))
	put("gauge", "go_goroutines", float64(runtime.NumGoroutine()))
	put("gauge", "go_threads", float64(threads))
	put("gauge", "go_sched_gomaxprocs_threads", float64(runtime.GOMAXPROCS(0)))
	put("gauge", "go_memstats_alloc_bytes", float64(m.Alloc))
	put("counter", "go_memstats_alloc_bytes_total", float64(m.TotalAlloc))
	put("gauge", "go_memstats_buck_hash_sys_bytes", float64(m.BuckHashSys))
	put("counter", "go_memstats_frees_total", float64(m.Frees))
	put("gauge", "go_memstats_gc_sys_bytes", float64(m.GCSys))
	put("gauge", "go_memstats_heap_alloc_bytes", float64(m.HeapAlloc))
	put("gauge", "go_memstats_heap_idle_bytes", float64(m.HeapIdle))
	put("gauge", "go_memstats_heap_inuse_bytes", float64(m.HeapInuse))
	put("gauge", "go_memstats_heap_objects", float64(m.HeapObjects))
	put("gauge", "go_memstats_heap_released_bytes", float64(m.HeapReleased))
	put("gauge", "go_memstats_heap_sys_bytes", float64(m.HeapSys))
	put("gauge", "go_memstats_last_gc_time_seconds", float64(m.LastGC)/1e9)
	put("counter", "go_memstats_mallocs_total", float64(m.Mallocs))
	put("gauge", "go_memstats_mcache_inuse_bytes", float64(m.MCacheInuse))
	put("gauge", "go_memstats_mcache_sys_bytes", float64(m.MCacheSys))
	put("gauge", "go_memstats_mspan_inuse_bytes", float64(m.MSpanInuse))
	put("gauge", "go_memstats_mspan_sys_bytes", float64(m.MSpanSys))
	put("gauge", "go_memstats_next_gc_bytes", float64(m.NextGC))
	put("gauge", "go_memstats_other_sys_bytes", float64(m.OtherSys))
	put("gauge", "go_memstats_stack_inuse_bytes", float64(m.StackInuse))
	put("gauge", "go_memstats_stack_sys_bytes", float64(m.StackSys))
	put("gauge", "go_memstats_sys_bytes", float64(m.Sys))
}

// processCollector reads /proc/self; on a system without it the process_*
// metrics are absent, as they are with client_golang.
func processCollector(put func(kind, name string, value float64)) {
	stat, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return
	}
	// The command name (field 2) may contain spaces, so count from its ")".
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	field := func(n int) float64 { // n as numbered in proc_pid_stat(5)
		v, _ := strconv.ParseFloat(fields[n-3], 64)
		return v
	}
	const ticksPerSecond = 100 // USER_HZ, fixed by the Linux ABI that Go supports
	put("counter", "process_cpu_seconds_total", (field(14)+field(15))/ticksPerSecond)
	if fds, err := os.ReadDir("/proc/self/fd"); err == nil {
		put("gauge", "process_open_fds", float64(len(fds)))
	}
	put("gauge", "process_resident_memory_bytes", field(24)*float64(os.Getpagesize()))
	put("gauge", "process_virtual_memory_bytes", field(23))
	if boot, ok := bootTime(); ok {
		put("gauge", "process_start_time_seconds", boot+field(22)/ticksPerSecond)
	}
}

func bootTime() (seconds float64, ok bool) {
	stat, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, false
	}
	_, rest, found := strings.Cut(string(stat), "\nbtime ")
	if !found {
		return 0, false
	}
	line, _, _ := strings.Cut(rest, "\n")
	seconds, err = strconv.ParseFloat(line, 64)
	return seconds, err == nil
}
