// A message bus consumer: each device has a loop that handles its messages
// and gives up after ten minutes of silence.
package main

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"heapwright.example/lab/internal/serve"
)

const (
	devices = 40
	silence = 10 * time.Minute
)

type message struct {
	topic   string
	payload [64]byte
}

type device struct {
	inbox   chan *message
	handled atomic.Int64
	last    *message
}

func (d *device) consume() {
	quiet := time.NewTimer(silence)
	defer quiet.Stop()
	for {
		select {
		case m := <-d.inbox:
			d.last = m
			d.handled.Add(1)
			if !quiet.Stop() {
				select { // with timer channels of before Go 1.23 a tick may be waiting
				case <-quiet.C:
				default:
				}
			}
			quiet.Reset(silence)
		case <-quiet.C:
			return
		}
	}
}

func main() {
	var fleet [devices]*device
	for i := range fleet {
		fleet[i] = &device{inbox: make(chan *message, 64)}
		go fleet[i].consume()
	}
	go func() {
		n := 0
		for range time.Tick(10 * time.Millisecond) {
			for burst := 0; burst < 120; burst++ {
				n++
				fleet[n%devices].inbox <- &message{topic: fmt.Sprintf("device/%d/reading", n%devices)}
			}
		}
	}()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /handled", func(w http.ResponseWriter, _ *http.Request) {
		total := int64(0)
		for _, d := range fleet {
			total += d.handled.Load()
		}
		fmt.Fprintln(w, total)
	})
	serve.Run(mux)
}
