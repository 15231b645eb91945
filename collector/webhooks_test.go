package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// TestWhatAWebhookTellsIsWhatTheAPIShows: of an opt-in that comes by the API, signed, and without Keap.
func TestWhatAWebhookTellsIsWhatTheAPIShows(t *testing.T) {
	type request struct {
		header http.Header
		body   []byte
	}
	came := make(chan request, 10)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		came <- request{r.Header, body}
	}))
	defer receiver.Close()
	tc := newTestCollector(t, func(c *config) { c.webhooksToLoopback = true })
	var hook struct{ ID, Secret string }
	tc.json("POST", "/v1/webhooks", `{"url":"`+receiver.URL+`","email":"full","events":["optin.received"]}`, http.StatusCreated, &hook)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); tc.webhooks.Run(ctx) }()
	end := sync.OnceFunc(func() { stop(); <-done })
	defer end()

	var optIn, told any
	tc.json("POST", "/v1/optins", `{"email":"ann@example.com","affiliate":"12","kind":"id"}`, http.StatusCreated, &optIn)
	got := <-came
	verifier, err := standardwebhooks.NewWebhook(hook.Secret)
	if err != nil {
		t.Fatal(err)
	}
	if err := verifier.Verify(got.body, got.header); err != nil {
		t.Errorf("the signature: %v", err)
	}
	var event struct{ Data any }
	if err := json.Unmarshal(got.body, &event); err != nil {
		t.Fatal(err)
	}
	told = event.Data
	if same(t, told) != same(t, optIn) {
		t.Errorf("told %s, and the API shows %s", same(t, told), same(t, optIn))
	}
	_, metrics, _ := tc.do("GET", "/metrics", "", "Authorization", "Bearer "+testKey)
	for _, line := range []string{`tributary_webhooks{enabled="true"} 1`, `tributary_webhook_attempt_seconds_count{outcome="failed"} 0`, `tributary_webhook_deliveries_waiting `} {
		if !strings.Contains(metrics, line) {
			t.Errorf("the metrics lack %s", line)
		}
	}
	end()
	for _, canary := range []string{hook.Secret, strings.TrimPrefix(hook.Secret, "whsec_"), "ann@example.com"} {
		if strings.Contains(metrics, canary) || strings.Contains(tc.logs.String(), canary) {
			t.Errorf("%s is told in a log or a metric", canary)
		}
		if file, err := os.ReadFile(tc.cfg.data + "/tributary.db"); err != nil || strings.Contains(string(file), canary) {
			t.Errorf("%s stands in the file, or it cannot be read: %v", canary, err)
		}
	}
}

func same(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestNoWebhookIntoThisMachine unless the flag says so.
func TestNoWebhookIntoThisMachine(t *testing.T) {
	tc := newTestCollector(t, nil)
	for _, url := range []string{"http://127.0.0.1:1/", "https://localhost/"} {
		status, text, _ := tc.do("POST", "/v1/webhooks", `{"url":"`+url+`"}`, "Authorization", "Bearer "+testKey)
		if status != http.StatusUnprocessableEntity || !strings.Contains(text, "--webhooks-to-loopback") {
			t.Errorf("%s: %d %s", url, status, text)
		}
	}
}
