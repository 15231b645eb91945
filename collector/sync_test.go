package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tributary/internal/keap/sandbox"
)

// withSandbox is a collector that is connected to Keap's double.
func withSandbox(t *testing.T) (*testCollector, *sandbox.Sandbox) {
	t.Helper()
	box := sandbox.New(sandbox.Options{})
	server := httptest.NewServer(box)
	t.Cleanup(server.Close)
	t.Cleanup(box.Close)
	tc := newTestCollector(t, func(c *config) {
		c.keapURL, c.keapKey, c.keapSyncEvery = server.URL+sandbox.BasePath, sandbox.DefaultKey, time.Hour
	})
	return tc, box
}

func TestKeapSyncCommand(t *testing.T) {
	tc, box := withSandbox(t)
	box.AddAffiliate(sandbox.Affiliate{Code: "00123", ContactID: box.AddContact("pat@example.com", "Pat", "Example").ID})
	args := []string{"keap", "sync", "--url", tc.url, "--admin-key", testKey}
	if said := command(t, 0, args...); !strings.Contains(said, "1 affiliates seen: 1 new, 0 changed, 0 gone, in 2 calls") {
		t.Errorf("sync says %q", said)
	}
	var page struct {
		Data []struct{ Code, Name, Email, Status string }
	}
	tc.json("GET", "/v1/affiliates?status=active", "", http.StatusOK, &page)
	if len(page.Data) != 1 || page.Data[0].Code != "00123" || page.Data[0].Email != "pat@example.com" || page.Data[0].Name != "Pat Example" {
		t.Errorf("affiliates %+v", page.Data)
	}
	if err := box.AddFault(sandbox.Fault{Operation: "listAffiliate", Kind: sandbox.Status503}); err != nil {
		t.Fatal(err)
	}
	if said := command(t, 1, args...); !strings.Contains(said, "did not come to its end") || !strings.Contains(said, "503") {
		t.Errorf("a sync that failed says %q", said)
	}
	if said := command(t, 1, "keap", "sync", "--url", "http://127.0.0.1:1", "--admin-key", testKey); !strings.Contains(said, "does not answer") {
		t.Errorf("without a collector: %q", said)
	}
	command(t, 2, "keap", "nothing")
}

// TestTheAffiliatesAreSyncedFromTheStart, without being asked.
func TestTheAffiliatesAreSyncedFromTheStart(t *testing.T) {
	tc, box := withSandbox(t)
	box.AddAffiliate(sandbox.Affiliate{Code: "maple"})
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); tc.keepSyncing(ctx) }()
	defer func() { stop(); <-done }()
	for deadline := time.Now().Add(10 * time.Second); tc.lastSync().Started.IsZero() && time.Now().Before(deadline); {
		time.Sleep(5 * time.Millisecond)
	}
	if last := tc.lastSync(); !last.Complete || last.New != 1 {
		t.Errorf("the sync found %+v", last)
	}
}

func TestSettingsRuleTheWholeProgram(t *testing.T) {
	tc, box := withSandbox(t)
	status, text, _ := tc.do("PATCH", "/v1/settings", `{"tag_id":"999"}`, "Authorization", "Bearer "+testKey)
	if status != http.StatusUnprocessableEntity || !strings.Contains(text, "tag 999, which Keap does not have") {
		t.Errorf("a tag that is gone: %d %s", status, text)
	}
	tag := box.AddTag("referred")
	var saved struct {
		TagID string `json:"tag_id"`
		Rule  string
	}
	tc.json("PATCH", "/v1/settings", `{"tag_id":"`+tag.ID+`","rule":"first","window":"30d"}`, http.StatusOK, &saved)
	if saved.TagID != tag.ID || saved.Rule != "first" {
		t.Errorf("saved %+v", saved)
	}
	if p := tc.policy(); p.Rule != "first" || p.Window != 30*24*time.Hour || p.Merge != tc.cfg.mergeWindow {
		t.Errorf("the policy is %+v", p)
	}
	_, script, _ := tc.do("GET", "/s/"+tc.site+".js", "")
	tc.json("PATCH", "/v1/settings", `{"rule":null}`, http.StatusOK, &saved)
	if _, other, _ := tc.do("GET", "/s/"+tc.site+".js", ""); other == script {
		t.Error("the script does not follow the rule")
	}
}
