// A thumbnailer without callers: a spool is emptied four times a second, each
// batch by its own set of workers.
package main

import (
	"hash/crc32"
	"net/http"
	"sync"
	"time"

	"heapwright.example/lab/internal/serve"
)

const workersPerBatch = 16

type picture struct {
	name string
	data []byte
}

type batch struct {
	jobs    chan picture
	done    sync.WaitGroup
	mu      sync.Mutex
	digests map[string]uint32
}

func (b *batch) work() {
	scratch := make([]byte, 4<<10)
	for p := range b.jobs {
		n := copy(scratch, p.data)
		sum := crc32.ChecksumIEEE(scratch[:n])
		b.mu.Lock()
		b.digests[p.name] = sum
		b.mu.Unlock()
		b.done.Done()
	}
}

func process(spool []picture) map[string]uint32 {
	b := &batch{jobs: make(chan picture), digests: make(map[string]uint32, len(spool))}
	for i := 0; i < workersPerBatch; i++ {
		go b.work()
	}
	b.done.Add(len(spool))
	for _, p := range spool {
		b.jobs <- p
	}
	close(b.jobs)
	b.done.Wait()
	return b.digests
}

func drainSpool() {
	names := [...]string{"beach", "harbour", "market", "station", "bridge", "garden", "tower", "canal"}
	for range time.Tick(250 * time.Millisecond) {
		var spool []picture
		for _, name := range names {
			for _, size := range []string{"small", "medium", "large", "poster"} {
				spool = append(spool, picture{name + "-" + size, make([]byte, 32<<10)})
			}
		}
		process(spool)
	}
}

func main() {
	go drainSpool()
	serve.Run(http.NewServeMux())
}
