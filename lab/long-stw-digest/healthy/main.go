// A store of parcels whose archive is checked all the time, piece by piece.
package main

import (
	"crypto/sha512"
	"fmt"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"heapwright.example/lab/internal/serve"
)

type parcel struct {
	label string
	route []string
}

type store struct {
	archive []byte
	digest  atomic.Value
}

func open(mib int) *store {
	s := &store{archive: make([]byte, mib<<20)}
	for i := range s.archive {
		s.archive[i] = byte(i * 31)
	}
	return s
}

// check can be interrupted after each piece.
func (s *store) check() {
	const piece = 64 << 10
	for {
		h := sha512.New()
		for from := 0; from < len(s.archive); from += piece {
			h.Write(s.archive[from:min(from+piece, len(s.archive))])
		}
		s.digest.Store([sha512.Size]byte(h.Sum(nil)))
		time.Sleep(20 * time.Millisecond)
	}
}

func label(n int) *parcel {
	p := &parcel{label: fmt.Sprintf("parcel %d", n)}
	for i := 0; i < 400; i++ {
		p.route = append(p.route, strconv.Itoa(n*i))
	}
	return p
}

func main() {
	s := open(64)
	go s.check()
	kept := make([]atomic.Pointer[parcel], 100)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /parcels", func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.FormValue("n"))
		var p *parcel
		for i := 0; i < 500; i++ {
			p = label(n + i)
		}
		kept[n%len(kept)].Store(p)
		fmt.Fprintln(w, p.label, s.digest.Load() != nil)
	})
	serve.Run(mux)
}
