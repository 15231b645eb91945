package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// oneQuarantined returns the address of the only record in the quarantine.
func (tc *testCollector) oneQuarantined() string {
	tc.t.Helper()
	var page struct{ Data []struct{ ID string } }
	tc.json("GET", "/v1/quarantine", "", http.StatusOK, &page)
	if len(page.Data) != 1 {
		tc.t.Fatalf("the quarantine holds %d records, want 1", len(page.Data))
	}
	return "/v1/quarantine/" + page.Data[0].ID
}

// retryFails retries a quarantined record that cannot be taken.
func (tc *testCollector) retryFails(path, code string) {
	tc.t.Helper()
	var p struct{ Code, Detail string }
	tc.json("POST", path+"/retry", "", http.StatusUnprocessableEntity, &p)
	if p.Code != code || p.Detail == "" {
		tc.t.Errorf("retry: %+v, want %s", p, code)
	}
	tc.oneQuarantined()
}

// TestAQuarantinedBatchIsTakenWhenItsOriginIsAdded is a lead from a page that nobody had listed.
func TestAQuarantinedBatchIsTakenWhenItsOriginIsAdded(t *testing.T) {
	tc := newTestCollector(t, nil)
	body := fmt.Sprintf(`{"site":%q,"events":[%s]}`, tc.site, optInEvent("lead@example.com", "101"))
	if status, text, _ := tc.do("POST", "/e", body, "Origin", "https://new.example.net"); status != http.StatusForbidden {
		t.Fatalf("%d %s", status, text)
	}
	path := tc.oneQuarantined()
	var kept struct{ Body, Code, Origin string }
	tc.json("GET", path, "", http.StatusOK, &kept)
	if kept.Body != body || kept.Code != "forbidden_origin" || kept.Origin != "https://new.example.net" {
		t.Errorf("kept %+v", kept)
	}
	tc.retryFails(path, "forbidden_origin")
	tc.json("PATCH", "/v1/sites/"+tc.site, `{"origins":["https://new.example.net"]}`, http.StatusOK, &struct{}{})
	tc.json("POST", path+"/retry", "", http.StatusOK, &struct{}{})
	if left := tc.quarantined(); len(left) != 0 {
		t.Errorf("the quarantine still holds %v", left)
	}
	var list listedOptIns
	tc.json("GET", "/v1/optins?email=lead@example.com", "", http.StatusOK, &list)
	if len(list.Data) != 1 || list.Data[0].Status != "received" || list.Data[0].Affiliate == nil || list.Data[0].Affiliate.ID != "101" {
		t.Errorf("opt-ins %+v", list.Data)
	}
}

// TestWhatStaysBadStaysInTheQuarantine is a single event, and bodies that nothing can be made of.
func TestWhatStaysBadStaysInTheQuarantine(t *testing.T) {
	for code, body := range map[string]string{
		"invalid_email":  `{"site":"SITE","events":[` + optInEvent("nobody", "101") + `]}`,
		"unknown_site":   `{"site":"st_unknown","events":[` + optInEvent("lead@example.com", "101") + `]}`,
		"malformed_json": `{"site":"SITE","events":[`,
	} {
		tc := newTestCollector(t, nil)
		tc.do("POST", "/e", strings.ReplaceAll(body, "SITE", tc.site), "Origin", "https://www.example.com")
		path := tc.oneQuarantined()
		tc.retryFails(path, code)
		if status, text, _ := tc.do("DELETE", path, "", "Authorization", "Bearer "+testKey); status != http.StatusNoContent {
			t.Errorf("deleting: %d %s", status, text)
		}
	}
}

// TestATooLargeBatchIsTakenByHand is a batch that only the public door's bounds refuse.
func TestATooLargeBatchIsTakenByHand(t *testing.T) {
	tc := newTestCollector(t, nil)
	events := make([]string, 51)
	for i := range events {
		events[i] = fmt.Sprintf(`{"id":%q,"type":"click","touch":{"affiliate":"101","kind":"id"}}`, newID())
	}
	tc.do("POST", "/e", fmt.Sprintf(`{"site":%q,"events":[%s]}`, tc.site, strings.Join(events, ",")))
	var taken struct{ Results []json.RawMessage }
	tc.json("POST", tc.oneQuarantined()+"/retry", "", http.StatusOK, &taken)
	var stats struct{ Clicks int }
	tc.json("GET", "/v1/affiliates/101/stats", "", http.StatusOK, &stats)
	if len(taken.Results) != 51 || stats.Clicks != 51 {
		t.Errorf("%d results, %d clicks", len(taken.Results), stats.Clicks)
	}
}
