// A catalog in memory, searched by every request. GOGC was set low to save memory (see expect.json).
package main

import (
	"fmt"
	"net/http"
	"strconv"

	"heapwright.example/lab/internal/serve"
)

type item struct {
	next  *item
	name  string
	price *int
}

// stock links some 42 MB of small items.
func stock(n int) *item {
	var first *item
	for i := range n {
		price := i % 9999
		first = &item{next: first, name: "item " + strconv.Itoa(i), price: &price}
	}
	return first
}

// search lists three hundred hits, each with a text of its own.
func search(first *item, from int) []string {
	var hits []string
	at := first
	for range from % 2000 {
		at = at.next
	}
	for range 300 {
		hits = append(hits, fmt.Sprintf("%s for %d, at %64s", at.name, *at.price, "the usual place"))
		at = at.next
	}
	return hits
}

func main() {
	first := stock(600_000)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /search", func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.FormValue("n"))
		for _, hit := range search(first, n) {
			fmt.Fprintln(w, hit)
		}
	})
	serve.Run(mux)
}
