// An avatar proxy: it asks the image store, which lives on its own port, and
// falls back to a drawn picture when the store does not have one.
package main

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"time"

	"heapwright.example/lab/internal/serve"
)

var errNoAvatar = errors.New("no avatar")

type imageStore struct {
	base   string
	client *http.Client
}

func (s imageStore) fetch(user string) ([]byte, error) {
	response, err := s.client.Get(s.base + "/images/" + user)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusNotFound {
		io.Copy(io.Discard, response.Body) // lets the connection be used again
		return nil, errNoAvatar
	}
	return io.ReadAll(response.Body)
}

// startStore stands in for the remote store: one user in five has none.
func startStore() string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	image := strings.Repeat("\x89PNG", 8<<10)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "0") || strings.HasSuffix(r.URL.Path, "5") {
			http.Error(w, "there is no image for this user; try the fallback service", http.StatusNotFound)
			return
		}
		io.WriteString(w, image)
	})
	go http.Serve(listener, handler)
	return "http://" + listener.Addr().String()
}

func main() {
	store := imageStore{startStore(), &http.Client{Timeout: 5 * time.Minute}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /avatar/{user}", func(w http.ResponseWriter, r *http.Request) {
		image, err := store.fetch(r.PathValue("user"))
		switch {
		case errors.Is(err, errNoAvatar):
			fmt.Fprint(w, "<svg><circle r='20'/></svg>")
		case err != nil:
			http.Error(w, err.Error(), http.StatusBadGateway)
		default:
			w.Write(image)
		}
	})
	serve.Run(mux)
}
