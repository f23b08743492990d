// A dictionary service in a container with a CPU quota; GOMAXPROCS is what the environment says.
package main

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"

	"heapwright.example/lab/internal/serve"
)

type entry struct {
	words [4]*string
}

func load(entries int) []*entry {
	all := make([]*entry, 0, entries)
	for i := 0; i < entries; i++ {
		e := &entry{}
		for k := range e.words {
			word := strconv.Itoa(i * k)
			e.words[k] = &word
		}
		all = append(all, e)
	}
	return all
}

// parse makes garbage as a request does: pages that are read and dropped.
func parse(n int) int {
	size := 0
	for i := 0; i < 10; i++ {
		page := make([]byte, 256<<10)
		for at := range page {
			page[at] = byte(n * at)
		}
		size += bytes.Count(page, []byte{'/'})
	}
	return size
}

func main() {
	dictionary := load(1_200_000)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /words", func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.FormValue("n"))
		fmt.Fprintln(w, parse(n), *dictionary[n%len(dictionary)].words[0])
	})
	serve.Run(mux)
}
