package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"tributary/internal/keap/sandbox"
)

// TestMetrics holds the figures that operators build on, and that none of them tells who anybody is.
func TestMetrics(t *testing.T) {
	box := sandbox.New(sandbox.Options{Limits: sandbox.Limits{PerMinute: 240, PerDay: 30_000}})
	keapServer := httptest.NewServer(box)
	t.Cleanup(keapServer.Close)
	t.Cleanup(box.Close)
	tc := newTestCollector(t, func(c *config) { c.keapURL, c.keapKey = keapServer.URL+sandbox.BasePath, sandbox.DefaultKey })
	event := optInEvent("canary@example.com", "canary-affiliate")
	tc.send(event, event, optInEvent("nobody", "101"))
	tc.do("POST", "/e", "{", "Origin", "https://canary.example.com")
	tc.keyWorks(context.Background())
	if status, _, _ := tc.do("GET", "/metrics", ""); status != http.StatusUnauthorized {
		t.Errorf("without the key: %d", status)
	}
	_, text, _ := tc.do("GET", "/metrics", "", "Authorization", "Bearer "+testKey)
	for _, want := range []string{
		`tributary_events_total{disposition="accepted"} 1`, `tributary_events_total{disposition="duplicate"} 1`,
		`tributary_events_total{disposition="ignored"} 0`, `tributary_events_total{disposition="quarantined"} 2`,
		`tributary_ingest_seconds_count 2`, `tributary_commit_seconds_count [1-9]`, `tributary_commit_writes_bucket{le="1"} [1-9]`,
		`tributary_outbox_jobs{state="ready"} 2`, `tributary_outbox_jobs{state="parked"} 0`, `tributary_outbox_oldest_due_seconds [0-9]`,
		`tributary_keap_call_seconds_count{method="GET",status="200"} 1`, `tributary_quarantine_records 2`,
		`tributary_keap_quota_limit 30000`, `tributary_keap_quota_left 29999`, `tributary_keap_throttle_per_minute 240`,
		`tributary_outbox_paused 0`, `tributary_outbox_pauses_total 0`,
		`tributary_database_bytes [1-9]`, `tributary_database_free_pages [0-9]`, `go_goroutines `, `process_resident_memory_bytes `,
	} {
		if !regexp.MustCompile(`(?m)^` + want).MatchString(text) {
			t.Errorf("nothing matches %q", want)
		}
	}
	for _, canary := range []string{"canary", "example.com", tc.site, testKey, sandbox.DefaultKey} {
		if strings.Contains(text, canary) {
			t.Errorf("the metrics hold %q", canary)
		}
	}
}

func TestMetricsOnAnAddressOfTheirOwn(t *testing.T) {
	tc := newTestCollector(t, nil)
	door, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	tc.metricsDoor = door
	ctx, stop := context.WithCancel(context.Background())
	stopped := make(chan struct{})
	go func() { defer close(stopped); tc.serveMetrics(ctx) }()
	client := http.Client{Timeout: 10 * time.Second}
	for path, want := range map[string]int{"/metrics": http.StatusOK, "/v1/sites": http.StatusNotFound, "/": http.StatusNotFound} {
		res, err := client.Get("http://" + door.Addr().String() + path)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if res.StatusCode != want || want == http.StatusOK && !strings.Contains(string(text), "tributary_events_total") {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
	stop()
	<-stopped
	command(t, 2, "serve", "--metrics-listen", "9090")
}
