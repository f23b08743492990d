// A shop front: a visitor's first request opens a session with an empty
// basket, sessions expire after a few seconds without use.
package main

import (
	"bytes"
	"fmt"
	"net/http"
	"time"

	"heapwright.example/lab/heap-leak-sessions/faulty/session"
	"heapwright.example/lab/internal/serve"
)

func main() {
	sessions := session.NewStore(5 * time.Second)
	go sessions.ExpireEvery(time.Second)

	mux := http.NewServeMux()
	mux.HandleFunc("GET /visit", func(w http.ResponseWriter, r *http.Request) {
		s := sessions.Open(r.FormValue("user"))
		for i := 0; i < 12; i++ {
			s.Add(session.Item{SKU: fmt.Sprintf("sku-%06d", i), Title: titles[i%len(titles)], Quantity: 1})
		}
		var page bytes.Buffer
		for _, item := range s.Basket {
			fmt.Fprintf(&page, "<li>%d x %s (%s)%*s</li>\n", item.Quantity, item.Title, item.SKU, 2000, "")
		}
		w.Write(page.Bytes())
	})
	serve.Run(mux)
}

var titles = []string{"kettle", "teapot", "tea towel", "tray", "strainer"}
