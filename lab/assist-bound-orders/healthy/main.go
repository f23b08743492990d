// An order book that answers with the order's history, read in place.
package main

import (
	"fmt"
	"net/http"
	"strconv"

	"heapwright.example/lab/internal/serve"
)

type event struct {
	next *event
	name string
	seq  *int
}

type order struct {
	first *event
}

type book struct {
	orders []*order
}

func history(n int) *order {
	o := &order{}
	for i := 0; i < n; i++ {
		seq := i
		o.first = &event{next: o.first, name: "event", seq: &seq}
	}
	return o
}

// load fills the book with some 40 MB of small, linked records.
func load(orders int) *book {
	b := &book{}
	for i := 0; i < orders; i++ {
		b.orders = append(b.orders, history(100))
	}
	return b
}

// replay walks the histories of four hundred orders where they are.
func (b *book) replay(from int) int {
	total := 0
	for i := 0; i < 400; i++ {
		for e := b.orders[(from+i)%len(b.orders)].first; e != nil; e = e.next {
			total += *e.seq
		}
	}
	return total
}

func main() {
	b := load(6_000)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /orders", func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.FormValue("n"))
		fmt.Fprintln(w, b.replay(n*13%len(b.orders)))
	})
	serve.Run(mux)
}
