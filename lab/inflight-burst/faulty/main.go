// An invoice converter: it reads the upload, waits for the signing service,
// and answers. Uploads come in bursts.
package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"time"

	"heapwright.example/lab/internal/serve"
)

type invoice struct {
	text  bytes.Buffer
	pages [][]byte
}

func (v *invoice) layOut(pages int) {
	for i := 0; i < pages; i++ {
		v.pages = append(v.pages, bytes.Repeat(v.text.Bytes()[:min(v.text.Len(), 1<<10)], 96))
	}
}

// sign asks a slow remote signer.
func sign(ctx context.Context, v *invoice) (string, error) {
	select {
	case <-time.After(1200 * time.Millisecond):
		return fmt.Sprintf("signed %d pages", len(v.pages)), nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func convert(w http.ResponseWriter, r *http.Request) {
	v := &invoice{}
	if _, err := v.text.ReadFrom(r.Body); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	v.layOut(8)
	signature, err := sign(r.Context(), v)
	if err != nil {
		return
	}
	fmt.Fprintln(w, signature)
}

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /convert", convert)
	serve.Run(mux)
}
