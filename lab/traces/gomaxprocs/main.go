// GOMAXPROCS goes up and down while goroutines run and allocate.
//
//	gomaxprocs OUT MILLISECONDS
package main

import (
	"log"
	"os"
	"runtime"
	"runtime/trace"
	"strconv"
	"sync"
	"time"
)

var sink [][]byte

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
	for range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for time.Now().Before(deadline) {
				_ = make([]byte, 64<<10)
				runtime.Gosched()
			}
		}()
	}
	for n := 0; time.Now().Before(deadline); n++ {
		runtime.GOMAXPROCS(1 + n%5)
		sink = append(sink[:n%4], make([]byte, 1<<16))
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		time.Sleep(2 * time.Millisecond)
	}
	wg.Wait()
	trace.Stop()
	if err := out.Close(); err != nil {
		log.Fatal(err)
	}
}
