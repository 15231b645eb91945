package portal_test

import (
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
)

const (
	benchEvents     = 1_000_000
	benchAffiliates = 1_000 // one of them has half of everything
)

// BenchmarkAtAMillionEvents asks for pages of an account with a million events in the last 30 days, one in ten an
// opt-in, by an affiliate who has half of them. Making them takes about a minute. The usual page must take less than 10 ms, and none more than 50.
func BenchmarkAtAMillionEvents(b *testing.B) {
	d := newDesk(b, options{})
	d.affiliate(attribution.Affiliate{ID: "42", Code: "maria", Name: "Maria Rossi"})
	for batch := range benchEvents / 2000 {
		events := make([]attribution.Event, 2000)
		for i := range events {
			events[i] = d.nth(batch*2000 + i)
		}
		d.ingest(events...)
	}
	cookie := d.signIn("42")
	for i, path := range []string{
		"/portal", "/portal/fragment", "/portal?range=90&by=campaign", "/portal?from=2025-10-20&to=2026-11-23&by=sub_id&all=1",
		"/portal/optins", "/portal/optins?state=held", "/portal/breakdown.csv?by=campaign", "/portal/days.csv",
	} {
		atMost := 50 * time.Millisecond
		if i < 2 { // what every reader opens
			atMost = 10 * time.Millisecond
		}
		b.Run(path, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				w := d.do(http.MethodGet, path, cookie)
				if w.Code != http.StatusOK || w.Body.Len() > 100<<10 {
					b.Fatalf("%d, %d bytes: %.500s", w.Code, w.Body.Len(), w.Body)
				}
			}
			if each := b.Elapsed() / time.Duration(b.N); each > atMost {
				b.Errorf("%s takes %v, at most %v", path, each, atMost)
			}
		})
	}
}

// BenchmarkPage renders the usual page for readers of three languages, one after the other.
func BenchmarkPage(b *testing.B) {
	d := newDesk(b, options{})
	d.affiliate(attribution.Affiliate{ID: "42", Code: "maria", Name: "Maria Rossi"})
	var events []attribution.Event
	for i := range 600 {
		events = append(events, d.nth(i*benchEvents/600/2*2))
	}
	d.ingest(events...)
	cookie := d.signIn("42")
	for _, language := range []string{"", "en-US,en;q=0.9", "de-AT,de;q=0.9,en;q=0.8"} {
		b.Run(language, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if w := d.do(http.MethodGet, "/portal", cookie, "Accept-Language", language); w.Code != http.StatusOK {
					b.Fatal(w.Code)
				}
			}
		})
	}
}

// nth is the i-th event, backwards from now.
func (d *desk) nth(i int) attribution.Event {
	who := "42"
	if i%2 == 1 {
		who = strconv.Itoa(1000 + i%benchAffiliates)
	}
	at := d.now.Add(-time.Duration(i) * (29 * 24 * time.Hour / benchEvents))
	if i%20 < 2 {
		return optIn(who, fmt.Sprintf("person%d@example.com", i), at)
	}
	e := click(who, at)
	e.UTM = attribution.UTM{Campaign: fmt.Sprintf("campaign-%d", i%50), Content: fmt.Sprintf("mail-%d", i%2000)} // more than are told apart
	e.Visitor = uuid.NewSHA1(uuid.Nil, strconv.AppendInt(nil, int64(i/3), 10))
	return e
}
