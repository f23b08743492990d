// A DNS-like resolver: answers are cached for a quarter of a minute, so the
// cache fills until as many entries expire as come in.
package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"heapwright.example/lab/internal/serve"
)

type answer struct {
	records []string
	expires time.Time
}

type resolver struct {
	cache sync.Map // name to *answer
	ttl   time.Duration
}

func (r *resolver) resolve(name string) *answer {
	if known, ok := r.cache.Load(name); ok {
		return known.(*answer)
	}
	fresh := &answer{expires: time.Now().Add(r.ttl)}
	for i := 0; i < 40; i++ {
		fresh.records = append(fresh.records, fmt.Sprintf("%s. %d IN TXT %q", name, i, strings.Repeat("v=spf1 ", 40)))
	}
	r.cache.Store(name, fresh)
	return fresh
}

func (r *resolver) evict() {
	for now := range time.Tick(500 * time.Millisecond) {
		r.cache.Range(func(name, known any) bool {
			if known.(*answer).expires.Before(now) {
				r.cache.Delete(name)
			}
			return true
		})
	}
}

func main() {
	r := &resolver{ttl: 15 * time.Second}
	go r.evict()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /resolve/{name}", func(w http.ResponseWriter, request *http.Request) {
		for _, record := range r.resolve(request.PathValue("name")).records {
			fmt.Fprintln(w, record)
		}
	})
	serve.Run(mux)
}
