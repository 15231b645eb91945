// Run is "make bench": it measures the collector beside a bare handler on the same machine in the same minutes, then
// with a million events in it, and prints every figure next to its aim.
//
// With -scale it opens every page of an account of years instead: 10,000 affiliates, a million opt-ins, ten million clicks.
//
// It starts every process itself, on loopback, with data in a new folder that it removes.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

type options struct {
	dir       string
	tributary string
	short     bool
	scale     bool
	data      string
}

// size is how much is measured.
type size struct {
	rounds           int
	duration, warmup time.Duration
	events           int64
	asks, syncs      int
}

func (o options) size() size {
	if o.short {
		return size{rounds: 1, duration: time.Second, warmup: 300 * time.Millisecond, events: 20_000, asks: 50, syncs: 50}
	}
	return size{rounds: 3, duration: 5 * time.Second, warmup: time.Second, events: 1_000_000, asks: 200, syncs: 200}
}

func main() {
	o, err := parse(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err == nil {
		err = run(ctx, o, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func parse(args []string) (o options, err error) {
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.StringVar(&o.dir, "dir", "bin", "`folder` to put the data and the programs in while measuring; its disk is what is measured")
	f.StringVar(&o.tributary, "tributary", "", "the collector's `program`; built from ./collector when empty")
	f.BoolVar(&o.short, "short", false, "small counts: whether it works, not how fast it is")
	f.BoolVar(&o.scale, "scale", false, "open every page of a big account instead, after making it (a quarter of an hour)")
	f.StringVar(&o.data, "data", "", "with -scale: the `folder` of the big account; made where it is not there, and kept")
	return o, f.Parse(args)
}

// run does the three parts one after the other, since each would disturb the other's figures.
func run(ctx context.Context, o options, out io.Writer) error {
	dir, err := workFolder(o.dir)
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	tools, err := build(ctx, dir, o.tributary)
	if err != nil {
		return err
	}
	b := &bencher{tools: tools, dir: dir, size: o.size(), out: out}
	if o.scale {
		return b.scale(ctx, o.data, o.bigAccount())
	}
	for _, part := range []func(context.Context) error{b.machine, b.compare, b.fill} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return nil
}

func workFolder(parent string) (string, error) {
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return "", err
	}
	return os.MkdirTemp(parent, "bench-")
}

// bencher holds what the parts share.
type bencher struct {
	tools tools
	dir   string
	size  size
	out   io.Writer
}
