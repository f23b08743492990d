// Thousands of short goroutines that wake each other over channels: creation, blocking and waking.
//
//	many-goroutines OUT MILLISECONDS
package main

import (
	"log"
	"os"
	"runtime/trace"
	"strconv"
	"sync"
	"time"
)

func relay(in <-chan int, out chan<- int) {
	out <- 1 + <-in
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
	for time.Now().Before(deadline) {
		var wg sync.WaitGroup
		for range 4 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				first := make(chan int)
				last := first
				for range 500 {
					next := make(chan int)
					go relay(last, next)
					last = next
				}
				first <- 0
				<-last
			}()
		}
		wg.Wait()
	}
	trace.Stop()
	if err := out.Close(); err != nil {
		log.Fatal(err)
	}
}
