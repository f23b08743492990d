// Many different stacks: recursion through two functions in random turns, so that most bytes are tables.
//
//	deep-stacks OUT MILLISECONDS
package main

import (
	"log"
	"math/rand"
	"os"
	"runtime/trace"
	"strconv"
	"sync"
	"time"
)

func left(depth int, r *rand.Rand, f func()) {
	if depth == 0 {
		f()
	} else if r.Intn(2) == 0 {
		left(depth-1, r, f)
	} else {
		right(depth-1, r, f)
	}
}

func right(depth int, r *rand.Rand, f func()) {
	if depth == 0 {
		f()
	} else if r.Intn(2) == 0 {
		left(depth-1, r, f)
	} else {
		right(depth-1, r, f)
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
	for i := range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			r := rand.New(rand.NewSource(int64(i)))
			ping := make(chan int)
			go func() {
				for range ping {
				}
			}()
			for time.Now().Before(deadline) {
				left(60, r, func() { ping <- 1 })
			}
			close(ping)
		}()
	}
	wg.Wait()
	trace.Stop()
	if err := out.Close(); err != nil {
		log.Fatal(err)
	}
}
