package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

const testID = "0198c0d2-e7a0-87e5-8def-0123456789ab"

type judged struct {
	Status    string
	Judgement *struct {
		Status, Reason, Affiliate string
		Known                     bool
	}
}

// try posts one event and returns the answer for it.
func (tc *testCollector) try(event string) judged {
	tc.t.Helper()
	var answer struct{ Results []judged }
	tc.json("POST", "/e", fmt.Sprintf(`{"site":%q,"events":[%s]}`, tc.site, event), http.StatusAccepted, &answer)
	if len(answer.Results) != 1 {
		tc.t.Fatalf("%d answers", len(answer.Results))
	}
	return answer.Results[0]
}

func TestATestIsJudgedAndCountsNowhere(t *testing.T) {
	tc := newTestCollector(t, nil)
	tc.json("POST", "/v1/affiliates", `{"id":"101","code":"maria","name":"Maria","email":"maria@example.com"}`, http.StatusCreated, new(any))
	for _, c := range []struct{ name, event, status, affiliate, reason string }{
		{"an opt-in", `"type":"optin","test":true,"touch":{"affiliate":"101","kind":"id"},"person":{"email":"test@example.com"}`, "received", "id:101", ""},
		{"by its id alone", `"type":"optin","touch":{"affiliate":"101","kind":"id"},"person":{"email":"test@example.com"}`, "received", "id:101", ""},
		{"nobody sent them", `"type":"optin","test":true,"person":{"email":"test@example.com"}`, "unattributed", "", "no affiliate was named"},
		{"too long ago", `"type":"optin","test":true,"touch":{"affiliate":"101","kind":"id","at":1},"person":{"email":"test@example.com"}`, "unattributed", "", "days old"},
		{"no e-mail told", `"type":"optin","test":true,"touch":{"affiliate":"maria","kind":"code"}`, "waiting", "code:maria", "the e-mail is not known yet"},
		{"a click", `"type":"click","test":true,"touch":{"affiliate":"101","kind":"id"}`, "accepted", "id:101", ""},
		{"a click of nobody's", `"type":"click","test":true,"touch":{"affiliate":"0","kind":"id"}`, "ignored", "", "0, empty or odd"},
		{"no e-mail at all", `"type":"optin","test":true,"person":{"email":"nobody"}`, "refused", "", "not an e-mail address"},
	} {
		t.Run(c.name, func(t *testing.T) {
			id := fmt.Sprintf("0198c0d2-e7a0-87e5-8def-%012x", len(c.name)*1000+len(c.event))
			got := tc.try(fmt.Sprintf(`{"id":%q,%s}`, id, c.event))
			j := got.Judgement
			if got.Status != "test" || j == nil || j.Status != c.status || j.Affiliate != c.affiliate || !strings.Contains(j.Reason, c.reason) {
				t.Fatalf("%+v %+v", got, j)
			}
			if j.Known != (c.affiliate != "") {
				t.Errorf("known: %v", j.Known)
			}
		})
	}
	var stats struct{ Clicks, Optins, People int }
	tc.json("GET", "/v1/affiliates/101/stats", "", http.StatusOK, &stats)
	if stats.Clicks+stats.Optins+stats.People != 0 {
		t.Errorf("counted: %+v", stats)
	}
	var events struct {
		Data []struct{ Status, Reason string }
	}
	tc.json("GET", "/v1/events", "", http.StatusOK, &events)
	if len(events.Data) != 7 || events.Data[0].Status != "test" {
		t.Errorf("events: %+v", events)
	}
	for path, none := range map[string]string{"/v1/optins": `"data":[]`, "/v1/quarantine": `"data":[]`} {
		if _, text, _ := tc.do("GET", path, "", "Authorization", "Bearer "+testKey); !strings.Contains(text, none) {
			t.Errorf("%s: %s", path, text)
		}
	}
}

// What a form tool sends back of a test is a test, too; what says so by mistake to the API is refused.
func TestATestStaysOneByTheBackDoor(t *testing.T) {
	tc := newTestCollector(t, nil)
	var hook struct{ URL string }
	tc.json("POST", "/v1/hooks", fmt.Sprintf(`{"name":"Forms","site":%q}`, tc.site), http.StatusCreated, &hook)
	_, path, _ := strings.Cut(hook.URL, "/h/")
	for _, body := range []string{
		fmt.Sprintf(`{"email":"ann@example.com","affiliate":"101","tributary_id":%q}`, testID),
		fmt.Sprintf(`{"email":"bea@example.com","utm_content":"trb-id-101-%s"}`, strings.ReplaceAll(testID, "-", "")),
	} {
		if status, text, _ := tc.do("POST", "/h/"+path, body, "Content-Type", "application/json"); status/100 != 2 || !strings.Contains(text, `"test"`) {
			t.Errorf("%d %s", status, text)
		}
	}
	if status, text, _ := tc.do("POST", "/v1/optins", fmt.Sprintf(`{"email":"ann@example.com","tributary_id":%q}`, testID), "Authorization", "Bearer "+testKey); status/100 != 4 || !strings.Contains(text, "test_tributary_id") {
		t.Errorf("%d %s", status, text)
	}
	if _, text, _ := tc.do("GET", "/v1/optins", "", "Authorization", "Bearer "+testKey); !strings.Contains(text, `"data":[]`) {
		t.Error(text)
	}
}

func TestTheScriptForTests(t *testing.T) {
	tc := newTestCollector(t, nil)
	status, text, header := tc.do("GET", "/s/"+tc.site+".test.js", "", "Accept-Encoding", "identity")
	if status != http.StatusOK || !strings.Contains(text, "Send a test opt-in") || strings.Contains(header.Get("Cache-Control"), "immutable") {
		t.Errorf("%d %v, %d bytes", status, header, len(text))
	}
	if _, usual, _ := tc.do("GET", "/s/"+tc.site+".js", "", "Accept-Encoding", "identity"); strings.Contains(usual, "Send a test opt-in") || !strings.Contains(usual, "tributary_test") {
		t.Error("the usual script holds the overlay, or does not know of it")
	}
	if status, _, _ := tc.do("GET", "/s/st_unknown.test.js", ""); status != http.StatusNotFound {
		t.Errorf("of no site: %d", status)
	}
}

// A page that asks with an empty batch may read why it would be refused, and nothing is kept of that.
func TestAPageMayReadWhyItIsRefused(t *testing.T) {
	tc := newTestCollector(t, nil)
	for site, want := range map[string]int{tc.site: http.StatusForbidden, "st_unknown": http.StatusNotFound} {
		status, _, h := tc.do("POST", "/e", fmt.Sprintf(`{"site":%q,"events":[]}`, site), "Origin", "https://evil.example.net")
		if status != want || h.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: %d %v", site, status, h)
		}
	}
	if _, text, _ := tc.do("GET", "/v1/quarantine", "", "Authorization", "Bearer "+testKey); !strings.Contains(text, `"data":[]`) {
		t.Error(text)
	}
}
