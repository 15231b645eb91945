// Load sends clicks to a collector on this machine, over keep-alive connections that each wait for their answer, and
// prints how many were stored per second and how long the answers took. It writes requests that were rendered before
// and looks at no more of an answer than it must, so as to leave the machine to the server.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"os"
	"time"
)

type options struct {
	addr, site, origin string
	conns              int
	duration, warmup   time.Duration
	count              int64
	json               bool
}

func main() {
	o, err := parse(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err == nil {
		err = run(o, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

func parse(args []string) (o options, err error) {
	f := flag.NewFlagSet("load", flag.ContinueOnError)
	f.StringVar(&o.addr, "addr", "127.0.0.1:8080", "the collector's `address`, a loopback one")
	f.StringVar(&o.site, "site", "st_bench", "the site's `key`")
	f.StringVar(&o.origin, "origin", "https://www.example.com", "the page's `origin`, one that the site allows")
	f.IntVar(&o.conns, "conns", 64, "keep-alive `connections`")
	f.DurationVar(&o.duration, "duration", 5*time.Second, "how long to measure")
	f.DurationVar(&o.warmup, "warmup", time.Second, "how long to send before measuring")
	f.Int64Var(&o.count, "count", 0, "measure this many `clicks` instead of a duration")
	f.BoolVar(&o.json, "json", false, "print JSON instead of a row")
	if err = f.Parse(args); err != nil {
		return o, err
	}
	return o, o.check()
}

// check refuses any address but this machine's own: the load is no tool against others.
func (o options) check() error {
	addr, err := netip.ParseAddrPort(o.addr)
	switch {
	case err != nil:
		return fmt.Errorf("-addr: %w", err)
	case !addr.Addr().IsLoopback():
		return fmt.Errorf("-addr: %s is not a loopback address", o.addr)
	case o.conns < 1 || o.count < 0 || o.duration < 0 || o.warmup < 0:
		return errors.New("-conns must be at least 1, and nothing negative")
	}
	return nil
}

func run(o options, out io.Writer) error {
	report, err := load(o)
	if err != nil {
		return err
	}
	if o.json {
		return json.NewEncoder(out).Encode(report)
	}
	_, err = fmt.Fprintln(out, report)
	return err
}
