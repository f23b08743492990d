// Package cache is what both programs of the growth study hold: pages that are
// replaced one by one, so that the memory turns over and does not grow.
package cache

// Pages and PageBytes make 80 MiB.
const (
	Pages     = 20_000
	PageBytes = 4096
)

// Cache holds Pages pages.
type Cache struct {
	pages [][]byte
	next  int
}

// New fills a cache.
func New() *Cache {
	c := &Cache{pages: make([][]byte, Pages)}
	for i := range c.pages {
		c.pages[i] = page()
	}
	return c
}

// Replace gives up the n oldest pages for new ones.
func (c *Cache) Replace(n int) {
	for range n {
		c.pages[c.next] = page()
		c.next = (c.next + 1) % len(c.pages)
	}
}

//go:noinline
func page() []byte { return make([]byte, PageBytes) }
