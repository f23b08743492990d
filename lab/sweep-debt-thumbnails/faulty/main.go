// A gallery: a block cache stays in memory, and every request takes fresh image buffers.
package main

import (
	"fmt"
	"net/http"
	"strconv"

	"heapwright.example/lab/internal/serve"
)

// fill keeps blocks of 4 KiB without pointers: cheap to mark, and two to a span, so many spans to sweep.
func fill(mib int) [][]byte {
	blocks := make([][]byte, mib<<20/4096)
	for i := range blocks {
		blocks[i] = make([]byte, 4096)
		blocks[i][0] = byte(i)
	}
	return blocks
}

// thumbnail wants whole pages: the runtime sweeps until it has found as many.
func thumbnail(n int) int {
	pixels := make([]byte, 128<<10)
	for i := 0; i < len(pixels); i += 4096 {
		pixels[i] = byte(n)
	}
	return int(pixels[n%len(pixels)])
}

func main() {
	blocks := fill(160)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /thumbnail", func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.FormValue("n"))
		sum := 0
		for i := 0; i < 40; i++ {
			sum += thumbnail(n + i)
		}
		fmt.Fprintln(w, sum+int(blocks[n%len(blocks)][0]))
	})
	serve.Run(mux)
}
