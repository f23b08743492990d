// A workflow engine: the steps of a workflow run under contexts derived from
// the engine's own, so that stopping the engine stops every step.
package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"heapwright.example/lab/internal/serve"
)

type task struct {
	ctx    context.Context
	cancel context.CancelFunc
	name   string
	input  []byte
	output [sha256.Size]byte
}

type taskKey struct{}

type engine struct {
	root     context.Context
	finished atomic.Int64
}

func (e *engine) newTask(name string, size int) *task {
	t := &task{name: name, input: make([]byte, size)}
	for i := range t.input {
		t.input[i] = name[i%len(name)]
	}
	t.ctx, t.cancel = context.WithCancel(context.WithValue(e.root, taskKey{}, t))
	return t
}

func (t *task) run() error {
	if err := t.ctx.Err(); err != nil {
		return err
	}
	current := t.ctx.Value(taskKey{}).(*task)
	current.output = sha256.Sum256(bytes.Repeat(current.input, 8))
	return nil
}

func (e *engine) workflow(steps int) {
	for i := 0; i < steps; i++ {
		t := e.newTask(fmt.Sprintf("step-%d", i), 400)
		if err := t.run(); err != nil {
			t.cancel()
			return
		}
		e.finished.Add(1)
	}
}

func main() {
	root, stop := context.WithCancel(context.Background())
	defer stop()
	e := &engine{root: root}
	go func() {
		for range time.Tick(20 * time.Millisecond) {
			e.workflow(120)
		}
	}()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /finished", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, e.finished.Load())
	})
	serve.Run(mux)
}
