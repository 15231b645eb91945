package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/keap"
	"tributary/internal/keap/sandbox"
	"tributary/internal/store"
	"tributary/snippet"
)

// testCollector is the wired program without a listener of its own.
type testCollector struct {
	*collector
	t    *testing.T
	url  string
	site string
	logs *bytes.Buffer
}

func newTestCollector(t *testing.T, change func(*config)) *testCollector {
	t.Helper()
	cfg := config{
		listen: "127.0.0.1:0", data: t.TempDir(), baseURL: "http://go.example.com", adminKey: testKey,
		keapTimeout: time.Second, keapSettle: 2 * time.Second, keapPerMinute: keap.Unlimited, contactWait: time.Hour,
		rule: "latest", window: attribution.DefaultPolicy.Window, mergeWindow: attribution.DefaultPolicy.Merge,
		scriptPath: snippet.ScriptPath, eventsPath: snippet.EventsPath,
	}
	if change != nil {
		change(&cfg)
	}
	logs := &bytes.Buffer{}
	c, err := newCollector(cfg, slog.New(slog.NewTextHandler(logs, &slog.HandlerOptions{Level: slog.LevelDebug})))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(c.echo)
	tc := &testCollector{collector: c, t: t, url: server.URL, logs: logs}
	t.Cleanup(func() {
		server.Close()
		if err := c.store.Check(context.Background()); err != nil {
			t.Errorf("the store does not hold together: %v", err)
		}
		c.store.Close()
	})
	var site struct{ Key string }
	tc.json("POST", "/v1/sites", `{"name":"Test","origins":["https://www.example.com","https://*.example.org","http://localhost:*"]}`, http.StatusCreated, &site)
	tc.site = site.Key
	return tc
}

func (tc *testCollector) do(method, path, body string, headers ...string) (int, string, http.Header) {
	tc.t.Helper()
	req, err := http.NewRequest(method, tc.url+path, strings.NewReader(body))
	if err != nil {
		tc.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		tc.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		tc.t.Fatal(err)
	}
	return res.StatusCode, string(text), res.Header
}

func (tc *testCollector) json(method, path, body string, want int, into any) {
	tc.t.Helper()
	status, text, _ := tc.do(method, path, body, "Authorization", "Bearer "+testKey)
	if status != want {
		tc.t.Fatalf("%s %s: %d %s", method, path, status, text)
	}
	if err := json.Unmarshal([]byte(text), into); err != nil {
		tc.t.Fatalf("%s %s: %v in %s", method, path, err, text)
	}
}

// send posts events and returns the answers' statuses with their reasons.
func (tc *testCollector) send(events ...string) []string {
	tc.t.Helper()
	body := fmt.Sprintf(`{"site":%q,"events":[%s]}`, tc.site, strings.Join(events, ","))
	status, text, _ := tc.do("POST", "/e", body, "Origin", "https://www.example.com")
	if status != http.StatusAccepted {
		tc.t.Fatalf("POST /e: %d %s", status, text)
	}
	var answer struct {
		Results []struct{ Status, Reason string }
	}
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		tc.t.Fatal(err)
	}
	out := make([]string, len(answer.Results))
	for i, r := range answer.Results {
		out[i] = strings.TrimSpace(r.Status + " " + r.Reason)
	}
	return out
}

// keyWorks has the connection checked with Keap, as at a start.
func (tc *testCollector) keyWorks(ctx context.Context) {
	_, changed := tc.connection.Works()
	ctx, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() { defer close(done); tc.connection.Run(ctx) }()
	<-changed
	stop()
	<-done
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

func optInEvent(email, affiliate string) string {
	now := time.Now().UnixMilli()
	return fmt.Sprintf(`{"id":%q,"type":"optin","at":%d,"touch":{"affiliate":%q,"kind":"id","at":%d},"person":{"email":%q}}`, newID(), now, affiliate, now-1000, email)
}

func (tc *testCollector) quarantined() (codes []string) {
	tc.t.Helper()
	var page struct {
		Data []struct{ Code, Reason string }
	}
	tc.json("GET", "/v1/quarantine", "", http.StatusOK, &page)
	for _, q := range page.Data {
		codes = append(codes, q.Code)
	}
	return codes
}

type listedOptIns struct {
	Data []struct {
		ID, Status, Reason string
		Via                []string
		Affiliate          *struct{ ID, Code string }
		Trace              []struct{ Step, Detail string }
	}
}

// TestRefusedRequests is the bad input that gets no 202. Each answer says what to do, and the body is kept.
func TestRefusedRequests(t *testing.T) {
	event := optInEvent("lead@example.com", "101")
	for name, c := range map[string]struct {
		body, origin string
		status       int
		code         string
	}{
		"unknown site":     {`{"site":"st_unknown","events":[` + event + `]}`, "https://www.example.com", 404, "unknown_site"},
		"forbidden origin": {`{"site":"SITE","events":[` + event + `]}`, "https://evil.example.net", 403, "forbidden_origin"},
		"bare wildcard":    {`{"site":"SITE","events":[` + event + `]}`, "https://example.org", 403, "forbidden_origin"},
		"opaque origin":    {`{"site":"SITE","events":[` + event + `]}`, "null", 403, "forbidden_origin"},
		"broken JSON":      {`{"site":"SITE","events":[` + event, "https://www.example.com", 400, "malformed_json"},
		"oversized":        {`{"site":"SITE","events":[` + event + strings.Repeat(" ", 17<<10) + `]}`, "https://www.example.com", 413, "too_large"},
		"51 events":        {`{"site":"SITE","events":[` + strings.Repeat("{},", 50) + event + `]}`, "https://www.example.com", 413, "too_many_events"},
	} {
		t.Run(name, func(t *testing.T) {
			tc := newTestCollector(t, nil)
			status, text, header := tc.do("POST", "/e", strings.ReplaceAll(c.body, "SITE", tc.site), "Origin", c.origin)
			var p struct {
				Code, Detail string
				Status       int
			}
			if err := json.Unmarshal([]byte(text), &p); err != nil || status != c.status || p.Status != c.status || p.Code != c.code || p.Detail == "" {
				t.Errorf("answered %d %s", status, text)
			}
			if got := header.Get("Content-Type"); got != "application/problem+json" {
				t.Errorf("content type %q", got)
			}
			if got := tc.quarantined(); len(got) != 1 || got[0] != c.code {
				t.Errorf("quarantine holds %v", got)
			}
		})
	}
}

// TestJudgedEvents is what a batch's events come to, one by one.
func TestJudgedEvents(t *testing.T) {
	now := time.Now().UnixMilli()
	day := int64(24 * 60 * 60 * 1000)
	click := func(affiliate, kind string, at int64) string {
		return fmt.Sprintf(`{"id":%q,"type":"click","visitor":%q,"at":%d,"touch":{"affiliate":%q,"kind":%q,"at":%d}}`, newID(), newID(), at, affiliate, kind, at)
	}
	for name, c := range map[string]struct {
		event string
		want  string // how the answer begins
		kept  string // code in the quarantine, if any
	}{
		"a click":              {click("101", "id", now), "accepted", ""},
		"a click by code":      {click("00123", "code", now), "accepted", ""},
		"affiliate 0":          {click("0", "id", now), "ignored no affiliate", ""},
		"a junk affiliate":     {click("a b", "id", now), "ignored no affiliate", ""},
		"ten years ahead":      {click("101", "id", now+3650*day), "accepted", ""},
		"ten years behind":     {click("101", "id", now-3650*day), "accepted", ""},
		"no e-mail":            {optInEvent("nobody", "101"), "ignored person.email is not an e-mail address", "invalid_email"},
		"an unknown affiliate": {optInEvent("ann@example.com", "999"), "accepted", ""},
		"a bad id":             {`{"id":"7","type":"click"}`, "ignored id must be a UUID", "invalid_id"},
		"a bad type":           {`{"id":"` + newID() + `","type":"view"}`, "ignored type must be", "invalid_type"},
		"a wrong shape":        {`{"id":"` + newID() + `","type":"optin","at":"noon"}`, "ignored", "malformed_event"},
	} {
		t.Run(name, func(t *testing.T) {
			tc := newTestCollector(t, nil)
			got := tc.send(c.event, optInEvent("beside@example.com", "101"))
			if !strings.HasPrefix(got[0], c.want) || got[1] != "accepted" {
				t.Errorf("answered %q", got)
			}
			if kept := strings.Join(tc.quarantined(), " "); kept != c.kept {
				t.Errorf("quarantine holds %q, want %q", kept, c.kept)
			}
		})
	}
}

func TestAWrongClockIsCorrectedAndSaid(t *testing.T) {
	tc := newTestCollector(t, nil)
	wrong := time.Now().AddDate(-10, 0, 0).UnixMilli()
	tc.send(fmt.Sprintf(`{"id":%q,"type":"optin","at":%d,"touch":{"affiliate":"101","kind":"id","at":%d},"person":{"email":"ann@example.com"}}`, newID(), wrong, wrong-3_600_000))
	var list listedOptIns
	tc.json("GET", "/v1/optins", "", http.StatusOK, &list)
	if len(list.Data) != 1 || list.Data[0].Status != "received" || !strings.Contains(list.Data[0].Trace[0].Detail, "clock") {
		t.Errorf("%+v", list.Data)
	}
}

func TestATouchOlderThanTheWindowEarnsNothing(t *testing.T) {
	tc := newTestCollector(t, nil)
	now := time.Now()
	tc.send(fmt.Sprintf(`{"id":%q,"type":"optin","at":%d,"touch":{"affiliate":"101","kind":"id","at":%d},"person":{"email":"ann@example.com"}}`, newID(), now.UnixMilli(), now.AddDate(0, 0, -91).UnixMilli()))
	var list listedOptIns
	tc.json("GET", "/v1/optins", "", http.StatusOK, &list)
	if len(list.Data) != 1 || list.Data[0].Status != "unattributed" || !strings.Contains(list.Data[0].Reason, "91 days") {
		t.Errorf("%+v", list.Data)
	}
}

// TestOnePersonIsOneOptIn sends one event 100 times, and the same person by the API.
func TestOnePersonIsOneOptIn(t *testing.T) {
	tc := newTestCollector(t, nil)
	event := optInEvent("ann@example.com", "101")
	accepted := 0
	for range 100 {
		if tc.send(event)[0] == "accepted" {
			accepted++
		}
	}
	var o struct{ ID string }
	tc.json("POST", "/v1/optins", `{"email":" ANN@example.com ","affiliate":"101"}`, http.StatusOK, &o)
	var list listedOptIns
	tc.json("GET", "/v1/optins?email=ann@example.com", "", http.StatusOK, &list)
	if accepted != 1 || len(list.Data) != 1 || list.Data[0].ID != o.ID || strings.Join(list.Data[0].Via, " ") != "form api" {
		t.Errorf("%d accepted, opt-ins %+v", accepted, list.Data)
	}
	var stats struct{ OptIns, People int }
	tc.json("GET", "/v1/affiliates/101/stats", "", http.StatusOK, &stats)
	if stats.OptIns != 1 || stats.People != 1 {
		t.Errorf("stats %+v", stats)
	}
}

func TestCrawlersAndPrefetchesAreIgnored(t *testing.T) {
	tc := newTestCollector(t, nil)
	for header, value := range map[string]string{"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)", "Sec-Purpose": "prefetch;prerender"} {
		body := fmt.Sprintf(`{"site":%q,"events":[{"id":%q,"type":"click","touch":{"affiliate":"101","kind":"id"}}]}`, tc.site, newID())
		if _, text, _ := tc.do("POST", "/e", body, header, value); !strings.Contains(text, `"ignored"`) {
			t.Errorf("%s: %s", header, text)
		}
	}
	var log struct {
		Data []struct{ Status, Reason string }
	}
	tc.json("GET", "/v1/events", "", http.StatusOK, &log)
	if len(log.Data) != 2 || log.Data[0].Status != "ignored" || log.Data[0].Reason == "" {
		t.Errorf("the log holds %+v", log.Data)
	}
}

func TestTheTagIsWrittenAsItIsPasted(t *testing.T) {
	tc := newTestCollector(t, nil)
	if _, text, _ := tc.do("GET", "/v1/sites/"+tc.site, "", "Authorization", "Bearer "+testKey); !strings.Contains(text, `<script async src=\"`) {
		t.Errorf("%s", text)
	}
}

func TestOnlyAllowedPagesReadTheAnswer(t *testing.T) {
	tc := newTestCollector(t, nil)
	for origin, allowed := range map[string]bool{
		"https://www.example.com": true, "https://shop.example.org": true, "http://localhost:3000": true,
		"http://www.example.com": false, "https://www.example.com.evil.example.net": false,
	} {
		body := fmt.Sprintf(`{"site":%q,"events":[]}`, tc.site)
		status, _, header := tc.do("POST", "/e", body, "Origin", origin)
		if got := header.Get("Access-Control-Allow-Origin") == origin && status == http.StatusAccepted; got != allowed {
			t.Errorf("%s: %d, allowed %v, want %v", origin, status, got, allowed)
		}
	}
}

func TestTheScriptIsServedByCodingAndHash(t *testing.T) {
	tc := newTestCollector(t, nil)
	plain, body, header := tc.do("GET", "/s/"+tc.site+".js", "", "Accept-Encoding", "identity")
	if plain != http.StatusOK || !strings.Contains(body, tc.site) || header.Get("ETag") == "" {
		t.Fatalf("%d %v", plain, header)
	}
	if status, _, _ := tc.do("GET", "/s/"+tc.site+".js", "", "Accept-Encoding", "identity", "If-None-Match", header.Get("ETag")); status != http.StatusNotModified {
		t.Errorf("with its ETag: %d", status)
	}
	for _, coding := range []string{"gzip", "br"} {
		if _, text, h := tc.do("GET", "/s/"+tc.site+".js", "", "Accept-Encoding", coding); h.Get("Content-Encoding") != coding || len(text) >= len(body) {
			t.Errorf("%s: %v, %d bytes", coding, h, len(text))
		}
	}
	hash := strings.Trim(header.Get("ETag"), `"`)
	if status, same, h := tc.do("GET", "/s/"+tc.site+"."+hash+".js", "", "Accept-Encoding", "identity"); status != http.StatusOK || same != body || !strings.Contains(h.Get("Cache-Control"), "immutable") {
		t.Errorf("by hash: %d %v", status, h)
	}
	for _, path := range []string{"/s/st_unknown.js", "/s/" + tc.site + ".0000.js", "/s/" + tc.site} {
		if status, text, _ := tc.do("GET", path, ""); status != http.StatusNotFound || !strings.Contains(text, "copy the tag again") {
			t.Errorf("%s: %d %s", path, status, text)
		}
	}
}

// TestSecretsStayOutOfLogsAndAnswers is the canary rule.
func TestSecretsStayOutOfLogsAndAnswers(t *testing.T) {
	box := sandbox.New(sandbox.Options{})
	server := httptest.NewServer(box)
	t.Cleanup(server.Close)
	t.Cleanup(box.Close)
	tc := newTestCollector(t, func(c *config) {
		c.keapURL, c.keapKey = server.URL+sandbox.BasePath, "KeapAK-canary-key"
	})
	tc.send(optInEvent("canary@example.com", "101"), `{"id":"x","type":"optin","person":{"email":"canary@example.com"}}`)
	tc.keyWorks(context.Background())
	_, ready, _ := tc.do("GET", "/readyz", "")
	_, events, _ := tc.do("GET", "/v1/events", "", "Authorization", "Bearer "+testKey)
	_, refused, _ := tc.do("GET", "/v1/optins", "", "Authorization", "Bearer wrong")
	file, err := os.ReadFile(filepath.Join(tc.cfg.data, "tributary.db"))
	if err != nil {
		t.Fatal(err)
	}
	for where, text := range map[string]string{"log": tc.logs.String(), "readyz": ready, "events": events, "refusal": refused, "store": string(file)} {
		for _, canary := range []string{"canary@example.com", "KeapAK-canary-key", testKey} {
			if strings.Contains(text, canary) {
				t.Errorf("%s holds %s", where, canary)
			}
		}
	}
	if !strings.Contains(ready, "refuses the key") || !strings.Contains(tc.logs.String(), "--keap-key") {
		t.Errorf("a key that Keap refuses: /readyz %s, log %s", ready, tc.logs)
	}
}

// TestWrongCalls is what a person can type wrong: exit code 2, or 1 for the machine's faults, and what to do.
func TestWrongCalls(t *testing.T) {
	busy := t.TempDir()
	first := newTestCollector(t, func(c *config) { c.data = busy })
	notFolder := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(notFolder, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"no command":       {nil, 2, "Usage: tributary COMMAND"},
		"unknown command":  {[]string{"server"}, 2, `no command "server"`},
		"unknown flag":     {[]string{"serve", "--lisen", ":80"}, 2, "lisen"},
		"stray argument":   {[]string{"serve", "now"}, 2, `"now"`},
		"bad address":      {[]string{"serve", "--listen", "8080"}, 2, "--listen"},
		"bad base URL":     {[]string{"serve", "--base-url", "go.example.com"}, 2, "--base-url"},
		"bad rule":         {[]string{"serve", "--rule", "last"}, 2, "latest or first"},
		"short secret":     {[]string{"serve", "--secret-key", "x"}, 2, "32 characters"},
		"settle too short": {[]string{"serve", "--keap-settle", "1s"}, 2, "--keap-settle"},
		"a database":       {[]string{"serve", "--database", "postgres://localhost/x"}, 2, "--database"},
		"bad log level":    {[]string{"serve", "--log-level", "loud"}, 2, "--log-level"},
		"no texts":         {[]string{"serve", "--listen", "127.0.0.1:0", "--data", t.TempDir(), "--texts", "none"}, 1, "--texts none is no folder"},
		"folder in use":    {[]string{"serve", "--listen", "127.0.0.1:0", "--data", busy}, 1, "another tributary is using"},
		"not a folder":     {[]string{"serve", "--listen", "127.0.0.1:0", "--data", notFolder}, 1, "data folder"},
		"impossible":       {[]string{"serve", "--listen", "127.0.0.1:0", "--data", "/proc/none"}, 1, "give another by --data"},
		"keap alone":       {[]string{"keap"}, 2, "keap COMMAND"},
		"demo flag":        {[]string{"demo", "--prot", "1"}, 2, "prot"},
	} {
		t.Run(name, func(t *testing.T) {
			var out, errs bytes.Buffer
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			code := exitCode(run(ctx, c.args, &out, &errs), &errs)
			if code != c.code || !strings.Contains(errs.String(), c.says) {
				t.Errorf("exit %d, says %q", code, errs.String())
			}
		})
	}
	if err := first.store.Ping(context.Background()); err != nil {
		t.Errorf("the first program was disturbed: %v", err)
	}
}

func TestSettingsComeFromFlagsBeforeTheEnvironment(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte("from-file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TRIBUTARY_LISTEN", ":9001")
	t.Setenv("TRIBUTARY_DATA", "/from/env")
	t.Setenv("TRIBUTARY_KEAP_KEY_FILE", file)
	var c config
	if err := c.parse("serve", []string{"--listen", ":9002"}, io.Discard); err != nil {
		t.Fatal(err)
	}
	if c.listen != ":9002" || c.data != "/from/env" || c.keapKey != "from-file" {
		t.Errorf("%+v", c)
	}
	t.Setenv("TRIBUTARY_KEAP_KEY_FILE", file+".gone")
	if err := (&config{}).parse("serve", nil, io.Discard); !errors.Is(err, errUsage) {
		t.Errorf("a secret file that is not there: %v", err)
	}
}

// TestStatsAnswerByKeapsID is an affiliate who is known to visitors by code alone.
func TestStatsAnswerByKeapsID(t *testing.T) {
	box := sandbox.New(sandbox.Options{})
	box.AddAffiliate(sandbox.Affiliate{ID: "103", Code: "maple"})
	server := httptest.NewServer(box)
	t.Cleanup(server.Close)
	t.Cleanup(box.Close)
	tc := newTestCollector(t, func(c *config) { c.keapURL, c.keapKey = server.URL+sandbox.BasePath, sandbox.DefaultKey })
	tc.send(fmt.Sprintf(`{"id":%q,"type":"click","visitor":%q,"touch":{"affiliate":"maple","kind":"code"}}`, newID(), newID()))
	var stats struct {
		Affiliate string
		Clicks    int `json:"clicks"`
		Unique    int `json:"unique_clicks"`
	}
	tc.json("GET", "/v1/affiliates/103/stats", "", http.StatusOK, &stats)
	if stats.Affiliate != "103" || stats.Clicks != 1 || stats.Unique != 1 {
		t.Errorf("%+v", stats)
	}
	if status, text, _ := tc.do("GET", "/v1/affiliates/999/stats", "", "Authorization", "Bearer "+testKey); status != http.StatusNotFound {
		t.Errorf("an affiliate that nobody knows: %d %s", status, text)
	}
	if _, err := tc.store.Affiliate(context.Background(), attribution.DefaultAccount, attribution.Ref{Kind: attribution.ByCode, Value: "maple"}); errors.Is(err, store.ErrNotFound) {
		t.Error("what Keap told was not kept")
	}
}
