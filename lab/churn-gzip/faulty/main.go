// A product catalogue that answers with gzip-compressed JSON.
package main

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"heapwright.example/lab/internal/serve"
)

type variant struct {
	Size  string `json:"size"`
	Stock *int   `json:"stock"` // null where it is not sold
}

type product struct {
	Name     string     `json:"name"`
	Price    int        `json:"price"`
	Variants []*variant `json:"variants"`
}

type catalogue struct {
	products []*product
}

func loadCatalogue(n int) *catalogue {
	c := &catalogue{products: make([]*product, 0, n)}
	for i := 0; i < n; i++ {
		p := &product{Name: fmt.Sprintf("product number %d", i), Price: i * 17 % 9900}
		for size := 34; size < 50; size++ {
			stock := i * size % 90
			p.Variants = append(p.Variants, &variant{strconv.Itoa(size), &stock})
		}
		c.products = append(c.products, p)
	}
	return c
}

func (c *catalogue) page(w http.ResponseWriter, r *http.Request) {
	const perPage = 3
	n, _ := strconv.Atoi(r.FormValue("n"))
	first := n * perPage % (len(c.products) - perPage)
	w.Header().Set("Content-Encoding", "gzip")
	zip := gzip.NewWriter(w)
	if err := json.NewEncoder(zip).Encode(c.products[first : first+perPage]); err != nil {
		return
	}
	zip.Close()
}

func main() {
	c := loadCatalogue(14_000)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /products", c.page)
	serve.Run(mux)
}
