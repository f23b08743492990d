// A comment renderer that is read in bursts, when a link is shared.
package main

import (
	"html/template"
	"log"
	"net/http"
	"strconv"
	"strings"

	"heapwright.example/lab/internal/serve"
)

type comment struct {
	Author, Text string
	Replies      []comment
}

var page = template.Must(template.New("thread").Parse(
	`{{range .}}<article><b>{{.Author}}</b> {{.Text}}{{range .Replies}}<p>{{.Author}}: {{.Text}}</p>{{end}}</article>{{end}}`))

func thread(number, size int) []comment {
	comments := make([]comment, size)
	for i := range comments {
		text := strings.Repeat("well said & noted; ", 3+(number+i)%9)
		comments[i] = comment{"user" + strconv.Itoa(i), text, []comment{
			{"user" + strconv.Itoa(number), text[:20], nil},
			{"user" + strconv.Itoa(number+1), text[:30], nil},
		}}
	}
	return comments
}

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /thread/{number}", func(w http.ResponseWriter, r *http.Request) {
		number, _ := strconv.Atoi(r.PathValue("number"))
		if err := page.Execute(w, thread(number, 80)); err != nil {
			log.Println(err)
		}
	})
	serve.Run(mux)
}
