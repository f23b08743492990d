// The same cache of 80 MiB, and nothing stays behind.
package main

import "heapwright.example/lab/studies/growth/cache"

func main() {
	cache.Rounds(func() any { return nil })
}
