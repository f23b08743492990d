// A score board: many players, one table, read far more than written.
package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"

	"heapwright.example/lab/internal/serve"
)

type board struct {
	mu     sync.RWMutex
	scores map[string]*[64]int
}

func (b *board) add(player string, round, points int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	rounds, known := b.scores[player]
	if !known {
		rounds = new([64]int)
		b.scores[player] = rounds
	}
	rounds[round%len(rounds)] += points
}

func (b *board) totals(limit int) map[string]int {
	b.mu.RLock()
	defer b.mu.RUnlock()
	totals := make(map[string]int, limit)
	for player, rounds := range b.scores {
		if len(totals) == limit {
			break
		}
		for _, points := range rounds {
			totals[player] += points
		}
	}
	return totals
}

func main() {
	b := &board{scores: make(map[string]*[64]int)}
	for i := 0; i < 40_000; i++ {
		b.add(fmt.Sprintf("player-%05d", i), i, i%100)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /score/{player}", func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.PathValue("player"))
		b.add(fmt.Sprintf("player-%05d", n%40_000), n, 5)
		json.NewEncoder(w).Encode(b.totals(2000))
	})
	serve.Run(mux)
}
