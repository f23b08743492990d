// A recommendation service: JSON profiles are decoded into a table at the
// start, and a model row is computed from them for every request.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"strconv"

	"heapwright.example/lab/internal/serve"
)

type profile struct {
	ID      int                `json:"id"`
	Likes   map[string]float64 `json:"likes"`
	History []string           `json:"history"`
}

type table struct {
	rows []profile
}

// snapshot writes what a profile store would send for one shard.
func snapshot(shard, count int) *bytes.Buffer {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	for i := 0; i < count; i++ {
		p := profile{ID: shard*count + i, Likes: map[string]float64{}}
		for topic := 0; topic < 6; topic++ {
			p.Likes["topic-"+strconv.Itoa((i+topic*7)%90)] = float64(topic) / 6
		}
		for visit := 0; visit < 20; visit++ {
			p.History = append(p.History, fmt.Sprintf("/article/%d/%d", i, visit))
		}
		encoder.Encode(p)
	}
	return &out
}

func (t *table) load(from *bytes.Buffer) error {
	decoder := json.NewDecoder(from)
	for decoder.More() {
		var p profile
		if err := decoder.Decode(&p); err != nil {
			return err
		}
		t.rows = append(t.rows, p)
	}
	return nil
}

func (t *table) recommend(w http.ResponseWriter, r *http.Request) {
	n, _ := strconv.Atoi(r.FormValue("user"))
	scores := make(map[string]float64)
	for i := 0; i < 150; i++ {
		for topic, weight := range t.rows[(n+i*13)%len(t.rows)].Likes {
			scores[topic] += weight
		}
	}
	json.NewEncoder(w).Encode(scores)
}

func main() {
	t := &table{}
	for shard := 0; shard < 30; shard++ {
		if err := t.load(snapshot(shard, 3000)); err != nil {
			log.Fatal(err)
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /recommend", t.recommend)
	serve.Run(mux)
}
