// Tracing is started and stopped again and again while goroutines run and block; the last recording is
// kept. Its generations do not start at 1.
//
//	start-stop OUT MILLISECONDS
package main

import (
	"io"
	"log"
	"os"
	"runtime/trace"
	"strconv"
	"time"
)

func main() {
	ms, err := strconv.Atoi(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	for range 6 {
		go func() {
			for ch := make(chan int, 1); ; {
				go func() { ch <- len(make([]byte, 32<<10)) }()
				<-ch
				time.Sleep(30 * time.Microsecond)
			}
		}()
	}
	for range 8 {
		if err := trace.Start(io.Discard); err != nil {
			log.Fatal(err)
		}
		time.Sleep(time.Duration(ms) * time.Millisecond / 20)
		trace.Stop()
	}
	out, err := os.Create(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	if err := trace.Start(out); err != nil {
		log.Fatal(err)
	}
	time.Sleep(time.Duration(ms) * time.Millisecond)
	trace.Stop()
	if err := out.Close(); err != nil {
		log.Fatal(err)
	}
}
