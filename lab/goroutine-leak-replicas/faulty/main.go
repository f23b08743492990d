// A search front end: a query goes to three replicas, the first answer wins.
package main

import (
	"context"
	"fmt"
	"math/rand"
	"net/http"
	"time"

	"heapwright.example/lab/internal/serve"
)

type hit struct {
	replica string
	titles  []string
}

type replica struct {
	name  string
	delay time.Duration
}

func (r replica) query(terms string) hit {
	time.Sleep(r.delay + time.Duration(rand.Intn(10))*time.Millisecond)
	found := hit{replica: r.name, titles: make([]string, 0, 64)}
	for i := 0; i < 64; i++ {
		found.titles = append(found.titles, fmt.Sprintf("%s, volume %d", terms, i))
	}
	return found
}

var replicas = []replica{
	{"north", 10 * time.Millisecond},
	{"south", 25 * time.Millisecond},
	{"west", 60 * time.Millisecond},
}

func search(ctx context.Context, terms string) (hit, error) {
	ctx, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	results := make(chan hit)
	for _, r := range replicas {
		go func() {
			results <- r.query(terms)
		}()
	}
	select {
	case first := <-results:
		return first, nil
	case <-ctx.Done():
		return hit{}, ctx.Err()
	}
}

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /search", func(w http.ResponseWriter, r *http.Request) {
		found, err := search(r.Context(), r.FormValue("q"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusGatewayTimeout)
			return
		}
		fmt.Fprintf(w, "%d hits from %s\n", len(found.titles), found.replica)
	})
	serve.Run(mux)
}
