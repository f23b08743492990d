package load

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"
)

func TestRefusesOtherHosts(t *testing.T) {
	for _, target := range []string{
		"http://192.0.2.1:80/", "http://example.com:80/", "http://localhost:80/",
		"http://0.0.0.0:80/", "http://127.0.0.1@192.0.2.1:80/", "http://127.0.0.1/",
	} {
		_, err := Run(context.Background(), Config{URL: target, Rate: 1, Profile: "steady", Seconds: 1, MaxInflight: 1})
		if err == nil {
			t.Errorf("%s was not refused", target)
		}
	}
	if err := loopbackOnly("tcp", "192.0.2.1:80", nil); err == nil {
		t.Error("the dialler does not refuse an address off this machine")
	}
}

func TestLatencyIsMeasuredFromTheIntendedTime(t *testing.T) {
	var calls atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		calls.Add(1)
		time.Sleep(50 * time.Millisecond)
	}))
	defer server.Close()
	// One slot and 50 ms each: at 40 per second, half of the requests wait.
	result, err := Run(context.Background(), Config{URL: server.URL, Rate: 40, Profile: "steady", Seconds: 1, MaxInflight: 1})
	if err != nil {
		t.Fatal(err)
	}
	if result.Late == 0 || result.P99Ms < 100 || int64(result.Sent) != calls.Load() {
		t.Errorf("the queue does not show: %+v, %d calls", result, calls.Load())
	}
}

func TestExpand(t *testing.T) {
	if got := expand("a{k}b{pad:3}c{pad:0}", 7); got != "a7bxxxc" {
		t.Error(got)
	}
}
