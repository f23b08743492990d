// Command ledger plants known amounts of memory of several kinds, touches
// every page of them, and then stays quiet, so that a ledger of its RSS can be
// compared with what was planted.
//
// Stacks are planted as goroutines that recurse until their 64 KiB stack is
// filled to the share -fill and wait there. The runtime gives stacks in powers
// of two, so each counts as 64 KiB; only what was used is resident. Above a
// quarter the GC does not shrink them. A GC ends the planting of the heap: a
// ledger calls live what a finished cycle marked, the rest is since that GC.
package main

import (
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"runtime"
	"syscall"

	"heapwright.example/lab/internal/serve"
)

const (
	mib        = 1 << 20
	stackBytes = 64 << 10
	frameBytes = 1<<10 + 48 // the array and what the call itself needs
)

var (
	native = flag.Int("native", 0, "MiB of private anonymous memory outside the Go heap")
	file   = flag.Int("file", 0, "MiB of a mapped file")
	shared = flag.Int("shared", 0, "MiB of shared memory (memfd)")
	stacks = flag.Int("stacks", 0, "MiB of goroutine stacks")
	fill   = flag.Float64("fill", 0.95, "share of each stack that is used, above 0.5")
	heap   = flag.Int("heap", 0, "MiB of live heap")
)

var kept [][]byte

func main() {
	flag.Parse()
	if *native > 0 {
		touch(mapped(-1, *native, syscall.MAP_ANON|syscall.MAP_PRIVATE))
	}
	if *file > 0 {
		f, err := os.CreateTemp("", "planted-*.bin")
		check(err)
		block := make([]byte, mib)
		for i := 0; i < *file; i++ {
			_, err := f.Write(block)
			check(err)
		}
		check(f.Sync())
		read(mapped(int(f.Fd()), *file, syscall.MAP_SHARED))
	}
	if *shared > 0 {
		fd := memfd()
		check(syscall.Ftruncate(fd, int64(*shared)*mib))
		touch(mapped(fd, *shared, syscall.MAP_SHARED))
	}
	for range *heap {
		block := make([]byte, mib)
		touch(block)
		kept = append(kept, block)
	}
	runtime.GC() // live is what a finished cycle marked
	reached := make(chan struct{})
	for range *stacks * mib / stackBytes {
		go deep(int(*fill*stackBytes/frameBytes), reached)
		<-reached
	}
	serve.Run(http.NewServeMux())
}

func mapped(fd, size, flags int) []byte {
	protection := syscall.PROT_READ
	if fd < 0 || flags&syscall.MAP_SHARED != 0 {
		protection |= syscall.PROT_WRITE
	}
	block, err := syscall.Mmap(fd, 0, size*mib, protection, flags)
	check(err)
	return block
}

func touch(block []byte) {
	for i := 0; i < len(block); i += 4096 {
		block[i] = 1
	}
}

var sum byte

func read(block []byte) {
	for i := 0; i < len(block); i += 4096 {
		sum += block[i]
	}
}

//go:noinline
func deep(frames int, reached chan<- struct{}) byte {
	var frame [1 << 10]byte
	frame[frames%len(frame)] = byte(frames)
	if frames == 0 {
		reached <- struct{}{}
		select {}
	}
	return deep(frames-1, reached) + frame[frames/2]
}

func memfd() int {
	const sysMemfdCreate = 319 // linux/amd64
	name := []byte("planted\x00")
	fd, _, errno := syscall.Syscall(sysMemfdCreate, address(name), 0, 0)
	if errno != 0 {
		check(fmt.Errorf("memfd_create: %w", errno))
	}
	return int(fd)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
