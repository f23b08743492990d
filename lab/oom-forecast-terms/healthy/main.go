// A search box: partitions of the term index are loaded one after the other
// in the background, then queries are answered from memory.
package main

import (
	"flag"
	"fmt"
	"net/http"
	"sort"
	"strconv"
	"sync"
	"time"

	"heapwright.example/lab/internal/serve"
)

type posting struct {
	document uint64
	offsets  [5]uint32
}

type partition struct {
	terms    []string
	postings map[string][]posting
}

func loadPartition(number, terms int) *partition {
	p := &partition{postings: make(map[string][]posting, terms)}
	for i := 0; i < terms; i++ {
		term := fmt.Sprintf("p%02d-term-%d", number, i)
		found := make([]posting, 0, 24)
		for d := 0; d < cap(found); d++ {
			found = append(found, posting{document: uint64(i * d), offsets: [5]uint32{1, 2, 3, 4, uint32(d)}})
		}
		p.terms = append(p.terms, term)
		p.postings[term] = found
	}
	sort.Strings(p.terms)
	return p
}

type searcher struct {
	mu         sync.RWMutex
	partitions []*partition
}

func (s *searcher) load(count int) {
	for n := 0; n < count; n++ {
		p := loadPartition(n, 6000)
		s.mu.Lock()
		s.partitions = append(s.partitions, p)
		s.mu.Unlock()
		time.Sleep(500 * time.Millisecond)
	}
}

func (s *searcher) query(w http.ResponseWriter, r *http.Request) {
	n, _ := strconv.Atoi(r.FormValue("n"))
	s.mu.RLock()
	defer s.mu.RUnlock()
	results := make(map[uint64]int)
	for _, p := range s.partitions {
		for word := 0; word < 4; word++ {
			for _, hit := range p.postings[p.terms[(n+word)%len(p.terms)]] {
				results[hit.document]++
			}
		}
	}
	fmt.Fprintln(w, len(results), "documents")
}

func main() {
	count := flag.Int("partitions", 20, "partitions to load")
	flag.Parse()
	s := &searcher{}
	go s.load(*count)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /query", s.query)
	serve.Run(mux)
}
