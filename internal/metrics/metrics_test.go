package metrics_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"time"

	"github.com/labstack/echo/v4"

	"tributary/internal/metrics"
	"tributary/internal/store"
)

func scrape(m *metrics.Metrics) string {
	rec := httptest.NewRecorder()
	m.Handler(slog.New(slog.DiscardHandler)).ServeHTTP(rec, httptest.NewRequest("GET", "/metrics", nil))
	return rec.Body.String()
}

// TestUsageIsReadSeldom lets a scraper be as eager as it likes: the store is walked once in ten seconds.
func TestUsageIsReadSeldom(t *testing.T) {
	m, reads, now := metrics.New(), 0, time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	due := now.Add(-time.Minute)
	m.Watch(func(context.Context) (store.Usage, error) {
		reads++
		return store.Usage{OldestDue: due}, nil
	}, func() time.Time { return now })
	for range 5 {
		if text := scrape(m); !strings.Contains(text, "tributary_outbox_oldest_due_seconds 60\n") {
			t.Fatalf("the age of the oldest job is missing: %s", text)
		}
	}
	now = now.Add(11 * time.Second)
	scrape(m)
	if reads != 2 {
		t.Errorf("the store was read %d times, want 2", reads)
	}
}

func TestAStoreThatCannotBeReadHidesNothingElse(t *testing.T) {
	m := metrics.New()
	m.Watch(func(context.Context) (store.Usage, error) { return store.Usage{}, errors.New("gone") }, time.Now)
	if text := scrape(m); !strings.Contains(text, "go_goroutines") || strings.Contains(text, "tributary_database_bytes") {
		t.Errorf("%s", text)
	}
}

// BenchmarkTimed is what the metrics add to each POST /e.
func BenchmarkTimed(b *testing.B) {
	handle := metrics.New().Timed(func(echo.Context) error { return nil })
	b.ReportAllocs()
	for b.Loop() {
		_ = handle(nil)
	}
}
