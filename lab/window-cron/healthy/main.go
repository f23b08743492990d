// An aggregator: events are buffered, and every ten seconds a batch job sorts
// and sums them, writes a report and starts with an empty buffer.
package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"heapwright.example/lab/internal/serve"
)

type event struct {
	key   string
	value int
	at    time.Time
	tags  [8]string
}

type aggregator struct {
	mu      sync.Mutex
	pending []event
	report  []byte
}

func (a *aggregator) collect(key string, count int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i := 0; i < count; i++ {
		e := event{key: key + "/" + strconv.Itoa(i%40), value: i, at: time.Now()}
		e.tags[i%len(e.tags)] = key
		a.pending = append(a.pending, e)
	}
}

func (a *aggregator) runBatch() {
	a.mu.Lock()
	batch := a.pending
	a.pending = nil
	a.mu.Unlock()
	slices.SortFunc(batch, func(x, y event) int { return bytes.Compare([]byte(x.key), []byte(y.key)) })
	sums := make(map[string]int)
	for _, e := range batch {
		sums[e.key] += e.value
	}
	var out bytes.Buffer
	rows := csv.NewWriter(&out)
	for key, sum := range sums {
		rows.Write([]string{key, strconv.Itoa(sum)})
	}
	rows.Flush()
	a.mu.Lock()
	a.report = out.Bytes()
	a.mu.Unlock()
}

func main() {
	a := &aggregator{}
	go func() {
		for range time.Tick(10 * time.Second) {
			a.runBatch()
		}
	}()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /event/{key}", func(w http.ResponseWriter, r *http.Request) {
		a.collect(r.PathValue("key"), 300)
		fmt.Fprintln(w, "accepted")
	})
	serve.Run(mux)
}
