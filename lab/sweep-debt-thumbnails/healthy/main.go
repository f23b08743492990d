// A gallery: a block cache stays in memory, and requests share image buffers.
package main

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"

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

var buffers = sync.Pool{New: func() any { return new([128 << 10]byte) }}

// thumbnail draws into a buffer that was used before.
func thumbnail(n int) int {
	pixels := buffers.Get().(*[128 << 10]byte)
	defer buffers.Put(pixels)
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
