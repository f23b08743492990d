// A relay that keeps nothing: it takes an upload in, checks its sum, and
// passes a digest on.
package main

import (
	"fmt"
	"hash/adler32"
	"io"
	"net/http"
	"sync"

	"heapwright.example/lab/internal/serve"
)

const blockBytes = 32 << 10

var blocks = sync.Pool{New: func() any { return new([blockBytes]byte) }}

func relay(w http.ResponseWriter, r *http.Request) {
	block := blocks.Get().(*[blockBytes]byte)
	defer blocks.Put(block)
	sum := adler32.New()
	n, err := io.CopyBuffer(struct{ io.Writer }{sum}, r.Body, block[:])
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	fmt.Fprintf(w, "%d bytes, adler32 %08x\n", n, sum.Sum32())
}

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /relay", relay)
	serve.Run(mux)
}
