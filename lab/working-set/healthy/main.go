// A feature store: one dense vector for each article, all in memory because
// every request compares against a few thousand of them.
package main

import (
	"flag"
	"fmt"
	"math/rand"
	"net/http"
	"strconv"

	"heapwright.example/lab/internal/serve"
)

const (
	dimensions = 256
	coarse     = 16
)

type vector []float32

func (v vector) dot(other vector) (sum float32) {
	for i := range v {
		sum += v[i] * other[i]
	}
	return sum
}

type store struct {
	vectors []vector
	titles  []string
}

func newStore(articles int) *store {
	random := rand.New(rand.NewSource(1))
	s := &store{}
	for i := 0; i < articles; i++ {
		v := make(vector, dimensions)
		for d := range v {
			v[d] = random.Float32()
		}
		s.vectors = append(s.vectors, v)
		s.titles = append(s.titles, fmt.Sprintf("article %d", i))
	}
	return s
}

// nearest compares the first coarse dimensions with a stretch of the store.
func (s *store) nearest(article int) (string, float32) {
	scores := make([]float32, 0, 60_000)
	best, bestScore := 0, float32(-1)
	for i := 0; i < cap(scores); i++ {
		other := (article*17 + i) % len(s.vectors)
		score := s.vectors[article%len(s.vectors)][:coarse].dot(s.vectors[other])
		scores = append(scores, score)
		if score > bestScore {
			best, bestScore = other, score
		}
	}
	return s.titles[best], bestScore
}

func main() {
	articles := flag.Int("articles", 220_000, "vectors to hold")
	flag.Parse()
	s := newStore(*articles)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /nearest/{article}", func(w http.ResponseWriter, r *http.Request) {
		article, _ := strconv.Atoi(r.PathValue("article"))
		title, score := s.nearest(article)
		fmt.Fprintf(w, "%s %.3f\n", title, score)
	})
	serve.Run(mux)
}
