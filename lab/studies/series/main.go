// Profiles one after the other of a process that does what -mode says: heap profiles of a cache that turns
// over and something beside it, or every kind of profile of a service that is asked for more from the
// middle on.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"sync"
	"time"
)

const pages, replaced = 10_000, 2_500

var (
	store [pages][]byte
	next  int
	kept  [][]byte
	index = map[int]int{}
	hold  []byte
	lock  sync.Mutex
)

//go:noinline
func page() []byte { return make([]byte, 4096) }

//go:noinline
func keep(objects int) {
	for range objects {
		kept = append(kept, make([]byte, 2048))
	}
}

//go:noinline
func batch(objects int) [][]byte {
	out := make([][]byte, objects)
	for i := range out {
		out[i] = make([]byte, 2048)
	}
	return out
}

//go:noinline
func enter(entries int) {
	for range entries {
		index[len(index)] = 1
	}
}

//go:noinline
func more(objects int) {
	for range objects {
		hold = make([]byte, 4096)
	}
}

//go:noinline
func contend(rounds int) {
	var group sync.WaitGroup
	for range 4 {
		group.Add(1)
		go func() {
			defer group.Done()
			for range rounds {
				lock.Lock()
				time.Sleep(50 * time.Microsecond)
				lock.Unlock()
			}
		}()
	}
	group.Wait()
}

//go:noinline
func wait(for_ chan int) { go func() { <-for_ }() }

//go:noinline
func burn(d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); {
	}
}

func write(folder, kind string, i int) {
	f, err := os.Create(filepath.Join(folder, fmt.Sprintf("%s-%02d.pb.gz", kind, i)))
	if err != nil {
		panic(err)
	}
	defer f.Close()
	if err := pprof.Lookup(kind).WriteTo(f, 0); err != nil {
		panic(err)
	}
}

func turnOver() {
	for range replaced {
		store[next%pages] = page()
		next++
	}
}

func main() {
	mode := flag.String("mode", "stable", "stable, batch, leak, table, warm, last or kinds")
	snapshots := flag.Int("n", 12, "profiles of each kind")
	out := flag.String("out", ".", "folder")
	flag.Parse()
	runtime.SetMutexProfileFraction(1)
	never := make(chan int)
	for range 2 * pages / replaced {
		turnOver()
	}
	for i := range *snapshots {
		turnOver()
		var now [][]byte
		isLater := i > *snapshots/2
		switch *mode {
		case "batch":
			if i == 5 {
				now = batch(40_000)
			}
		case "last":
			if i == *snapshots-1 {
				now = batch(40_000)
			}
		case "leak":
			keep(1_500)
		case "table":
			enter(150_000)
		case "warm":
			if i < 4 {
				keep(5_000)
			}
		case "kinds":
			f, err := os.Create(filepath.Join(*out, fmt.Sprintf("cpu-%02d.pb.gz", i)))
			if err != nil {
				panic(err)
			}
			if err := pprof.StartCPUProfile(f); err != nil {
				panic(err)
			}
			rounds, work := 30, 150*time.Millisecond
			if isLater {
				rounds, work = 120, 600*time.Millisecond
				more(30_000)
			}
			contend(rounds)
			burn(work)
			time.Sleep(700*time.Millisecond - work)
			pprof.StopCPUProfile()
			f.Close()
			wait(never)
			wait(never)
		}
		runtime.GC()
		runtime.GC()
		if *mode == "kinds" {
			for _, kind := range []string{"allocs", "goroutine", "mutex"} {
				write(*out, kind, i)
			}
		} else {
			time.Sleep(20 * time.Millisecond)
			write(*out, "heap", i)
		}
		runtime.KeepAlive(now)
	}
	runtime.KeepAlive(index)
}
