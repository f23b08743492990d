// Waiters that are woken and find nothing: condition variables, selects, timers.
//
//	futile-wakeups OUT MILLISECONDS
package main

import (
	"log"
	"os"
	"runtime/trace"
	"strconv"
	"sync"
	"time"
)

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
	var mu sync.Mutex
	cond := sync.NewCond(&mu)
	done := make(chan struct{})
	var wg sync.WaitGroup
	for range 8 {
		wg.Add(2)
		go func() {
			defer wg.Done()
			mu.Lock()
			for time.Now().Before(deadline) {
				cond.Wait()
			}
			mu.Unlock()
		}()
		go func() {
			defer wg.Done()
			for {
				select {
				case <-done:
					return
				case <-time.After(100 * time.Microsecond):
				}
			}
		}()
	}
	for time.Now().Before(deadline) {
		cond.Broadcast()
		time.Sleep(20 * time.Microsecond)
	}
	close(done)
	for range 50 {
		cond.Broadcast()
		time.Sleep(time.Millisecond)
	}
	wg.Wait()
	trace.Stop()
	if err := out.Close(); err != nil {
		log.Fatal(err)
	}
}
