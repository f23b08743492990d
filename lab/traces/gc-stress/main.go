// Garbage collection under pressure: every goroutine allocates, so mark assists, sweeps and stops of
// the world are frequent.
//
//	gc-stress OUT MILLISECONDS
package main

import (
	"log"
	"os"
	"runtime/debug"
	"runtime/trace"
	"strconv"
	"sync"
	"time"
)

type node struct {
	left, right *node
	pad         [48]byte
}

func build(depth int) *node {
	if depth == 0 {
		return &node{}
	}
	return &node{left: build(depth - 1), right: build(depth - 1)}
}

func main() {
	ms, err := strconv.Atoi(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	debug.SetGCPercent(20)
	out, err := os.Create(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	if err := trace.Start(out); err != nil {
		log.Fatal(err)
	}
	deadline := time.Now().Add(time.Duration(ms) * time.Millisecond)
	var wg sync.WaitGroup
	for range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			kept := make([]*node, 4)
			for i := 0; time.Now().Before(deadline); i++ {
				kept[i%len(kept)] = build(10)
				if i%64 == 0 {
					_ = make([]byte, 1<<20)
				}
			}
		}()
	}
	wg.Wait()
	trace.Stop()
	if err := out.Close(); err != nil {
		log.Fatal(err)
	}
}
