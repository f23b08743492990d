// User annotations: nested tasks and regions, logs, names that need quoting, tasks over many generations.
//
//	tasks-regions OUT MILLISECONDS
package main

import (
	"context"
	"log"
	"os"
	"runtime/trace"
	"strconv"
	"strings"
	"sync"
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
	ctx, forever := trace.NewTask(context.Background(), "whole run")
	open := trace.StartRegion(ctx, "open over generations")
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for n := 0; time.Now().Before(deadline); n++ {
				child, task := trace.NewTask(ctx, "child "+strconv.Itoa(i))
				trace.WithRegion(child, "outer \"quoted\" 区域", func() {
					trace.WithRegion(child, "inner\n\t\x00\xff\u200b\U0001f600", func() {
						trace.Log(child, "key", "value \\ "+strconv.Itoa(n))
						trace.Logf(child, "", "long %s", strings.Repeat("é", 600))
						time.Sleep(50 * time.Microsecond)
					})
				})
				task.End()
				if n%10 == 0 {
					task.End()
				}
				trace.Log(context.Background(), "background", "x")
			}
		}()
	}
	wg.Wait()
	open.End()
	forever.End()
	trace.Stop()
	if err := out.Close(); err != nil {
		log.Fatal(err)
	}
}
