// A URL shortener with access statistics for the last minutes. Its deployment
// turned the pacing by heap growth off, and set a memory limit instead.
package main

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"heapwright.example/lab/internal/serve"
)

type click struct {
	At    time.Time `json:"at"`
	Short string    `json:"short"`
	Agent string    `json:"agent"`
}

type recent struct {
	mu     sync.Mutex
	clicks [1024]click
	next   int
}

func (r *recent) add(c click) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.clicks[r.next%len(r.clicks)] = c
	r.next++
}

func (r *recent) list() []click {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]click(nil), r.clicks[:]...)
}

func main() {
	last := &recent{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /s/{short}", func(w http.ResponseWriter, r *http.Request) {
		short := base64.URLEncoding.EncodeToString([]byte(r.PathValue("short")))
		last.add(click{time.Now(), short, r.UserAgent()})
		page, err := json.Marshal(last.list()[:200])
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Write(page)
	})
	serve.Run(mux)
}
