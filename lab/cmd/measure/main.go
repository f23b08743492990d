// Command measure runs one lab service under the load its expect.json asks
// for and prints its memory figures a few times, so that the table in the
// README can be made again: go run ./cmd/measure heap-leak-sessions/faulty
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"heapwright.example/lab/internal/load"
)

type variant struct {
	Args        []string          `json:"args"`
	Env         map[string]string `json:"env"`
	BuildFlags  []string          `json:"buildFlags"`
	LoadRps     float64           `json:"loadRps"`
	LoadPath    string            `json:"loadPath"`
	LoadBody    string            `json:"loadBody"`
	LoadProfile string            `json:"loadProfile"`
	MaxInflight int               `json:"maxInflight"`
	IdleConns   int               `json:"idleConns"`
	IdlePath    string            `json:"idlePath"`
	MinSeconds  float64           `json:"minSeconds"`
}

func main() {
	seconds := flag.Float64("seconds", 0, "run time; 0 takes minSeconds of expect.json")
	keep := flag.String("keep", "", "directory for the heap and goroutine profiles taken at the end")
	points := flag.Int("points", 4, "how many times to print the figures")
	flag.Parse()
	if flag.NArg() != 1 {
		log.Fatal("usage: measure [flags] scenario/variant, in the lab folder")
	}
	scenario, name := filepath.Split(filepath.Clean(flag.Arg(0)))
	v := readVariant(filepath.Join(scenario, "expect.json"), name)
	if *seconds == 0 {
		*seconds = v.MinSeconds
	}

	dir, err := os.MkdirTemp("", "lab")
	check(err)
	defer os.RemoveAll(dir)
	binary := filepath.Join(dir, "service")
	build := exec.Command("go", append(append([]string{"build", "-o", binary}, v.BuildFlags...), "./"+flag.Arg(0))...)
	build.Stderr = os.Stderr
	check(build.Run())

	service := exec.Command(binary, v.Args...)
	service.Env = os.Environ()
	for key, value := range v.Env {
		service.Env = append(service.Env, key+"="+value)
	}
	stderr, err := service.StderrPipe()
	check(err)
	check(service.Start())
	defer service.Wait()
	defer service.Process.Signal(syscall.SIGTERM)
	base := listenAddress(stderr)

	done := make(chan struct{})
	go func() {
		defer close(done)
		if v.LoadRps == 0 && v.IdleConns == 0 {
			time.Sleep(time.Duration(*seconds * float64(time.Second))) // it works on its own
			return
		}
		result, err := load.Run(context.Background(), load.Config{
			URL: base + v.LoadPath, Body: v.LoadBody, Rate: max(v.LoadRps, 0.2),
			Profile: orElse(v.LoadProfile, "steady"), Seconds: *seconds, MaxInflight: max(v.MaxInflight, 1),
			Conns: v.IdleConns, ConnPath: v.IdlePath,
		})
		line, _ := json.Marshal(result)
		fmt.Println("load", string(line), err)
	}()
	previous := figures{}
	for i := 1; i <= *points; i++ {
		time.Sleep(time.Duration(*seconds / float64(*points) * 0.95 * float64(time.Second)))
		now := read(base, service.Process.Pid)
		now.print(previous)
		previous = now
	}
	if *keep != "" {
		check(os.MkdirAll(*keep, 0o755))
		for _, profile := range []string{"heap", "goroutine"} {
			save(base+"/debug/pprof/"+profile, filepath.Join(*keep, profile+".pb.gz"))
		}
	}
	<-done
}

func readVariant(path, name string) variant {
	text, err := os.ReadFile(path)
	check(err)
	var all map[string]json.RawMessage
	check(json.Unmarshal(text, &all))
	v := variant{LoadPath: "/", IdlePath: "/", MaxInflight: 256}
	check(json.Unmarshal(all[name], &v))
	return v
}

func listenAddress(stderr io.Reader) string {
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		if address, found := strings.CutPrefix(lines.Text(), "listening on "); found {
			go io.Copy(io.Discard, stderr) // a full pipe would block a service that logs
			return "http://" + address
		}
	}
	log.Fatal("the service ended before it listened")
	return ""
}

func save(url, path string) {
	response, err := http.Get(url)
	check(err)
	defer response.Body.Close()
	file, err := os.Create(path)
	check(err)
	defer file.Close()
	_, err = io.Copy(file, response.Body)
	check(err)
}

func orElse(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
