// Command load drives one lab service with an open-loop load and prints one
// line of JSON. It talks to loopback addresses only.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"heapwright.example/lab/internal/load"
)

func main() {
	var c load.Config
	flag.StringVar(&c.URL, "url", "", "target, such as http://127.0.0.1:8080/orders?id={k}")
	flag.StringVar(&c.Body, "body", "", "body to POST; {k} is the request number, {pad:N} N filler bytes")
	flag.Float64Var(&c.Rate, "rate", 50, "requests per second")
	flag.StringVar(&c.Profile, "profile", "steady", "steady, ramp, burst or idle")
	flag.Float64Var(&c.Seconds, "seconds", 30, "how long to send")
	flag.IntVar(&c.MaxInflight, "max-inflight", 256, "most requests waiting for an answer")
	flag.IntVar(&c.Conns, "conns", 0, "connections to hold open during the run")
	flag.StringVar(&c.ConnPath, "conn-path", "/", "path to request once on each held connection")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	result, err := load.Run(ctx, c)
	if err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(2)
	}
	json.NewEncoder(os.Stdout).Encode(result)
}
