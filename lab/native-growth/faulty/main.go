// A map-tile renderer that keeps the newest tiles outside the Go heap, so
// that the garbage collector does not have to look at them.
package main

import (
	"log"
	"net/http"
	"strconv"
	"sync"
	"time"

	"heapwright.example/lab/internal/serve"
	"heapwright.example/lab/native-growth/faulty/offheap"
)

const (
	tileBytes = 256 << 10
	keptTiles = 64
)

type tiles struct {
	mu    sync.Mutex
	ring  [keptTiles]*offheap.Block
	next  int
	style []string
}

func (t *tiles) render(n int) (byte, error) {
	block, err := offheap.Alloc(tileBytes)
	if err != nil {
		return 0, err
	}
	pixels := block.Bytes()
	for i := range pixels {
		pixels[i] = byte(i ^ n)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if old := t.ring[t.next]; old != nil {
		old.Release()
	}
	t.ring[t.next] = block
	t.next = (t.next + 1) % keptTiles
	return pixels[n%tileBytes], nil
}

func main() {
	t := &tiles{}
	go func() { // style sheets are read again now and then
		for range time.Tick(50 * time.Millisecond) {
			sheet := make([]string, 0, 4096)
			for i := 0; i < cap(sheet); i++ {
				sheet = append(sheet, "layer-"+strconv.Itoa(i))
			}
			t.mu.Lock()
			t.style = sheet
			t.mu.Unlock()
		}
	}()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /tile/{n}", func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.PathValue("n"))
		pixel, err := t.render(n)
		if err != nil {
			log.Println(err)
			http.Error(w, "out of tiles", http.StatusServiceUnavailable)
			return
		}
		w.Write([]byte{pixel})
	})
	serve.Run(mux)
}
