// A statement printer: each request renders one account statement. Work that
// is still open when the process stops is reported by a drain hook.
package main

import (
	"bytes"
	"fmt"
	"log"
	"net/http"
	"sync"

	"heapwright.example/lab/internal/serve"
)

// lifecycle runs what has to happen before the process ends.
type lifecycle struct {
	mu    sync.Mutex
	hooks []func() error
}

func (l *lifecycle) onDrain(hook func() error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.hooks = append(l.hooks, hook)
}

var process lifecycle

type statement struct {
	account string
	page    bytes.Buffer
	sent    bool
}

func (s *statement) render(lines int) {
	fmt.Fprintf(&s.page, "Statement for account %s\n", s.account)
	for i := 0; i < lines; i++ {
		fmt.Fprintf(&s.page, "%4d  2024-03-%02d  card payment  %8d.%02d EUR\n", i, i%28+1, i*7, i%100)
	}
}

func handle(w http.ResponseWriter, r *http.Request) {
	s := &statement{account: r.FormValue("account")}
	process.onDrain(func() error {
		if s.sent {
			return nil
		}
		return fmt.Errorf("statement %s: %d bytes not sent", s.account, s.page.Len())
	})
	s.render(900)
	if _, err := w.Write(s.page.Bytes()); err != nil {
		log.Println(err)
		return
	}
	s.sent = true
}

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /statement", handle)
	serve.Run(mux)
	for _, hook := range process.hooks {
		if err := hook(); err != nil {
			log.Println(err)
		}
	}
}
