// A page cache in front of a slow renderer: least recently used pages go when
// the cache holds as many as it may.
package main

import (
	"container/list"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"heapwright.example/lab/internal/serve"
)

// lru keeps at most size values.
type lru[K comparable, V any] struct {
	mu    sync.Mutex
	size  int
	order *list.List // of entry[K, V], newest first
	byKey map[K]*list.Element
}

type entry[K comparable, V any] struct {
	key   K
	value V
}

func newLRU[K comparable, V any](size int) *lru[K, V] {
	return &lru[K, V]{size: size, order: list.New(), byKey: make(map[K]*list.Element)}
}

func (c *lru[K, V]) get(key K, fill func() V) V {
	c.mu.Lock()
	if found, ok := c.byKey[key]; ok {
		c.order.MoveToFront(found)
		c.mu.Unlock()
		return found.Value.(entry[K, V]).value
	}
	c.mu.Unlock()
	value := fill()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.byKey[key] = c.order.PushFront(entry[K, V]{key, value})
	for c.order.Len() > c.size {
		oldest := c.order.Back()
		c.order.Remove(oldest)
		delete(c.byKey, oldest.Value.(entry[K, V]).key)
	}
	return value
}

func render(path string) string {
	var page strings.Builder
	for i := 0; i < 500; i++ {
		fmt.Fprintf(&page, "<p id=%d>paragraph %d of %s</p>\n", i, i, path)
	}
	return page.String()
}

func main() {
	pages := newLRU[string, string](3000)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /page/", func(w http.ResponseWriter, r *http.Request) {
		path := r.URL.Path
		fmt.Fprint(w, pages.get(path, func() string { return render(path) }))
	})
	serve.Run(mux)
}
