package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"tributary/internal/affiliates"
	"tributary/internal/attribution"
	"tributary/internal/settings"
	"tributary/internal/store"
)

func TestSettings(t *testing.T) {
	s := newServer(t)
	if got := s.do("GET", "/v1/settings", "", 200); got["other_partner"] != "respect" || got["window"] != "90d" || got["contact"] != "wait" {
		t.Errorf("by default: %v", got)
	}
	got := s.do("PATCH", "/v1/settings", `{"window":"36h","fields":{"utm_source":"14"},"tag_id":"7"}`, 200)
	if got["window"] != "36h" || got["tag_id"] != "7" || got["fields"].(object)["utm_source"] != "14" {
		t.Errorf("changed: %v", got)
	}
	if got := s.do("PATCH", "/v1/settings", `{"window":null,"fields":{}}`, 200); got["window"] != "90d" || len(got["fields"].(object)) != 0 || got["tag_id"] != "7" {
		t.Errorf("back to the default: %v", got)
	}
	s.keapSays = map[string]error{
		"404": &settings.Wrong{Field: "tag_id", Problem: "names tag 404, which Keap does not have"},
		"503": errors.New("no answer from Keap"),
	}
	for body, want := range map[string]string{
		`{"late":"maybe"}`: "invalid_late", `{"lat":"hold"}`: "invalid_setting", `{"tag_id":"404"}`: "invalid_tag_id",
		`{"fields":{"email":"1"}}`: "invalid_fields", `{"write_ip":1}`: "invalid_write_ip", `{"description":"{email}"}`: "invalid_description",
	} {
		s.refused("PATCH", "/v1/settings", body, 422, want)
	}
	s.refused("PATCH", "/v1/settings", `{"tag_id":"503"}`, 503, "keap_unavailable")
	s.refused("PATCH", "/v1/settings", `[]`, 422, "invalid_field")
	s.refused("PATCH", "/v1/settings", `{`, 400, "malformed_json")
	if got := s.do("GET", "/v1/settings", "", 200); got["tag_id"] != "7" || got["late"] != "hold" {
		t.Errorf("a refused change was made: %v", got)
	}
}

// TestTotalsAreTriedAgainWhenTheSettingsChange: what was parked for an opt-in stays parked.
func TestTotalsAreTriedAgainWhenTheSettingsChange(t *testing.T) {
	s := newServer(t)
	ctx := context.Background()
	s.do("POST", "/v1/optins", `{"email":"ann@example.com","affiliate":"77"}`, 201)
	for round := range 2 {
		jobs, err := s.store.Claim(ctx, now.Add(time.Duration(round+1)*time.Hour), 10, time.Minute)
		if err != nil || len(jobs) == 0 {
			t.Fatalf("%d jobs, %v", len(jobs), err)
		}
		for _, j := range jobs {
			settled := store.Settlement{State: store.Parked, Reason: "the field is gone"}
			if j.Kind == store.CreditJob {
				settled = store.Settlement{State: store.Done, Status: attribution.Credited, Then: []store.Following{
					{Kind: store.TotalsJob, Subject: "77"}, {Kind: store.TagJob, Subject: j.Subject},
				}}
			}
			if err := s.store.Advance(ctx, j, now, settled); err != nil {
				t.Fatal(err)
			}
		}
	}
	s.do("PATCH", "/v1/settings", `{"late":"write"}`, 200)
	states := map[string]any{}
	for _, row := range s.rows("/v1/jobs") {
		states[row.(object)["kind"].(string)] = row.(object)["state"]
	}
	if states["totals"] != "ready" || states["tag"] != "parked" {
		t.Errorf("jobs %v", states)
	}
}

func TestSyncOfAffiliates(t *testing.T) {
	s := newServer(t)
	s.refused("GET", "/v1/affiliates/sync", "", 404, "not_found")
	s.synced = affiliates.Synced{Started: now, Ended: now.Add(time.Second), Seen: 1000, New: 3, Calls: 2, Error: "reading page 2: no answer from Keap"}
	s.syncFails = errors.New("no answer from Keap")
	if got := s.do("POST", "/v1/affiliates/sync", "", 200); got["complete"] != false || got["seen"] != 1000.0 || got["error"] == nil {
		t.Errorf("a sync that failed: %v", got)
	}
	if got := s.do("GET", "/v1/affiliates/sync", "", 200); got["new"] != 3.0 {
		t.Errorf("the last: %v", got)
	}
	s.syncFails = affiliates.ErrSyncing
	s.refused("POST", "/v1/affiliates/sync", "", 409, "sync_running")
	s.syncFails = affiliates.ErrNotConnected
	s.refused("POST", "/v1/affiliates/sync", "", 409, "keap_not_connected")
}

func TestAffiliatesAreListedByState(t *testing.T) {
	s := newServer(t)
	for id, a := range map[string]attribution.Affiliate{
		"1": {Status: "ACTIVE"}, "2": {Status: "INACTIVE"}, "3": {Status: "ACTIVE", Gone: now}, "4": {}, "5": {Status: "ACTIVE"}, "6": {Status: "ACTIVE"},
	} {
		a.ID = id
		if err := s.store.PutAffiliate(context.Background(), attribution.DefaultAccount, a, now); err != nil {
			t.Fatal(err)
		}
	}
	for status, want := range map[string]string{"": `["1","2","3","4","5","6"]`, "active": `["1","5","6"]`, "inactive": `["2"]`, "gone": `["3"]`, "unconfirmed": `["4"]`} {
		ids := []string{}
		cursor := ""
		for {
			page := s.do("GET", "/v1/affiliates?limit=2&status="+status+"&cursor="+cursor, "", 200)
			for _, row := range page["data"].([]any) {
				ids = append(ids, row.(object)["id"].(string))
			}
			if cursor, _ = page["next_cursor"].(string); cursor == "" {
				break
			}
		}
		if got, _ := json.Marshal(ids); string(got) != want {
			t.Errorf("%q: %s, want %s", status, got, want)
		}
	}
	if got := s.do("GET", "/v1/affiliates/3", "", 200); got["gone_at"] == nil {
		t.Errorf("gone: %v", got)
	}
	s.refused("GET", "/v1/affiliates?status=asleep", "", 422, "invalid_status")
}
