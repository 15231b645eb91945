package portal_test

import (
	"encoding/csv"
	"fmt"
	"strings"
	"testing"
	"time"

	"tributary/internal/attribution"
)

func cellsOf(t *testing.T, file string) (cells []string) {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(file, "\uFEFF"))).ReadAll()
	if err != nil {
		t.Fatalf("not CSV: %v", err)
	}
	for _, row := range rows {
		cells = append(cells, row...)
	}
	return cells
}

// TestAFileHoldsEveryOptInOnce reads on over many pages of the store, the short ones of a filter among them.
func TestAFileHoldsEveryOptInOnce(t *testing.T) {
	d := newDesk(t, options{})
	d.affiliate(attribution.Affiliate{ID: "42"})
	var events []attribution.Event
	for i := range 1300 {
		events = append(events, optIn("42", fmt.Sprintf("p%d@example.com", i), d.now.Add(-time.Duration(i)*time.Minute)))
	}
	d.ingest(events...)
	cookie := d.signIn("42")
	for query, want := range map[string]int{"": 1300, "?from=2026-11-23&to=2026-11-23": 625, "?state=waiting": 1300, "?state=credited": 0} {
		file := d.get("/portal/optins.csv"+query, cookie)
		if n := strings.Count(file, "\n") - 1; n != want {
			t.Errorf("%q: %d rows, want %d", query, n, want)
		}
		for i, e := range events[:want] {
			if !strings.Contains(file, e.ID.String()) {
				t.Fatalf("%q: the %d-th opt-in is not in the file", query, i)
			}
		}
	}
}
