// A geo look-up: the database is a file of fixed-size rows.
package main

import (
	"bufio"
	"encoding/binary"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"strconv"

	"heapwright.example/lab/internal/serve"
)

const rowBytes = 64

type database struct {
	file *os.File
	rows int
}

func writeDatabase(dir string, rows int) (*os.File, error) {
	file, err := os.CreateTemp(dir, "geo-*.db")
	if err != nil {
		return nil, err
	}
	os.Remove(file.Name()) // the open file keeps the bytes, and nothing stays behind
	out := bufio.NewWriterSize(file, 1<<20)
	var row [rowBytes]byte
	for i := 0; i < rows; i++ {
		binary.LittleEndian.PutUint64(row[:], uint64(i)*2654435761)
		if _, err := out.Write(row[:]); err != nil {
			return nil, err
		}
	}
	return file, out.Flush()
}

// near sums a neighbourhood of rows, read into a buffer of its own.
func (d *database) near(n int) (sum uint64, err error) {
	const batch = 4000
	buffer := make([]byte, batch*rowBytes)
	for i := 0; i < 40_000; i += batch {
		row := (n*40_000 + i) % d.rows
		if _, err := d.file.ReadAt(buffer, int64(row*rowBytes)); err != nil {
			return 0, err
		}
		for at := 0; at < len(buffer); at += rowBytes {
			sum += binary.LittleEndian.Uint64(buffer[at:])
		}
	}
	return sum, nil
}

func main() {
	dir := flag.String("dir", os.TempDir(), "where the database is written, on a disk")
	rows := flag.Int("rows", 4_000_000, "rows in the database")
	flag.Parse()
	file, err := writeDatabase(*dir, *rows)
	if err != nil {
		log.Fatal(err)
	}
	d := &database{file: file, rows: *rows}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /near/{n}", func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.PathValue("n"))
		sum, err := d.near(n)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		fmt.Fprintln(w, sum)
	})
	serve.Run(mux)
}
