// A pricing engine: rules form a tree of conditions, a basket walks down it,
// and each condition on the way leaves a note for the audit.
package main

import (
	"fmt"
	"hash/fnv"
	"net/http"
	"time"

	"heapwright.example/lab/internal/serve"
)

type note struct {
	depth  int
	basket uint64
	last   *note
}

type engine struct {
	maxDepth int
	audited  *note
	priced   int
}

func (e *engine) isMember(basket uint64, depth int, trail *note) *note {
	return e.decide(basket, depth+1, &note{depth, basket, trail})
}

func (e *engine) isVoucher(basket uint64, depth int, trail *note) *note {
	return e.decide(basket, depth+1, &note{depth, basket, trail})
}

func (e *engine) isSeasonal(basket uint64, depth int, trail *note) *note {
	return e.decide(basket, depth+1, &note{depth, basket, trail})
}

func (e *engine) decide(basket uint64, depth int, trail *note) *note {
	if depth == e.maxDepth {
		return trail
	}
	switch basket >> (2 * depth) % 4 {
	case 0:
		return e.isMember(basket, depth, trail)
	case 1:
		return e.isVoucher(basket, depth, trail)
	default:
		return e.isSeasonal(basket, depth, trail)
	}
}

func (e *engine) price(baskets int) {
	for i := 0; i < baskets; i++ {
		sum := fnv.New64a()
		fmt.Fprint(sum, "basket", (e.priced+i)%6000)
		e.audited = e.decide(sum.Sum64(), 0, nil)
	}
	e.priced += baskets
}

func main() {
	e := &engine{maxDepth: 24}
	go func() {
		for range time.Tick(20 * time.Millisecond) {
			e.price(60)
		}
	}()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /depth", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, e.maxDepth)
	})
	serve.Run(mux)
}
