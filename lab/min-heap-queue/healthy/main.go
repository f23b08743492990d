// A log shipper: lines come from a queue, are parsed into fields, counted by
// level, and thrown away.
package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"heapwright.example/lab/internal/serve"
)

// stage reads from in, applies step and writes what it kept to the result.
func stage[In, Out any](in <-chan In, step func(In) (Out, bool)) <-chan Out {
	out := make(chan Out, 8)
	go func() {
		defer close(out)
		for v := range in {
			if kept, ok := step(v); ok {
				out <- kept
			}
		}
	}()
	return out
}

type record map[string]string

func parse(lines string) ([]record, bool) {
	var records []record
	for _, line := range strings.Split(lines, "\n") {
		fields := record{}
		for _, pair := range strings.Fields(line) {
			if key, value, found := strings.Cut(pair, "="); found {
				fields[strings.ToLower(key)] = strings.ToUpper(value)
			}
		}
		records = append(records, fields)
	}
	return records, len(records) > 0
}

var errorLines atomic.Int64

func countErrors(records []record) (int, bool) {
	n := 0
	for _, r := range records {
		if r["level"] == "ERROR" {
			n++
		}
	}
	errorLines.Add(int64(n))
	return n, false
}

func main() {
	var page strings.Builder
	for i := 0; i < 100; i++ {
		level := [...]string{"info", "debug", "error"}[i%3]
		fmt.Fprintf(&page, "time=12:00:%02d Level=%s Shard=a%d Path=/orders/%d took=%dms trace=ab%dcd\n", i%60, level, i%7, i, i*3, i)
	}
	pages := make(chan string)
	stage(stage(pages, parse), countErrors)
	go func() {
		for range time.Tick(time.Millisecond) {
			pages <- page.String()
		}
	}()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /errors", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, errorLines.Load())
	})
	serve.Run(mux)
}
