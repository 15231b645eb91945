package admin_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"testing"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/auth"
	"tributary/internal/store"
)

const benchParked = 20_000 // for two reasons

// manyOptIns is a million, or what the environment says: making them takes its time.
var manyOptIns = func() int {
	if n, err := strconv.Atoi(os.Getenv("TRIBUTARY_BENCH_OPTINS")); err == nil {
		return n
	}
	return 1_000_000
}()

// BenchmarkAtAMillionOptIns asks for each page of an account with a million opt-ins in the last 30 days, half of them of one
// affiliate, and nearly as many jobs, 20,000 of them parked. Making them takes some minutes. Each page must take less than
// 50 ms, and less than 100 KB.
func BenchmarkAtAMillionOptIns(b *testing.B) {
	d := newDesk(b)
	for batch := range manyOptIns / 2000 {
		events := make([]attribution.Event, 2000)
		for i := range events {
			events[i] = d.nthArrival(batch*2000 + i)
		}
		d.take(events...)
	}
	d.park()
	cookie := d.as(auth.Manager)
	page, err := d.OptIns(context.Background(), account, store.Query{Limit: 1})
	if err != nil {
		b.Fatal(err)
	}
	id := page.OptIns[0].ID.String()
	for _, path := range []string{
		"/admin", "/admin?days=90", "/admin/optins", "/admin/optins?affiliate=42", "/admin/optins?affiliate=42&status=held", "/admin/optins?affiliate=1003&status=refused", "/admin/optins?site=st_none",
		"/admin/optins?email=person77%40example.com", "/admin/optins?flagged=1", "/admin/optins?to=2026-11-01&status=received", "/admin/optins/" + id, "/admin/review",
		"/admin/events", "/admin/events?type=click", "/admin/events?disposition=ignored", "/admin/events/" + id,
		"/admin/why?q=person77%40example.com", "/admin/why?q=42", "/admin/why?q=1234567", "/admin/why?q=" + id, "/admin/why?q=01890000-0000-7000-8000-000000000000",
		"/admin/outbox", "/admin/outbox?state=ready", "/admin/outbox?affiliate=1003", "/admin/outbox?code=late&to=2026-11-20", "/admin/outbox?state=ready&code=none", "/admin/quarantine",
	} {
		b.Run(path, func(b *testing.B) {
			b.ReportAllocs()
			size := 0
			for b.Loop() {
				w := d.do(http.MethodGet, path, cookie, "")
				if w.Code != http.StatusOK {
					b.Fatalf("%d: %s", w.Code, w.Body)
				}
				size = w.Body.Len()
			}
			if each := b.Elapsed() / time.Duration(b.N); each > 50*time.Millisecond || size > 100_000 {
				b.Errorf("%s takes %v and %d bytes, at most 50ms and 100 KB", path, each, size)
			}
			b.ReportMetric(float64(size), "bytes/page")
		})
	}
}

// nth is the i-th opt-in, backwards from now.
func (d *desk) nthArrival(i int) attribution.Event {
	who := "42"
	if i%2 == 1 {
		who = strconv.Itoa(1000 + i%1000)
	}
	return arrival(fmt.Sprintf("person%d@example.com", i), who, d.now.Add(-time.Duration(i+1)*(29*24*time.Hour/time.Duration(manyOptIns))))
}

// park has some jobs held with a flag, and some refused.
func (d *desk) park() {
	d.t.Helper()
	refused := suspicious
	refused.Code, refused.Status, refused.Flags = "late", attribution.Refused, nil
	jobs := make([]store.Job, 0, benchParked)
	for len(jobs) < benchParked {
		claimed, err := d.Claim(context.Background(), d.now, 2000, 24*time.Hour)
		if err != nil || len(claimed) == 0 {
			d.t.Fatalf("%d claimed, %v", len(claimed), err)
		}
		jobs = append(jobs, claimed...)
	}
	work, done := make(chan int), make(chan error)
	for range 64 {
		go func() {
			for i := range work {
				settled := suspicious
				if i%2 == 1 {
					settled = refused
				}
				if jobs[i].Kind != store.CreditJob {
					settled = store.Settlement{State: store.Done}
				}
				if err := d.Advance(context.Background(), jobs[i], d.now, settled); err != nil {
					d.t.Error(err)
				}
			}
			done <- nil
		}()
	}
	for i := range jobs {
		work <- i
	}
	close(work)
	for range 64 {
		<-done
	}
}
