// A feature-flag service at night: everything is loaded, nobody calls.
package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"heapwright.example/lab/internal/serve"
)

type flag struct {
	Name    string          `json:"name"`
	Enabled bool            `json:"enabled"`
	Tenants map[string]bool `json:"tenants"`
}

type flags struct {
	current atomic.Pointer[[]flag]
}

func (f *flags) reload(count int) {
	all := make([]flag, 0, count)
	for i := 0; i < count; i++ {
		tenants := make(map[string]bool)
		for t := 0; t < 20; t++ {
			tenants[fmt.Sprintf("tenant-%d", i*t%800)] = t%3 == 0
		}
		all = append(all, flag{fmt.Sprintf("flag-%d", i), i%2 == 0, tenants})
	}
	f.current.Store(&all)
}

func (f *flags) reloadEvery(period time.Duration, count int) {
	for range time.Tick(period) {
		f.reload(count)
	}
}

func main() {
	f := &flags{}
	f.reload(8000)
	go f.reloadEvery(time.Hour, 8000)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /flags", func(w http.ResponseWriter, _ *http.Request) {
		json.NewEncoder(w).Encode((*f.current.Load())[:10])
	})
	serve.Run(mux)
}
