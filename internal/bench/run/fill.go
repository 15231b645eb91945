package main

import (
	"context"
	"fmt"
	"time"

	"tributary/internal/bench"
)

// The affiliate whose stats are asked for, one of those that the load's clicks name.
const (
	affiliateID = "107"
	fillConns   = 256
)

const (
	aimBytes = 130.0 // on disk per click
	aimStats = 10.0  // ms
)

// fill loads a fresh collector with clicks and prints what it is like with them.
func (b *bencher) fill(ctx context.Context) error {
	c, err := b.startCollector(ctx, "fill")
	if err != nil {
		return err
	}
	defer c.stop()
	if err := c.addAffiliate(ctx); err != nil {
		return err
	}
	if err := b.scripts(ctx, c); err != nil {
		return err
	}
	report, err := b.tools.run(ctx, task{addr: c.addr, site: c.site, conns: fillConns, count: b.size.events})
	if err != nil {
		return err
	}
	return b.printFilled(ctx, c, report)
}

func (c *collector) addAffiliate(ctx context.Context) error {
	a := map[string]string{"id": affiliateID, "code": "seven", "name": "Seven Example"}
	return c.call(ctx, "POST", "/v1/affiliates", a, new(any))
}

func (b *bencher) printFilled(ctx context.Context, c *collector, report bench.Report) error {
	fmt.Fprintf(b.out, "\nOne collector with %s clicks\n", thousands(report.Accepted))
	b.complain(report)
	t := newTable(b.out)
	defer t.flush() // whatever was found before a failure is worth seeing
	t.row("loaded", fmt.Sprintf("%s events/s at %d connections, p50 %s, p99 %s",
		thousands(int64(report.Rate)), report.Conns, millis(report.P50), millis(report.P99)))
	t.row("memory", memoryOf(c.pid))
	if err := t.stats(ctx, c, b.size.asks); err != nil {
		return err
	}
	c.stop() // the file is whole only when nobody writes it
	return t.disk(c.data, report.Accepted)
}

// stats asks for an affiliate's counts again and again.
func (t table) stats(ctx context.Context, c *collector, times int) error {
	took := make([]time.Duration, times)
	var tally struct{ Clicks int64 }
	for i := range took {
		begun := time.Now()
		if err := c.call(ctx, "GET", "/v1/affiliates/"+affiliateID+"/stats", nil, &tally); err != nil {
			return err
		}
		took[i] = time.Since(begun)
	}
	m := msOf(median(took))
	t.row("stats", fmt.Sprintf("%s for an affiliate with %s clicks, median of %d", millis(m), thousands(tally.Clicks), times),
		fmt.Sprintf("under %.0f ms: %s", aimStats, met(m < aimStats && tally.Clicks > 0)))
	return nil
}

// disk weighs the data folder. The headline is what the folder takes, with whatever the engine holds in reserve.
func (t table) disk(dir string, events int64) error {
	w, err := weigh(dir)
	if err != nil {
		return err
	}
	each := float64(w.disk) / float64(max(events, 1))
	t.row("disk", fmt.Sprintf("%.1f bytes per click: %s on disk, %s", each, megabytes(w.disk), w.describe()),
		fmt.Sprintf("under %.0f: %s", aimBytes, met(each < aimBytes)))
	return nil
}
