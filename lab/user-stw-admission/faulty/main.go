// A service that refuses work when memory is short, and asks the runtime for its memory on every request.
package main

import (
	"fmt"
	"net/http"
	"runtime"
	"strconv"
	"strings"

	"heapwright.example/lab/internal/serve"
)

const ceiling = 512 << 20

// hasRoom stops the world to read the statistics.
func hasRoom() bool {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc < ceiling
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
