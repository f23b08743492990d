// Threads of C that call into Go: goroutines that appear in a system call and vanish with their thread,
// whose id the next thread may get.
//
//	cgo-callbacks OUT MILLISECONDS
package main

/*
#include <pthread.h>

extern void callback(void);

static void *run(void *unused) {
	for (int i = 0; i < 3; i++) callback();
	return unused;
}

static int threads(int n) {
	pthread_t ids[16];
	for (int i = 0; i < n; i++) if (pthread_create(&ids[i], 0, run, 0) != 0) return 1;
	for (int i = 0; i < n; i++) pthread_join(ids[i], 0);
	return 0;
}
*/
import "C"

import (
	"log"
	"os"
	"runtime"
	"runtime/trace"
	"strconv"
	"sync/atomic"
	"time"
)

var calls atomic.Int64

//export callback
func callback() {
	if calls.Add(1)%3 == 0 {
		time.Sleep(50 * time.Microsecond)
	}
	runtime.Gosched()
}

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
	for time.Now().Before(deadline) {
		if C.threads(8) != 0 {
			log.Fatal("no threads")
		}
	}
	trace.Stop()
	if err := out.Close(); err != nil {
		log.Fatal(err)
	}
}
