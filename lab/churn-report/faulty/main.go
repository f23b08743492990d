// A bookkeeping worker: every tick it turns one ledger of a queue of tenants
// into a CSV export and keeps only the export's checksum.
package main

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"heapwright.example/lab/internal/serve"
)

type entry struct {
	day     int
	account string
	cents   int64
	memo    *string
}

type ledger struct {
	tenant   string
	entries  []*entry
	exported [sha256.Size]byte
}

func (l *ledger) csv() string {
	out := "day,account,amount,memo\n"
	for _, e := range l.entries {
		out += strconv.Itoa(e.day) + "," + e.account + "," + strconv.FormatInt(e.cents, 10) + "," + *e.memo + "\n"
	}
	return out
}

type exporter struct {
	queue chan *ledger
	done  int
}

func (x *exporter) run() {
	for l := range x.queue {
		l.exported = sha256.Sum256([]byte(l.csv()))
		x.done++
	}
}

func newLedger(tenant string, size int) *ledger {
	l := &ledger{tenant: tenant}
	for i := 0; i < size; i++ {
		memo := fmt.Sprintf("invoice %s-%d", tenant, i)
		l.entries = append(l.entries, &entry{i / 8, "account-" + strconv.Itoa(i%40), int64(i) * 1999, &memo})
	}
	return l
}

func main() {
	var ledgers []*ledger
	for i := 0; i < 250; i++ {
		ledgers = append(ledgers, newLedger(fmt.Sprintf("tenant%03d", i), 500))
	}
	x := &exporter{queue: make(chan *ledger, 16)}
	go x.run()
	go func() {
		for i := 0; ; i++ {
			time.Sleep(25 * time.Millisecond)
			x.queue <- ledgers[i%len(ledgers)]
		}
	}()
	serve.Run(http.NewServeMux())
}
