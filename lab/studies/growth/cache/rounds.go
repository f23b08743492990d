package cache

import (
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
)

// Rounds writes before-N.pb.gz and after-N.pb.gz into the folder given, a pair
// for each round. A round has a cache of its own, so that rounds are sampled
// independently of each other; between its two profiles 500 pages are replaced
// and between is called, whose result lives until the round ends.
func Rounds(between func() any) {
	rounds := flag.Int("rounds", 20, "pairs to write")
	folder := flag.String("out", ".", "folder to write to")
	flag.Parse()
	for round := range *rounds {
		held := New()
		write(*folder, "before", round)
		held.Replace(500)
		kept := between()
		write(*folder, "after", round)
		runtime.KeepAlive(kept)
		runtime.KeepAlive(held)
	}
}

// write stores what is live: two cycles, since a profile shows the last one
// whose frees are all known.
func write(folder, name string, round int) {
	runtime.GC()
	runtime.GC()
	file, err := os.Create(filepath.Join(folder, fmt.Sprintf("%s-%d.pb.gz", name, round)))
	if err != nil {
		log.Fatal(err)
	}
	if err := pprof.Lookup("heap").WriteTo(file, 0); err != nil {
		log.Fatal(err)
	}
	if err := file.Close(); err != nil {
		log.Fatal(err)
	}
}
