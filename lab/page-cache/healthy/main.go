// A log archive: old segments are big files that are read again and again to
// answer queries. Only the kernel keeps their bytes.
package main

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"

	"heapwright.example/lab/internal/serve"
)

const segments = 4

type archive struct {
	files []*os.File
}

func createSegment(dir string, size int) (*os.File, error) {
	file, err := os.CreateTemp(dir, "segment-*.log")
	if err != nil {
		return nil, err
	}
	os.Remove(file.Name()) // the open file keeps the bytes, and nothing stays behind
	out := bufio.NewWriterSize(file, 256<<10)
	for line := 0; size > 0; line++ {
		n, err := fmt.Fprintf(out, "2024-03-01T12:00:00Z level=info request=%d status=%d\n", line, 200+line%5*100)
		if err != nil {
			return nil, err
		}
		size -= n
	}
	return file, out.Flush()
}

// count scans one segment for lines with the status.
func (a *archive) count(segment, status int) (int, error) {
	file := a.files[segment%len(a.files)]
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	lines := bufio.NewScanner(io.NewSectionReader(file, 0, info.Size()))
	lines.Buffer(make([]byte, 64<<10), 1<<20)
	wanted := []byte("status=" + strconv.Itoa(status))
	found := 0
	for lines.Scan() {
		if bytes.HasSuffix(lines.Bytes(), wanted) {
			found++
		}
	}
	return found, lines.Err()
}

func main() {
	dir := flag.String("dir", os.TempDir(), "where the segments are written, on a disk")
	mib := flag.Int("segment-mib", 64, "size of each segment")
	flag.Parse()
	a := &archive{}
	for i := 0; i < segments; i++ {
		file, err := createSegment(*dir, *mib<<20)
		if err != nil {
			log.Fatal(err)
		}
		a.files = append(a.files, file)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /count", func(w http.ResponseWriter, r *http.Request) {
		segment, _ := strconv.Atoi(r.FormValue("segment"))
		found, err := a.count(segment, 500)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		fmt.Fprintln(w, found, "lines")
	})
	serve.Run(mux)
}
