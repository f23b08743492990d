// Package load is an open-loop HTTP load generator: request k is due at a
// time fixed in advance, whatever happened to the requests before it, and its
// latency is measured from that time. A slow service therefore shows its
// queueing in the percentiles instead of slowing the generator down.
package load

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Config describes one run.
type Config struct {
	URL         string  // literal loopback address; {k} becomes the request number
	Body        string  // POSTed when not empty; {k} as above, {pad:N} becomes N filler bytes
	Rate        float64 // requests per second (the peak, for ramp)
	Profile     string  // steady, ramp, burst or idle
	Seconds     float64
	MaxInflight int
	Conns       int    // connections opened first and held to the end
	ConnPath    string // path requested once on each held connection
}

// Result is what a run did. Late counts requests sent over 10 ms after they
// were due; their waiting is part of the percentiles.
type Result struct {
	Sent   int     `json:"sent"`
	OK     int     `json:"ok"`
	Errors int     `json:"errors"`
	Late   int     `json:"late"`
	P50Ms  float64 `json:"p50Ms"`
	P99Ms  float64 `json:"p99Ms"`
}

const lateAfter = 10 * time.Millisecond

// rateAt gives the intended rate t seconds into the run.
func (c Config) rateAt(t float64) float64 {
	switch c.Profile {
	case "ramp": // from a tenth of the rate, linearly, to the rate
		return c.Rate * (0.1 + 0.9*t/c.Seconds)
	case "burst": // 10 s at a quarter of the rate, then 5 s at three times the rate
		if math.Mod(t, 15) < 10 {
			return c.Rate / 4
		}
		return c.Rate * 3
	case "idle": // a health check now and then
		return 0.2
	default:
		return c.Rate
	}
}

func (c Config) check() (netip.AddrPort, error) {
	u, err := url.Parse(c.URL)
	if err != nil {
		return netip.AddrPort{}, err
	}
	host, err := netip.ParseAddrPort(u.Host)
	if err != nil || !host.Addr().IsLoopback() {
		return netip.AddrPort{}, fmt.Errorf("refused %q: only a literal loopback address with a port is allowed", u.Host)
	}
	if !slices.Contains([]string{"steady", "ramp", "burst", "idle"}, c.Profile) {
		return netip.AddrPort{}, fmt.Errorf("unknown profile %q", c.Profile)
	}
	if c.Rate <= 0 || c.Seconds <= 0 || c.MaxInflight <= 0 {
		return netip.AddrPort{}, errors.New("rate, seconds and max-inflight must be positive")
	}
	return host, nil
}

// loopbackOnly runs after name resolution, on the address about to be dialled.
func loopbackOnly(_, address string, _ syscall.RawConn) error {
	if a, err := netip.ParseAddrPort(address); err != nil || !a.Addr().IsLoopback() {
		return fmt.Errorf("refused to dial %s: not a loopback address", address)
	}
	return nil
}

// Run sends the load and returns once every request sent has been answered.
func Run(ctx context.Context, c Config) (Result, error) {
	host, err := c.check()
	if err != nil {
		return Result{}, err
	}
	dialer := &net.Dialer{Timeout: 5 * time.Second, Control: loopbackOnly}
	held, err := hold(ctx, dialer, host, c)
	defer func() {
		for _, conn := range held {
			conn.Close()
		}
	}()
	if err != nil {
		return Result{}, err
	}
	client := &http.Client{
		Timeout: 30 * time.Second,
		Transport: &http.Transport{ // Proxy stays nil: an environment proxy must not see this traffic
			DialContext:         dialer.DialContext,
			MaxIdleConnsPerHost: c.MaxInflight,
			MaxConnsPerHost:     c.MaxInflight,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	defer client.CloseIdleConnections()

	var (
		mu        sync.Mutex
		result    Result
		latencies []float64
		inflight  sync.WaitGroup
	)
	slots := make(chan struct{}, c.MaxInflight)
	start := time.Now()
	end := start.Add(time.Duration(c.Seconds * float64(time.Second)))
	offset := 0.0
	for k := 0; ; k++ {
		if c.Profile == "steady" {
			offset = float64(k) / c.Rate // exact, no sum of rounding errors
		}
		due := start.Add(time.Duration(offset * float64(time.Second)))
		offset += 1 / c.rateAt(offset)
		if due.After(end) || !sleepUntil(ctx, due) {
			break
		}
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
		}
		if ctx.Err() != nil || time.Now().After(end) {
			break
		}
		result.Sent++
		if time.Since(due) > lateAfter {
			result.Late++
		}
		inflight.Add(1)
		go func() {
			defer inflight.Done()
			err := send(ctx, client, expand(c.URL, k), expand(c.Body, k))
			<-slots
			mu.Lock()
			defer mu.Unlock()
			latencies = append(latencies, float64(time.Since(due))/1e6)
			if err != nil {
				result.Errors++
			} else {
				result.OK++
			}
		}()
	}
	sleepUntil(ctx, end) // a slow profile may be done early; the held connections stay
	inflight.Wait()
	slices.Sort(latencies)
	if n := len(latencies); n > 0 {
		result.P50Ms, result.P99Ms = latencies[n/2], latencies[n*99/100]
	}
	return result, nil
}

func sleepUntil(ctx context.Context, t time.Time) bool {
	timer := time.NewTimer(time.Until(t))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func send(ctx context.Context, client *http.Client, target, body string) error {
	method, reader := http.MethodGet, io.Reader(nil)
	if body != "" {
		method, reader = http.MethodPost, strings.NewReader(body)
	}
	request, err := http.NewRequestWithContext(ctx, method, target, reader)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return err
	}
	if response.StatusCode >= 400 {
		return errors.New(response.Status)
	}
	return nil
}

// hold opens c.Conns connections, makes one request on each, reads only the
// status line, and leaves the rest to the service.
func hold(ctx context.Context, dialer *net.Dialer, host netip.AddrPort, c Config) ([]net.Conn, error) {
	var held []net.Conn
	for k := 0; k < c.Conns; k++ {
		conn, err := dialer.DialContext(ctx, "tcp", host.String())
		if err != nil {
			return held, err
		}
		held = append(held, conn)
		conn.SetDeadline(time.Now().Add(10 * time.Second))
		if _, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", expand(c.ConnPath, k), host); err != nil {
			return held, err
		}
		if _, err := bufio.NewReaderSize(conn, 64).ReadString('\n'); err != nil {
			return held, err
		}
	}
	return held, nil
}

func expand(s string, k int) string {
	s = strings.ReplaceAll(s, "{k}", strconv.Itoa(k))
	for {
		before, rest, found := strings.Cut(s, "{pad:")
		if !found {
			return s
		}
		width, after, _ := strings.Cut(rest, "}")
		n, _ := strconv.Atoi(width)
		s = before + strings.Repeat("x", n) + after
	}
}
