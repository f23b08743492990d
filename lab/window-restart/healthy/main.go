// A quote service just after a deploy: the caches of the old process are gone
// and are filled again from its snapshot while requests already come in.
package main

import (
	"encoding/gob"
	"fmt"
	"io"
	"log"
	"net/http"
	"strconv"
	"sync"
	"time"

	"heapwright.example/lab/internal/serve"
)

type quote struct {
	Symbol  string
	History []float64
}

type book struct {
	mu     sync.RWMutex
	quotes map[string]quote
}

// sendSnapshot writes one quote after the other, as the old process would.
func sendSnapshot(to *io.PipeWriter, count int) {
	encoder := gob.NewEncoder(to)
	for i := 0; i < count; i++ {
		history := make([]float64, 250)
		for day := range history {
			history[day] = float64(100+i%50) + float64(day)/10
		}
		if err := encoder.Encode(quote{fmt.Sprintf("SYM%05d", i), history}); err != nil {
			break
		}
		if i%200 == 0 {
			time.Sleep(60 * time.Millisecond)
		}
	}
	to.Close()
}

func (b *book) restore(from io.Reader) {
	decoder := gob.NewDecoder(from)
	for {
		var q quote
		if err := decoder.Decode(&q); err != nil {
			if err != io.EOF {
				log.Println(err)
			}
			return
		}
		b.mu.Lock()
		b.quotes[q.Symbol] = q
		b.mu.Unlock()
	}
}

func (b *book) average(w http.ResponseWriter, r *http.Request) {
	n, _ := strconv.Atoi(r.PathValue("n"))
	b.mu.RLock()
	defer b.mu.RUnlock()
	history := append([]float64(nil), b.quotes[fmt.Sprintf("SYM%05d", n%20_000)].History...)
	rows := make([]string, 0, len(history))
	for day, price := range history {
		rows = append(rows, fmt.Sprintf("day %d: %.2f", day, price))
	}
	fmt.Fprintln(w, len(rows), "days")
}

func main() {
	b := &book{quotes: make(map[string]quote)}
	reader, writer := io.Pipe()
	go sendSnapshot(writer, 20_000)
	go b.restore(reader)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /average/{n}", b.average)
	serve.Run(mux)
}
