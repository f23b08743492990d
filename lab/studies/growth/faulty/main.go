// Two objects of 1 MiB stay behind between the two profiles, beside a cache of
// 80 MiB that turns over: 2 % of the memory.
package main

import "heapwright.example/lab/studies/growth/cache"

//go:noinline
func leak() []byte { return make([]byte, 1<<20) }

func main() {
	cache.Rounds(func() any { return [][]byte{leak(), leak()} })
}
