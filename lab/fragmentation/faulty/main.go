// A price service: at the start it reads a night's worth of quotes, derives
// the daily averages from all of them, and keeps one in sixteen as the chart
// that it serves afterwards.
package main

import (
	"encoding/binary"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"heapwright.example/lab/internal/serve"
)

// quote is 512 bytes: the price ladder of one symbol at one moment.
type quote struct {
	second  int64
	bids    [31]int64
	asks    [31]int64
	average float64
}

type history struct {
	all   []*quote
	chart []*quote
	daily float64
}

func (h *history) read(n int) {
	var wire [16]byte
	for i := 0; i < n; i++ {
		binary.LittleEndian.PutUint64(wire[:], uint64(i))
		q := &quote{second: int64(binary.LittleEndian.Uint64(wire[:]))}
		for level := range q.bids {
			q.bids[level], q.asks[level] = int64(10_000-level), int64(10_001+level+i%7)
		}
		h.all = append(h.all, q)
	}
}

func (h *history) summarize() {
	for i, q := range h.all {
		q.average = float64(q.bids[0]+q.asks[0]) / 2
		h.daily += q.average
		if i%16 == 0 {
			h.chart = append(h.chart, q)
		}
	}
	h.daily /= float64(len(h.all))
	h.all = nil
}

func (h *history) serveChart(w http.ResponseWriter, r *http.Request) {
	n, _ := strconv.Atoi(r.FormValue("from"))
	var points strings.Builder
	for i := 0; i < 6000; i++ {
		q := h.chart[(n+i)%len(h.chart)]
		fmt.Fprintf(&points, "%d %.2f;", q.second, q.average-h.daily)
	}
	fmt.Fprint(w, points.String())
}

func main() {
	h := &history{}
	h.read(420_000)
	h.summarize()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /chart", h.serveChart)
	serve.Run(mux)
}
