// Writes an execution trace in the format of Go 1.11 to 1.21, with every kind of event that the
// releases of that time write. Nothing newer than Go 1.17 is used.
//   traces-old FILE MILLISECONDS MODE…
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"runtime/trace"
	"strconv"
	"sync"
	"time"
)

type node struct {
	left, right *node
	pad         [64]byte
}

func tree(depth int) *node {
	if depth == 0 {
		return &node{}
	}
	return &node{left: tree(depth - 1), right: tree(depth - 1)}
}

var keep [][]byte
var kept *node

// Assists, sweeps and short cycles.
func gc(until time.Time) {
	debug.SetGCPercent(20)
	kept = tree(15)
	var wg sync.WaitGroup
	for i := 0; i < 4; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for time.Now().Before(until) {
				tree(10)
			}
		}()
	}
	wg.Wait()
	debug.SetGCPercent(100)
}

// Goroutines that are born, block on each other and die.
func many(until time.Time) {
	for time.Now().Before(until) {
		c := make(chan int)
		var wg sync.WaitGroup
		for i := 0; i < 100; i++ {
			wg.Add(2)
			go func() { defer wg.Done(); c <- i }()
			go func() { defer wg.Done(); <-c }()
		}
		wg.Wait()
	}
}

func sleepers(until time.Time) {
	var wg sync.WaitGroup
	for i := 0; i < 20; i++ {
		wg.Add(1)
		go func(i int) {
			defer wg.Done()
			for time.Now().Before(until) {
				time.Sleep(time.Duration(i) * 100 * time.Microsecond)
				runtime.Gosched()
			}
		}(i)
	}
	wg.Wait()
}

func syncs(until time.Time) {
	var mu sync.Mutex
	cond := sync.NewCond(&mu)
	var wg sync.WaitGroup
	a, b := make(chan int), make(chan int)
	done := make(chan struct{})
	for i := 0; i < 4; i++ {
		wg.Add(3)
		go func() {
			defer wg.Done()
			for time.Now().Before(until) {
				mu.Lock()
				time.Sleep(10 * time.Microsecond)
				mu.Unlock()
				cond.Broadcast()
			}
		}()
		go func() {
			defer wg.Done()
			for {
				select {
				case a <- 1:
				case <-b:
				case <-done:
					return
				}
			}
		}()
		go func() {
			defer wg.Done()
			for time.Now().Before(until) {
				select {
				case <-a:
				case b <- 1:
				}
			}
		}()
	}
	go func() {
		mu.Lock()
		defer mu.Unlock()
		for {
			cond.Wait()
		}
	}()
	time.Sleep(time.Until(until))
	close(done)
	for drained := false; !drained; {
		select {
		case a <- 1:
		case <-b:
		case <-time.After(20 * time.Millisecond):
			drained = true
		}
	}
	wg.Wait()
}

func network(until time.Time) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { io.Copy(c, c); c.Close() }()
		}
	}()
	var wg sync.WaitGroup
	for i := 0; i < 4; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			c, err := net.Dial("tcp", l.Addr().String())
			must(err)
			defer c.Close()
			buf := make([]byte, 512)
			for time.Now().Before(until) {
				c.Write(buf)
				io.ReadFull(c, buf)
			}
		}()
	}
	wg.Wait()
	l.Close()
}

// System calls that block long enough to lose their proc.
func syscalls(until time.Time) {
	r, w, err := os.Pipe()
	must(err)
	go func() {
		for time.Now().Before(until) {
			time.Sleep(300 * time.Microsecond)
			w.Write([]byte("x"))
		}
		w.Close()
	}()
	var wg sync.WaitGroup
	for i := 0; i < 3; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			f := os.NewFile(r.Fd(), "pipe") // Fd makes it block in the call
			buf := make([]byte, 1)
			for {
				if n, err := f.Read(buf); n == 0 || err != nil {
					return
				}
			}
		}()
	}
	wg.Wait()
}

func tasks(until time.Time) {
	for n := 0; time.Now().Before(until); n++ {
		ctx, outer := trace.NewTask(context.Background(), "request")
		var wg sync.WaitGroup
		for i := 0; i < 3; i++ {
			wg.Add(1)
			go func(i int) {
				defer wg.Done()
				ctx, inner := trace.NewTask(ctx, fmt.Sprintf("part %d", i))
				defer inner.End()
				trace.WithRegion(ctx, "outer \"region\"", func() {
					defer trace.StartRegion(ctx, "inner").End()
					trace.Logf(ctx, "key", "message %d of %d\n", i, n)
					trace.Log(ctx, "", "")
				})
			}(i)
		}
		wg.Wait()
		outer.End()
		time.Sleep(time.Millisecond)
	}
}

func procs(until time.Time) {
	for n := 1; time.Now().Before(until); n++ {
		runtime.GOMAXPROCS(1 + n%6)
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		runtime.GC()
		keep = append(keep, make([]byte, 1<<16))
		time.Sleep(time.Millisecond)
	}
}

func profile(until time.Time) {
	must(pprof.StartCPUProfile(io.Discard))
	defer pprof.StopCPUProfile()
	var wg sync.WaitGroup
	for i := 0; i < 3; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for time.Now().Before(until) {
				tree(8)
			}
		}()
	}
	wg.Wait()
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	modes := map[string]func(time.Time){
		"gc": gc, "many": many, "sleepers": sleepers, "syncs": syncs, "network": network,
		"syscalls": syscalls, "tasks": tasks, "procs": procs, "profile": profile,
	}
	out, err := os.Create(os.Args[1])
	must(err)
	ms, err := strconv.Atoi(os.Args[2])
	must(err)
	// Open when the trace begins.
	go func() { select {} }()
	go func() { time.Sleep(time.Hour) }()
	time.Sleep(5 * time.Millisecond)
	must(trace.Start(out))
	for _, mode := range os.Args[3:] {
		modes[mode](time.Now().Add(time.Duration(ms) * time.Millisecond))
	}
	trace.Stop()
	must(out.Close())
}
