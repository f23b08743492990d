// A checkout service under a morning's ramp of traffic.
package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"heapwright.example/lab/internal/serve"
)

type line struct {
	Name  string  `json:"name"`
	Price float64 `json:"price"`
}

type order struct {
	ID    string    `json:"id"`
	Lines []line    `json:"lines"`
	Due   time.Time `json:"due"`
}

// open holds the orders that are not paid yet; each leaves after hold.
type open struct {
	mu     sync.Mutex
	orders map[string]*order
	hold   time.Duration
}

func (o *open) place(id string) *order {
	placed := &order{ID: id, Due: time.Now().Add(o.hold)}
	for i := 0; i < 400; i++ {
		placed.Lines = append(placed.Lines, line{fmt.Sprintf("article %s-%d", id, i), float64(i) * 1.25})
	}
	o.mu.Lock()
	o.orders[id] = placed
	o.mu.Unlock()
	time.AfterFunc(o.hold, func() {
		o.mu.Lock()
		delete(o.orders, id)
		o.mu.Unlock()
	})
	return placed
}

func main() {
	o := &open{orders: make(map[string]*order), hold: 5 * time.Second}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /order/{n}", func(w http.ResponseWriter, r *http.Request) {
		n, err := strconv.Atoi(r.PathValue("n"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		json.NewEncoder(w).Encode(o.place(strconv.Itoa(n)))
	})
	serve.Run(mux)
}
