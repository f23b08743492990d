// Goroutines that wait for the network poller: requests and answers over loopback connections.
//
//	network OUT MILLISECONDS
package main

import (
	"io"
	"log"
	"net"
	"os"
	"runtime/trace"
	"strconv"
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
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	if err := trace.Start(out); err != nil {
		log.Fatal(err)
	}
	deadline := time.Now().Add(time.Duration(ms) * time.Millisecond)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go answer(conn)
		}
	}()
	var wg sync.WaitGroup
	for range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			ask(listener.Addr().String(), deadline)
		}()
	}
	wg.Wait()
	if err := listener.Close(); err != nil {
		log.Fatal(err)
	}
	trace.Stop()
	if err := out.Close(); err != nil {
		log.Fatal(err)
	}
}

func answer(conn net.Conn) {
	defer conn.Close()
	buffer := make([]byte, 64)
	for {
		if _, err := io.ReadFull(conn, buffer); err != nil {
			return
		}
		time.Sleep(200 * time.Microsecond)
		if _, err := conn.Write(buffer); err != nil {
			return
		}
	}
}

func ask(address string, deadline time.Time) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	buffer := make([]byte, 64)
	for time.Now().Before(deadline) {
		if _, err := conn.Write(buffer); err != nil {
			log.Fatal(err)
		}
		if _, err := io.ReadFull(conn, buffer); err != nil {
			log.Fatal(err)
		}
	}
}
