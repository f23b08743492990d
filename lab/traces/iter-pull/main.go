//go:build go1.23

// Coroutines: iter.Pull switches between goroutines without the scheduler, and ends them that way.
//
//	iter-pull OUT MILLISECONDS
package main

import (
	"iter"
	"log"
	"os"
	"runtime/trace"
	"strconv"
	"sync"
	"time"
)

func count(yield func(int) bool) {
	for i := 0; yield(i); i++ {
	}
}

func main() {
	ms, err := strconv.Atoi(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	out, err := os.Create(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	if err := trace.Start(out); err != nil {
		log.Fatal(err)
	}
	deadline := time.Now().Add(time.Duration(ms) * time.Millisecond)
	var wg sync.WaitGroup
	for range 3 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for time.Now().Before(deadline) {
				next, stop := iter.Pull(count)
				for range 20 {
					next()
				}
				stop()
				few, end := iter.Pull(func(yield func(int) bool) { yield(1) })
				few()
				few()
				end()
			}
		}()
	}
	wg.Wait()
	trace.Stop()
	if err := out.Close(); err != nil {
		log.Fatal(err)
	}
}
