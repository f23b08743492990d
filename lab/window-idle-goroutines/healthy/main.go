// A chat presence service: one goroutine for each known user, asleep until
// somebody asks for that user. The number of users is fixed.
package main

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"heapwright.example/lab/internal/serve"
)

const users = 10_000

type question struct {
	at    time.Time
	reply chan string
}

type presence struct {
	user      int
	questions chan question
	lastAsked time.Time
}

func (p *presence) live() {
	for q := range p.questions {
		before := p.lastAsked
		p.lastAsked = q.at
		q.reply <- fmt.Sprintf("user %d, asked before at %s", p.user, before.Format(time.RFC3339))
	}
}

type directory [users]*presence

func (d *directory) ask(w http.ResponseWriter, r *http.Request) {
	n, _ := strconv.Atoi(r.PathValue("n"))
	reply := make(chan string, 1)
	for i := 0; i < 50; i++ { // the user and the friends on the same page
		d[(n+i)%users].questions <- question{time.Now(), reply}
		fmt.Fprintln(w, <-reply)
	}
}

func main() {
	d := &directory{}
	for i := range d {
		d[i] = &presence{user: i, questions: make(chan question)}
		go d[i].live()
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /presence/{n}", d.ask)
	serve.Run(mux)
}
