// Blocking system calls on many threads: procs are stolen from threads in calls, calls end blocked.
//
//	syscalls OUT MILLISECONDS
package main

import (
	"log"
	"os"
	"runtime"
	"runtime/trace"
	"strconv"
	"sync"
	"syscall"
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
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			var pair [2]int
			if err := syscall.Pipe(pair[:]); err != nil {
				log.Fatal(err)
			}
			buf := make([]byte, 1)
			for n := 0; time.Now().Before(deadline); n++ {
				if n%8 == 0 {
					nap := syscall.Timespec{Nsec: int64(20000 * (i + 1))}
					_ = syscall.Nanosleep(&nap, nil)
				}
				go func() { _, _ = syscall.Write(pair[1], []byte{1}) }()
				if _, err := syscall.Read(pair[0], buf); err != nil {
					log.Fatal(err)
				}
				runtime.Gosched()
			}
		}()
	}
	wg.Wait()
	trace.Stop()
	if err := out.Close(); err != nil {
		log.Fatal(err)
	}
}
