package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/keap"
	"tributary/internal/keap/keaptest"
	"tributary/internal/keap/sandbox"
	"tributary/internal/keaphook"
	"tributary/internal/reconcile"
	"tributary/snippet"
)

// running is the whole of it, running at an address of its own, with Keap's sandbox that calls it.
type running struct {
	t   *testing.T
	box *sandbox.Sandbox
	url string
}

func runProgram(t *testing.T, change func(*config)) *running {
	t.Helper()
	box, keapURL := keaptest.Serve(t, sandbox.Options{Delivery: sandbox.Delivery{Delay: 5 * time.Millisecond}})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := "http://" + l.Addr().String()
	cfg := config{
		data: t.TempDir(), baseURL: url, adminKey: testKey, keapURL: keapURL, keapKey: sandbox.DefaultKey, keapKeyHeader: keap.HeaderAuthorization,
		keapTimeout: time.Second, keapSettle: 2 * time.Second, keapPerMinute: keap.Unlimited, contactWait: 72 * time.Hour,
		rule: "latest", window: attribution.DefaultPolicy.Window, mergeWindow: attribution.DefaultPolicy.Merge,
		scriptPath: snippet.ScriptPath, eventsPath: snippet.EventsPath,
	}
	if change != nil {
		change(&cfg)
	}
	c, err := newCollector(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- c.run(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return &running{t: t, box: box, url: url}
}

func (p *running) call(method, path, body string, want int, into any) {
	p.t.Helper()
	req, err := http.NewRequest(method, p.url+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+testKey)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != want {
		p.t.Fatalf("%s %s: %d %s, %v", method, path, res.StatusCode, text, err)
	}
	if into == nil { // an answer without a body
		return
	}
	if err := json.Unmarshal(text, into); err != nil {
		p.t.Fatalf("%s %s: %v in %s", method, path, err, text)
	}
}

// command runs "tributary keap ..." and returns its exit code and its output.
func (p *running) command(args ...string) (code int, stdout, stderr string) {
	p.t.Helper()
	var out, errs bytes.Buffer
	err := run(p.t.Context(), append(append([]string{"keap"}, args...), "--url", p.url, "--admin-key", testKey), &out, &errs)
	return exitCode(err, &errs), out.String(), errs.String()
}

type optInStatus struct {
	ID, Status string
	Keap       struct {
		ContactID  string `json:"contact_id"`
		ReferralID string `json:"referral_id"`
	}
}

func (p *running) optIn(email, affiliate string) string {
	p.t.Helper()
	var made optInStatus
	p.call("POST", "/v1/optins", fmt.Sprintf(`{"email":%q,"affiliate":%q}`, email, affiliate), http.StatusCreated, &made)
	return made.ID
}

func (p *running) await(id, status string, within time.Duration) (o optInStatus) {
	p.t.Helper()
	for deadline := time.Now().Add(within); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if p.call("GET", "/v1/optins/"+id, "", http.StatusOK, &o); o.Status == status {
			return o
		}
	}
	p.t.Fatalf("not %s after %s: %+v", status, within, o)
	return o
}

// TestKeapsHookWakesAnOptIn through the whole program: without the hook this opt-in would be looked for again after 8
// seconds at the earliest, when it has been looked for three times.
func TestKeapsHookWakesAnOptIn(t *testing.T) {
	p := runProgram(t, nil)
	maple := p.box.AddAffiliate(sandbox.Affiliate{Code: "maple"})
	var hook keaphook.Status
	for deadline := time.Now().Add(10 * time.Second); hook.State != keaphook.Active && time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		p.call("GET", "/v1/keap/hook", "", http.StatusOK, &hook)
	}
	if hook.State != keaphook.Active || !strings.HasPrefix(hook.Address, p.url+"/h/") {
		t.Fatalf("hook %+v", hook)
	}
	id := p.optIn("ann@example.com", maple.ID)
	p.await(id, "waiting", 5*time.Second)
	for p.box.Calls()["listContacts"] < 2 { // the next attempt is 4 seconds away
		time.Sleep(20 * time.Millisecond)
	}
	p.box.AddContact("ann@example.com", "", "")
	p.await(id, "credited", 10*time.Second)
	p.call("POST", "/v1/keap/hook", "", http.StatusOK, &hook)
	if hook.State != keaphook.Active || hook.Heard.Woken != 1 || len(p.box.Hooks()) != 1 {
		t.Errorf("hook %+v", hook)
	}
}

func TestKeapReconcileCommand(t *testing.T) {
	p := runProgram(t, nil)
	maple := p.box.AddAffiliate(sandbox.Affiliate{Code: "maple"})
	p.box.AddContact("ann@example.com", "", "")
	o := p.await(p.optIn("ann@example.com", maple.ID), "credited", 10*time.Second)
	if code, out, errs := p.command("reconcile"); code != 0 || !strings.Contains(out, "differences: 0") {
		t.Errorf("exit %d, %s %s", code, out, errs)
	}
	stays := p.box.AddContact("anne@example.com", "", "")
	if err := p.box.MergeContacts(sandbox.Merge{From: o.Keap.ContactID, Into: stays.ID}); err != nil {
		t.Fatal(err)
	}
	// An opt-in of this very minute is left for the next run, so the difference of another is what is found.
	p.box.AddReferral(sandbox.Referral{ContactID: stays.ID, ReferralPartnerID: maple.ID, Source: "tributary:0198c0d2-e7a0-7abc-8def-0123456789ab"})
	code, out, errs := p.command("reconcile", "--fix")
	if code != 1 || !strings.Contains(out, "unknown_here: 1") || !strings.Contains(out, "maple") || errs != "" {
		t.Errorf("exit %d, %s %s", code, out, errs)
	}
	code, out, _ = p.command("reconcile", "--json")
	var report reconcile.Report
	if err := json.Unmarshal([]byte(out), &report); err != nil || code != 1 || report.Counts.Referrals != 2 || report.Counts.InFlight != 1 {
		t.Errorf("exit %d, %v, %s", code, err, out)
	}
	var kept reconcile.Report
	if p.call("GET", "/v1/reconcile", "", http.StatusOK, &kept); kept.ID != report.ID || len(kept.Rows) != 1 {
		t.Errorf("kept %+v", kept)
	}
	for _, args := range [][]string{{"reconcile", "--nonsense"}, {"reconcile", "now"}, {"dance"}} {
		if code, _, errs := p.command(args...); code != 2 || errs == "" {
			t.Errorf("%v: exit %d, %s", args, code, errs)
		}
	}
	p.url = "http://127.0.0.1:1"
	if code, out, errs := p.command("reconcile"); code != 2 || out != "" || !strings.Contains(errs, "--url") {
		t.Errorf("without a collector: exit %d, %s %s", code, out, errs)
	}
}

func TestKeapBackfillCommand(t *testing.T) {
	p := runProgram(t, nil)
	maple := p.box.AddAffiliate(sandbox.Affiliate{Code: "maple"})
	for _, day := range []string{"2026-01-05", "2026-05-05", "2026-05-05"} {
		p.box.AddReferral(sandbox.Referral{ContactID: "1", ReferralPartnerID: maple.ID, ReferralTime: day + "T12:00:00Z"})
	}
	p.box.AddReferral(sandbox.Referral{ContactID: "1", ReferralTime: "2026-05-05T12:00:00Z"})
	if code, out, errs := p.command("backfill", "--since", "2026-05-01"); code != 0 || !strings.Contains(out, "2 imported") || !strings.Contains(out, "no affiliate") || !strings.Contains(out, "before since") {
		t.Errorf("exit %d, %s %s", code, out, errs)
	}
	if code, out, errs := p.command("backfill"); code != 0 || !strings.Contains(out, "1 imported, 2 imported before") {
		t.Errorf("exit %d, %s %s", code, out, errs)
	}
	var stats struct {
		Referrals, OptIns int
		ByDay             []struct {
			Day       string
			Referrals int
		} `json:"by_day"`
	}
	p.call("GET", "/v1/affiliates/"+maple.ID+"/stats?from=2026-05-01&to=2026-05-31", "", http.StatusOK, &stats)
	if stats.Referrals != 2 || stats.OptIns != 0 || stats.ByDay[4].Referrals != 2 {
		t.Errorf("stats %+v", stats)
	}
	if code, _, errs := p.command("backfill", "--since", "yesterday"); code != 2 || !strings.Contains(errs, "2026-05-01") {
		t.Errorf("exit %d, %s", code, errs)
	}
	var problem struct{ Code string }
	p.call("POST", "/v1/backfill", `{"sinse":"2026-05-01"}`, http.StatusUnprocessableEntity, &problem)
	if problem.Code != "unknown_field" {
		t.Errorf("problem %+v", problem)
	}
	var events struct {
		Data []struct{ Type, Affiliate, Status string }
	}
	p.call("GET", "/v1/events", "", http.StatusOK, &events)
	if len(events.Data) != 3 || events.Data[0].Type != "referral" || events.Data[0].Affiliate != "id:"+maple.ID || events.Data[0].Status != "accepted" {
		t.Errorf("events %+v", events)
	}
}

func TestKeapWorkWithoutKeap(t *testing.T) {
	p := runProgram(t, func(c *config) { c.keapKey = "" })
	var problem struct{ Code, Detail string }
	for _, call := range [][3]string{
		{"GET", "/v1/keap/hook", ""}, {"POST", "/v1/keap/hook", ""}, {"GET", "/v1/reconcile", ""}, {"POST", "/v1/reconcile", "{}"}, {"GET", "/v1/backfill", ""}, {"POST", "/v1/backfill", "{}"},
	} {
		if p.call(call[0], call[1], call[2], http.StatusConflict, &problem); problem.Code != "not_connected" {
			t.Errorf("%s %s: %+v", call[0], call[1], problem)
		}
	}
	if code, _, errs := p.command("reconcile"); code != 2 || !strings.Contains(errs, "--keap-key") {
		t.Errorf("exit %d, %s", code, errs)
	}
}

// TestWhereKeapCannotCall: Keap takes https addresses only, and nothing is registered that could never work.
func TestWhereKeapCannotCall(t *testing.T) {
	for _, test := range []struct {
		base, keap string
		reachable  bool
	}{
		{"https://go.example.com", keap.DefaultBaseURL, true},
		{"http://go.example.com", keap.DefaultBaseURL, false},
		{"http://localhost:8080", keap.DefaultBaseURL, false},
		{"http://localhost:8080", "http://127.0.0.1:9000/crm", true},
		{"http://go.example.com", "http://127.0.0.1:9000/crm", false},
	} {
		c := config{baseURL: test.base, keapURL: test.keap}
		if why := c.unreachable(); (why == "") != test.reachable {
			t.Errorf("%+v: %q", test, why)
		}
	}
}
