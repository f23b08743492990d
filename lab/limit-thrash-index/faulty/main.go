// An address look-up: the whole index is in memory, answers are built anew
// for each request. The deployment sets GOMEMLIMIT.
package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"heapwright.example/lab/internal/serve"
)

type address struct {
	Street, City, Postcode string
	Number                 int
	Near                   []*address
}

type index struct {
	byPostcode map[string][]*address
	postcodes  []string
}

func buildIndex(n int) *index {
	x := &index{byPostcode: make(map[string][]*address)}
	var last *address
	for i := 0; i < n; i++ {
		a := &address{
			Street:   "Street " + strconv.Itoa(i/30),
			City:     "City " + strconv.Itoa(i/5000),
			Postcode: fmt.Sprintf("%04d AB", i/30%10_000),
			Number:   i % 30,
		}
		if last != nil {
			a.Near = append(a.Near, last)
		}
		if _, known := x.byPostcode[a.Postcode]; !known {
			x.postcodes = append(x.postcodes, a.Postcode)
		}
		x.byPostcode[a.Postcode] = append(x.byPostcode[a.Postcode], a)
		last = a
	}
	return x
}

func (x *index) lookup(w http.ResponseWriter, r *http.Request) {
	n, _ := strconv.Atoi(r.FormValue("n"))
	type answer struct {
		Street string
		City   string
		Number int
	}
	var answers []answer
	for i := 0; i < 8; i++ {
		for _, a := range x.byPostcode[x.postcodes[(n*31+i)%len(x.postcodes)]] {
			answers = append(answers, answer{a.Street, a.City, a.Number})
		}
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(answers)
}

func main() {
	x := buildIndex(700_000)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /lookup", x.lookup)
	serve.Run(mux)
}
