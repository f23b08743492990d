// A settlement job: twice a minute all trades of the interval are matched in
// memory, then let go.
package main

import (
	"fmt"
	"net/http"
	"sort"
	"sync/atomic"
	"time"

	"heapwright.example/lab/internal/serve"
)

type trade struct {
	id, buyer, seller int
	price             float64
	note              [24]int64
}

type settlement struct {
	runs  atomic.Int64
	total float64
}

func (s *settlement) run(count int) {
	trades := make([]*trade, 0, count)
	for i := 0; i < count; i++ {
		t := &trade{id: i, buyer: i * 7 % 1000, seller: i * 13 % 1000, price: float64(i % 977)}
		t.note[i%24] = int64(i)
		trades = append(trades, t)
	}
	sort.Slice(trades, func(a, b int) bool { return trades[a].price < trades[b].price })
	for _, t := range trades {
		s.total += t.price
	}
	s.runs.Add(1)
}

func (s *settlement) every(period time.Duration) {
	for {
		s.run(900_000)
		time.Sleep(period)
	}
}

func main() {
	s := &settlement{}
	go s.every(30 * time.Second)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /runs", func(w http.ResponseWriter, _ *http.Request) {
		lines := make([]string, 0, 15_000)
		for i := 0; i < cap(lines); i++ {
			lines = append(lines, fmt.Sprintf("run %d line %d", s.runs.Load(), i))
		}
		fmt.Fprintln(w, len(lines))
	})
	serve.Run(mux)
}
