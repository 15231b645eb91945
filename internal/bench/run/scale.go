package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// What a page may take, whoever opens it, with an account as large as the full run makes.
const (
	aimPage = 50 * time.Millisecond
	aimWire = 100_000 // bytes
)

// bigAccount is how much an account holds.
type bigAccount struct{ affiliates, optIns, clicks, asks int }

func (o options) bigAccount() bigAccount {
	if o.short {
		return bigAccount{affiliates: 300, optIns: 3000, clicks: 30_000, asks: 3}
	}
	return bigAccount{affiliates: 10_000, optIns: 1_000_000, clicks: 10_000_000, asks: 15}
}

// scale fills a data folder as years would, and opens every page of both faces on it, and the lists of the REST API.
// A folder of an earlier run is used again, when it is named.
func (b *bencher) scale(ctx context.Context, data string, size bigAccount) error {
	if data == "" {
		data = filepath.Join(b.dir, "scale")
	}
	if _, err := os.Stat(data); errors.Is(err, os.ErrNotExist) {
		if err := b.makeBig(ctx, data, size); err != nil {
			return err
		}
	}
	begun := time.Now()
	c, err := b.serve(ctx, data)
	if err != nil {
		return err
	}
	defer c.stop()
	fmt.Fprintf(b.out, "started within %s\n", time.Since(begun).Round(time.Millisecond))
	r, err := newReader(ctx, c)
	if err != nil {
		return err
	}
	if err := b.openAll(r, size); err != nil {
		return err
	}
	fmt.Fprintf(b.out, "memory after that: %s\n", memoryOf(c.pid))
	return nil
}

// openAll opens each page some times and prints how long it took and what it weighs as browsers ask for it.
func (b *bencher) openAll(r *reader, size bigAccount) error {
	pages, err := r.pages()
	if err != nil {
		return err
	}
	fmt.Fprintf(b.out, "\nPages with %s affiliates, %s opt-ins and %s clicks; each under %v and %s bytes on the wire\n",
		thousands(int64(size.affiliates)), thousands(int64(size.optIns)), thousands(int64(size.clicks)), aimPage, thousands(aimWire))
	t := newTable(b.out)
	defer t.flush()
	t.row("page", "first", "median", "slowest", "bytes")
	missed := 0
	for _, path := range pages {
		o, err := r.open(path, size.asks)
		if err != nil {
			return err
		}
		ok := o.first < aimPage && o.slowest < aimPage && o.bytes < aimWire
		if !ok {
			missed++
		}
		t.row(path, millis(msOf(o.first)), millis(msOf(o.median)), millis(msOf(o.slowest)), thousands(o.bytes), met(ok))
	}
	t.row(fmt.Sprintf("%d pages, %d missed", len(pages), missed), "")
	return nil
}

// opened is how a page answered.
type opened struct {
	first, median, slowest time.Duration // the slowest without the first
	bytes                  int64
}

func (r *reader) open(path string, times int) (o opened, err error) {
	took := make([]time.Duration, times+1)
	for i := range took {
		begun := time.Now()
		if o.bytes, err = r.get(path); err != nil {
			return o, err
		}
		took[i] = time.Since(begun)
	}
	o.first, o.median = took[0], median(took[1:])
	for _, d := range took[1:] {
		o.slowest = max(o.slowest, d)
	}
	return o, nil
}

// get asks as a browser does, and counts the bytes as they come.
func (r *reader) get(path string) (int64, error) {
	answer, err := r.ask(http.MethodGet, path, nil)
	if err != nil {
		return 0, err
	}
	if answer.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("%s answered %d: %.300s", path, answer.StatusCode, answer.text)
	}
	return int64(len(answer.text)), nil
}
