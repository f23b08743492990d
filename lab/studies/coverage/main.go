// Command coverage allocates known amounts at known functions, from several
// goroutines at once and beside others that make garbage, and writes two heap
// profiles of itself. One process is one trial: what a profile samples is
// random, so that intervals can be checked against the truth over many.
package main

import (
	"encoding/json"
	"flag"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"sync"
)

// A site keeps before objects at the first profile and after at the second;
// replaced of those kept are exchanged for new ones in between. Sizes are size
// classes, so that an object takes exactly its size.
type site struct {
	Function string `json:"function"`
	Size     int    `json:"size"`
	Before   int    `json:"before"`
	After    int    `json:"after"`
	replaced int
	allocate func() []byte
	kept     [][]byte
}

var sites = []*site{
	{Function: "main.small", Size: 64, Before: 50_000, After: 70_000, allocate: small},
	{Function: "main.record", Size: 1 << 10, Before: 3_000, After: 8_000, allocate: record},
	{Function: "main.block", Size: 32 << 10, Before: 100, After: 150, allocate: block},
	{Function: "main.slab", Size: 1 << 20, Before: 5, After: 7, allocate: slab},
	{Function: "main.page", Size: 4 << 10, Before: 20_000, After: 20_000, replaced: 500, allocate: page},
}

//go:noinline
func small() []byte { return make([]byte, 64) }

//go:noinline
func record() []byte { return make([]byte, 1<<10) }

//go:noinline
func block() []byte { return make([]byte, 32<<10) }

//go:noinline
func slab() []byte { return make([]byte, 1<<20) }

//go:noinline
func page() []byte { return make([]byte, 4<<10) }

//go:noinline
func garbage() []byte { return make([]byte, 2<<10) }

const workers = 4

func main() {
	folder := flag.String("folder", ".", "where heap-1.pb.gz, heap-2.pb.gz and truth.json go")
	flag.Parse()

	stop := make(chan struct{})
	var churning sync.WaitGroup
	for range 2 {
		churning.Add(1)
		go func() {
			defer churning.Done()
			var last []byte
			for {
				select {
				case <-stop:
					runtime.KeepAlive(last)
					return
				default:
					last = garbage()
				}
			}
		}()
	}
	each(func(s *site) int { return s.Before })
	write(filepath.Join(*folder, "heap-1.pb.gz"))
	for _, s := range sites {
		clear(s.kept[:s.replaced]) // the array behind the slice would keep them
		s.kept = s.kept[s.replaced:]
	}
	each(func(s *site) int { return s.After })
	close(stop)
	churning.Wait()
	write(filepath.Join(*folder, "heap-2.pb.gz"))

	truth, err := json.Marshal(sites)
	check(err)
	check(os.WriteFile(filepath.Join(*folder, "truth.json"), truth, 0o644))
	for _, s := range sites {
		runtime.KeepAlive(s.kept)
	}
}

// each fills every site up to its target, all sites at once and each from
// several goroutines.
func each(target func(*site) int) {
	var filling sync.WaitGroup
	for _, s := range sites {
		missing := target(s) - len(s.kept)
		var mu sync.Mutex
		for w := range workers {
			share := missing / workers
			if w < missing%workers {
				share++
			}
			filling.Add(1)
			go func() {
				defer filling.Done()
				made := make([][]byte, 0, share)
				for range share {
					made = append(made, s.allocate())
				}
				mu.Lock()
				defer mu.Unlock()
				s.kept = append(s.kept, made...)
			}()
		}
	}
	filling.Wait()
}

// write collects twice first: a profile shows what was live at the end of the
// last finished cycle, and an object is published to it one cycle later.
func write(name string) {
	runtime.GC()
	runtime.GC()
	f, err := os.Create(name)
	check(err)
	check(pprof.Lookup("heap").WriteTo(f, 0))
	check(f.Close())
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
