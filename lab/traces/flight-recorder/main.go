//go:build go1.25

// A flight recorder's dump: the newest whole generations of a run that was much longer.
//
//	flight-recorder OUT MILLISECONDS
package main

import (
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
	recorder := trace.NewFlightRecorder(trace.FlightRecorderConfig{
		MinAge: 500 * time.Millisecond, MaxBytes: 64 << 20,
	})
	if err := recorder.Start(); err != nil {
		log.Fatal(err)
	}
	for range 4 {
		go func() {
			for kept := make([][]byte, 64); ; {
				for i := range kept {
					kept[i] = make([]byte, 16<<10)
				}
				time.Sleep(100 * time.Microsecond)
			}
		}()
	}
	time.Sleep(time.Duration(ms)*time.Millisecond + 3*time.Second)
	out, err := os.Create(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	if _, err := recorder.WriteTo(out); err != nil {
		log.Fatal(err)
	}
	recorder.Stop()
	if err := out.Close(); err != nil {
		log.Fatal(err)
	}
}
