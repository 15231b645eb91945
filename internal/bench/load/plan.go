package main

import (
	"sync"
	"sync/atomic"
	"time"

	"tributary/internal/bench"
)

// plan says when to measure and when to stop: at a time, or after a number of clicks.
type plan struct {
	begin   time.Time // the end of the warm-up
	end     time.Time
	counted bool
	left    atomic.Int64 // where counted
}

func newPlan(o options, now time.Time) *plan {
	p := &plan{begin: now.Add(o.warmup), counted: o.count > 0}
	p.end = p.begin.Add(o.duration)
	p.left.Store(o.count)
	return p
}

// more reports whether another click is to be sent.
func (p *plan) more(now time.Time) bool {
	switch {
	case now.Before(p.begin):
		return true
	case p.counted:
		return p.left.Add(-1) >= 0
	default:
		return now.Before(p.end)
	}
}

// load opens all connections before the first click, runs the plan on each, and adds up.
func load(o options) (bench.Report, error) {
	senders := make([]*sender, o.conns)
	for i := range senders {
		s, err := newSender(o)
		if err != nil {
			return bench.Report{}, err
		}
		senders[i] = s
	}
	p := newPlan(o, time.Now())
	var wg sync.WaitGroup
	for _, s := range senders {
		wg.Go(func() { s.run(p) })
	}
	wg.Wait()
	return sum(p, senders), nil
}

func sum(p *plan, senders []*sender) bench.Report {
	var all bench.Histogram
	last := p.begin
	for _, s := range senders {
		all.Merge(&s.latencies)
		if s.last.After(last) {
			last = s.last
		}
	}
	r := bench.NewReport(len(senders), &all, last.Sub(p.begin))
	for _, s := range senders {
		r.Warmed, r.Errors = r.Warmed+s.warmed, r.Errors+s.errors
		if r.First == "" {
			r.First = s.first
		}
	}
	return r
}
