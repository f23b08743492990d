// A service that refuses work when memory is short, and reads the metric that needs no stop.
package main

import (
	"fmt"
	"net/http"
	"runtime/metrics"
	"strconv"
	"strings"

	"heapwright.example/lab/internal/serve"
)

const ceiling = 512 << 20

// hasRoom reads one counter.
func hasRoom() bool {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64() < ceiling
}

func render(n int) string {
	var page strings.Builder
	for i := 0; i < 300; i++ {
		page.WriteString(strconv.Itoa(n * i))
		page.WriteByte(' ')
	}
	return page.String()
}

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /page", func(w http.ResponseWriter, r *http.Request) {
		if !hasRoom() {
			http.Error(w, "busy", http.StatusServiceUnavailable)
			return
		}
		n, _ := strconv.Atoi(r.FormValue("n"))
		fmt.Fprintln(w, len(render(n)))
	})
	serve.Run(mux)
}
