// A dictionary service in a container with a CPU quota; GOMAXPROCS is what the environment says.
package main

import (
	"fmt"
	"net/http"
	"strconv"

	"heapwright.example/lab/internal/serve"
)

type entry struct {
	next  *entry
	words [4]*string
}

func load(entries int) *entry {
	var first *entry
	for i := 0; i < entries; i++ {
		e := &entry{next: first}
		for k := range e.words {
			word := strconv.Itoa(i * k)
			e.words[k] = &word
		}
		first = e
	}
	return first
}

// parse makes garbage as a request does: strings that are dropped at once.
func parse(n int) int {
	size := 0
	for i := 0; i < 20_000; i++ {
		word := strconv.Itoa(n * i)
		size += len(word) + len(fmt.Sprint(word, i))
	}
	return size
}

func main() {
	dictionary := load(400_000)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /words", func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.FormValue("n"))
		fmt.Fprintln(w, parse(n), *dictionary.words[0])
	})
	serve.Run(mux)
}
