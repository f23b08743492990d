// A game host: every table is a goroutine that searches moves recursively,
// so its stack is deep. The memory limit leaves room for the stacks.
package main

import (
	"flag"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"heapwright.example/lab/internal/serve"
)

type move struct {
	board [48]byte
	score int
	next  *move
}

type table struct {
	line  *move
	moves chan int
}

// search walks depth plies down and calls atLeaf before it comes back.
func (t *table) search(position [160]byte, depth int, atLeaf func()) int {
	if depth == 0 {
		atLeaf()
		return int(position[0])
	}
	position[depth%len(position)]++
	return t.search(position, depth-1, atLeaf) + int(position[depth%len(position)])
}

// play keeps the search open at its deepest ply between the players' moves.
func (t *table) play() {
	var start [160]byte
	t.search(start, 110, func() {
		for n := range t.moves {
			t.line = nil
			for i := 0; i < 180; i++ {
				t.line = &move{score: n + i, next: t.line}
			}
		}
	})
}

func main() {
	limit := flag.Int64("memory-limit", 256<<20, "bytes, as for GOMEMLIMIT")
	count := flag.Int("tables", 1400, "tables open at once")
	flag.Parse()
	debug.SetMemoryLimit(*limit)

	tables := make([]*table, *count)
	for i := range tables {
		tables[i] = &table{moves: make(chan int)}
		go tables[i].play()
	}
	go func() {
		for n := 0; ; n++ {
			tables[n%len(tables)].moves <- n
			time.Sleep(time.Millisecond)
		}
	}()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /tables", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, len(tables), "tables open")
	})
	serve.Run(mux)
}
