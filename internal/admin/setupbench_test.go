package admin_test

import (
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/auth"
)

const (
	benchAffiliates = 10_000
	setUpOptIns     = 1_000_000
)

// BenchmarkTheAffiliatesOfABigAccount asks for pages of an account with ten thousand affiliates and a million opt-ins in
// the last 30 days. Making them takes some minutes. A page must take less than 50 ms and 100 KB.
func BenchmarkTheAffiliatesOfABigAccount(b *testing.B) {
	d := newDesk(b)
	for i := range benchAffiliates {
		d.know(attribution.Affiliate{ID: strconv.Itoa(1000 + i), Code: fmt.Sprintf("partner-%d", i), Name: fmt.Sprintf("Partner number %d", i), Status: "ACTIVE"})
	}
	for from := 0; from < setUpOptIns; from += 5000 {
		batch := make([]attribution.Event, 5000)
		for i := range batch {
			batch[i] = d.nthSetUp(from + i)
		}
		d.ingest(batch...)
	}
	cookie := d.as(auth.Viewer)
	began := time.Now()
	if err := d.ranking.Refresh(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.Logf("the ranking takes %v", time.Since(began))
	for _, path := range []string{"/admin/affiliates", "/admin/affiliates?q=77&sort=clicks&page=2", "/admin/affiliates/1042", "/admin/affiliates/unknown", "/admin/sites", "/admin/settings"} {
		b.Run(path, func(b *testing.B) {
			size := 0
			for b.Loop() {
				w := d.do(http.MethodGet, path, cookie, "")
				if size = w.Body.Len(); w.Code != http.StatusOK {
					b.Fatalf("%d: %s", w.Code, w.Body)
				}
			}
			b.ReportMetric(float64(size), "bytes")
			if each := b.Elapsed() / time.Duration(b.N); each > 50*time.Millisecond || size > 100_000 {
				b.Errorf("%s takes %v and %d bytes, at most 50ms and 100 KB", path, each, size)
			}
		})
	}
}

// nthSetUp is the i-th opt-in, backwards from now.
func (d *desk) nthSetUp(i int) attribution.Event {
	at := d.now.Add(-time.Duration(i) * (29 * 24 * time.Hour / setUpOptIns))
	e := attribution.Event{
		ID: uuid.Must(uuid.NewV7()), Type: attribution.OptedIn, At: at, Received: at, Visitor: uuid.New(), Via: attribution.ViaForm, Form: attribution.Form{ID: "webinar"},
		Latest: attribution.Touch{Ref: byID(strconv.Itoa(1000 + i%benchAffiliates)), At: at},
	}
	e.Person, e.Sealed, _ = plain{}.Seal(attribution.Person{Email: fmt.Sprintf("person%d@example.com", i)})
	return e
}
