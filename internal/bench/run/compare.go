package main

import (
	"context"
	"fmt"
	"path/filepath"

	"tributary/internal/bench"
)

// aim is what the collector must reach at a number of connections.
type aim struct {
	conns int
	ratio float64 // of the bare handler's events/s
	p99   float64 // ms
}

var aims = []aim{{64, 0.33, 8}, {256, 0.50, 20}}

// rounds are the reports of one number of connections, the bare handler's and ours of the same minute side by side.
type rounds struct{ bare, ours []bench.Report }

// compare measures the bare handler and the collector in turn, so that what else the machine does falls on both.
func (b *bencher) compare(ctx context.Context) error {
	bare, err := b.startBare(ctx)
	if err != nil {
		return err
	}
	defer bare.stop()
	ours, err := b.startCollector(ctx, "compare")
	if err != nil {
		return err
	}
	defer ours.stop()
	all := make([]rounds, len(aims))
	for range b.size.rounds {
		for i, a := range aims {
			if err := b.pair(ctx, &all[i], a.conns, bare, ours); err != nil {
				return err
			}
		}
	}
	b.printRounds(all)
	return nil
}

func (b *bencher) startBare(ctx context.Context) (*child, error) {
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	return start(ctx, filepath.Join(b.dir, "bare.log"), addr, b.tools.bare, "-listen", addr)
}

func (b *bencher) pair(ctx context.Context, r *rounds, conns int, bare *child, ours *collector) error {
	k := task{site: ours.site, conns: conns, duration: b.size.duration, warmup: b.size.warmup}
	for _, side := range []struct {
		addr string
		into *[]bench.Report
	}{{bare.addr, &r.bare}, {ours.addr, &r.ours}} {
		k.addr = side.addr
		report, err := b.tools.run(ctx, k)
		if err != nil {
			return err
		}
		*side.into = append(*side.into, report)
	}
	return nil
}

func (b *bencher) printRounds(all []rounds) {
	fmt.Fprintf(b.out, "\nPOST /e, one click each, %d x %v for each line, the two in turn; medians\n", b.size.rounds, b.size.duration)
	t := newTable(b.out)
	t.row("conns", "", "events/s", "p50", "p99", "of bare", "aim")
	for i, a := range aims {
		t.row(fmt.Sprint(a.conns), "bare Echo", figures(all[i].bare)...)
		t.row("", "tributary", append(figures(all[i].ours), all[i].verdict(a)...)...)
	}
	t.flush()
	for _, r := range all {
		b.complain(append(r.bare, r.ours...)...)
	}
}

// figures are the medians of events/s, p50 and p99.
func figures(reports []bench.Report) []string {
	return []string{
		thousands(int64(medianOf(reports, rate))), millis(medianOf(reports, p50)), millis(medianOf(reports, p99)),
	}
}

// verdict holds the collector against the aim. The ratio is the median of the rounds' own ratios.
func (r rounds) verdict(a aim) []string {
	ratios := make([]float64, len(r.ours))
	for i := range ratios {
		ratios[i] = r.ours[i].Rate / r.bare[i].Rate
	}
	ratio, late := median(ratios), medianOf(r.ours, p99)
	return []string{
		fmt.Sprintf("%.2f", ratio),
		fmt.Sprintf("at least %.2f: %s; p99 under %.0f ms: %s", a.ratio, met(ratio >= a.ratio), a.p99, met(late < a.p99)),
	}
}

func rate(r bench.Report) float64 { return r.Rate }
func p50(r bench.Report) float64  { return r.P50 }
func p99(r bench.Report) float64  { return r.P99 }

// complain says what was not accepted: a rate with errors in it is no rate.
func (b *bencher) complain(reports ...bench.Report) {
	for _, r := range reports {
		if r.Errors > 0 {
			fmt.Fprintf(b.out, "! %d clicks were not accepted at %d connections; the first: %s\n", r.Errors, r.Conns, r.First)
		}
	}
}
