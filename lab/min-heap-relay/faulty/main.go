// A relay that keeps nothing: it takes an upload in, checks its sum, and
// passes a digest on.
package main

import (
	"bytes"
	"fmt"
	"hash/adler32"
	"io"
	"net/http"

	"heapwright.example/lab/internal/serve"
)

const blockBytes = 512 << 10

func relay(w http.ResponseWriter, r *http.Request) {
	block := make([]byte, blockBytes)
	copied := bytes.NewBuffer(make([]byte, 0, blockBytes))
	for {
		n, err := r.Body.Read(block)
		copied.Write(block[:n])
		if err == io.EOF {
			break
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
	}
	fmt.Fprintf(w, "%d bytes, adler32 %08x\n", copied.Len(), adler32.Checksum(copied.Bytes()))
}

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /relay", relay)
	serve.Run(mux)
}
