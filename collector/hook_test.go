package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tributary/internal/keap/sandbox"
)

type hookAnswer struct {
	ID, URL, Name string
	Mapping       map[string]string
}

type payloads struct {
	Data []struct {
		ID, State, Reason, Body string
		Results                 []struct {
			Status, Reason, OptIn string
			Fields                map[string]string
		}
	}
	Next string `json:"next_cursor"`
}

// hook makes a hook and returns it with its path.
func (tc *testCollector) hook(settings string) (hookAnswer, string) {
	tc.t.Helper()
	var h hookAnswer
	tc.json("POST", "/v1/hooks", settings, http.StatusCreated, &h)
	path, ok := strings.CutPrefix(h.URL, tc.cfg.baseURL)
	if !ok || !strings.HasPrefix(path, "/h/") {
		tc.t.Fatalf("the address is %s", h.URL)
	}
	return h, path
}

// tell posts to a hook and returns the statuses.
func (tc *testCollector) tell(path, body string, headers ...string) string {
	tc.t.Helper()
	status, text, _ := tc.do("POST", path, body, headers...)
	var answer struct{ Results []struct{ Status string } }
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		tc.t.Fatalf("%d %s: %v", status, text, err)
	}
	if status != http.StatusOK {
		return fmt.Sprint(status)
	}
	var out []string
	for _, r := range answer.Results {
		out = append(out, r.Status)
	}
	return strings.Join(out, " ")
}

func (tc *testCollector) payloads(hook, query string) (p payloads) {
	tc.t.Helper()
	tc.json("GET", "/v1/hooks/"+hook+"/payloads"+query, "", http.StatusOK, &p)
	return p
}

func TestAHookTakesWhatAToolSends(t *testing.T) {
	tc := newTestCollector(t, nil)
	h, path := tc.hook(fmt.Sprintf(`{"name":"Zapier","site":%q}`, tc.site))
	if status, text, _ := tc.do("GET", path, ""); status != http.StatusOK || !strings.Contains(text, "this address works") {
		t.Errorf("GET: %d %s", status, text)
	}
	if got := tc.tell(path, "email=ann%40example.com&affiliate=101"); got != "accepted" {
		t.Errorf("a form: %s", got)
	}
	if got := tc.tell(path, `[{"email":"bob@example.com"},{"email":"cid@example.com","aff":"maple"},{"name":"nobody"}]`); got != "accepted accepted kept" {
		t.Errorf("a list: %s", got)
	}
	var list listedOptIns
	tc.json("GET", "/v1/optins?email=ann@example.com", "", http.StatusOK, &list)
	if len(list.Data) != 1 || list.Data[0].Affiliate == nil || list.Data[0].Affiliate.ID != "101" || list.Data[0].Via[0] != "hook" {
		t.Errorf("%+v", list.Data)
	}
	kept := tc.payloads(h.ID, "")
	if len(kept.Data) != 2 || kept.Data[0].State != "waiting" || kept.Data[1].State != "taken" || kept.Data[1].Body != "email=ann%40example.com&affiliate=101" {
		t.Fatalf("kept %+v", kept)
	}
	understood := kept.Data[1].Results[0]
	if understood.Fields["email"] != "email" || understood.Fields["affiliate"] != "affiliate" || understood.OptIn != list.Data[0].ID {
		t.Errorf("understood %+v", understood)
	}
	if only := tc.payloads(h.ID, "?state=waiting"); len(only.Data) != 1 {
		t.Errorf("waiting: %+v", only)
	}
	if first := tc.payloads(h.ID, "?limit=1"); len(first.Data) != 1 || len(tc.payloads(h.ID, "?limit=1&cursor="+first.Next).Data) != 1 {
		t.Errorf("pages: %+v", first)
	}
}

func TestAPayloadIsTriedAgainWithAMapping(t *testing.T) {
	tc := newTestCollector(t, nil)
	h, path := tc.hook(`{"name":"Zapier"}`)
	body := `{"a":"ann@example.com","b":"boss@example.com","c":"maple"}`
	if got := tc.tell(path, body) + tc.tell(path, body); got != "keptkept" {
		t.Errorf("answered %s", got)
	}
	kept := tc.payloads(h.ID, "")
	if len(kept.Data) != 1 || !strings.Contains(kept.Data[0].Reason, "several") {
		t.Fatalf("kept %+v", kept)
	}
	tc.json("PATCH", "/v1/hooks/"+h.ID, `{"mapping":{"email":"a"}}`, http.StatusOK, &h)
	var again struct{ State string }
	retry := "/v1/hooks/" + h.ID + "/payloads/" + kept.Data[0].ID + "/retry"
	tc.json("POST", retry, "", http.StatusOK, &again)
	tc.json("PATCH", "/v1/hooks/"+h.ID, `{"mapping":{"email":"a","affiliate_code":"c"}}`, http.StatusOK, &h)
	tc.json("POST", retry, "", http.StatusOK, &again)
	if got := tc.tell(path, body); again.State != "taken" || got != "duplicate" {
		t.Errorf("after the mapping it is %s, and the same again %s", again.State, got)
	}
	var list listedOptIns
	tc.json("GET", "/v1/optins", "", http.StatusOK, &list)
	if len(list.Data) != 1 || list.Data[0].Affiliate == nil || list.Data[0].Affiliate.Code != "maple" {
		t.Errorf("%+v", list.Data)
	}
}

// TestHostilePayloads: a wrong token, a giant, and whatever else somebody thinks of.
func TestHostilePayloads(t *testing.T) {
	tc := newTestCollector(t, nil)
	h, path := tc.hook(`{"name":"Zapier"}`)
	for _, wrong := range []string{"/h/x", "/h/" + strings.TrimPrefix(h.ID, "hk_"), "/h/" + strings.TrimPrefix(h.ID, "hk_") + "-", path + "x", path[:len(path)-1], "/h/%00", "/h/" + strings.Repeat("a", 9000)} {
		for _, method := range []string{"GET", "POST"} {
			if status, text, _ := tc.do(method, wrong, `{"email":"ann@example.com"}`); status != http.StatusNotFound {
				t.Errorf("%s %.60s: %d %s", method, wrong, status, text)
			}
		}
	}
	bomb := packed(t, strings.Repeat(" ", 50<<20))
	for name, c := range map[string]struct {
		body, encoding string
		status         int
		code           string
	}{
		"giant":          {strings.Repeat("a", 64<<10+1), "", 413, "too_large"},
		"zip bomb":       {bomb, "gzip", 413, "too_large"},
		"cut gzip":       {packed(t, "email=ann@example.com")[:20], "gzip", 400, "unreadable_body"},
		"other encoding": {"x", "br", 415, "unsupported_encoding"},
		"no JSON":        {`{"email":`, "", 400, "unreadable_payload"},
		"deep":           {strings.Repeat(`{"a":`, 12000), "", 400, "unreadable_payload"},
		"empty":          {"", "", 400, "unreadable_payload"},
	} {
		t.Run(name, func(t *testing.T) {
			status, text, _ := tc.do("POST", path, c.body, "Content-Encoding", c.encoding)
			if status != c.status || !strings.Contains(text, `"`+c.code+`"`) {
				t.Errorf("%d %s", status, text)
			}
		})
	}
	if got := tc.tell(path, packed(t, "email=ann@example.com"), "Content-Encoding", "gzip"); got != "accepted" {
		t.Errorf("packed: %s", got)
	}
	if got := tc.tell(path, "email=bob@example.com", "Content-Encoding", "gzip"); got != "accepted" {
		t.Errorf("called packed: %s", got)
	}
	if refused := tc.payloads(h.ID, "?state=refused"); len(refused.Data) != 7 {
		t.Errorf("%d of 7 are kept with their reasons", len(refused.Data))
	}
	file, err := os.ReadFile(filepath.Join(tc.cfg.data, "tributary.db"))
	if err != nil || bytes.Contains(file, []byte("ann@example.com")) || bytes.Contains(file, []byte(path[len(path)-26:])) || strings.Contains(tc.logs.String(), path[3:]) {
		t.Errorf("the store or the log holds an e-mail or a token (%v)", err)
	}
}

func packed(t *testing.T, s string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(s)); err != nil {
		t.Fatal(err)
	}
	w.Close()
	return b.String()
}

func TestEndlessRepeatsOfAHookAreHarmless(t *testing.T) {
	tc := newTestCollector(t, nil)
	h, path := tc.hook(`{"name":"Zapier"}`)
	later, waitsSaid := 0, true
	for i := range 400 {
		status, _, header := tc.do("POST", path, fmt.Sprintf(`{"email":"p%d@example.com"}`, i%25))
		if status == http.StatusTooManyRequests {
			later++
			waitsSaid = waitsSaid && header.Get("Retry-After") != ""
		}
	}
	if later < 50 || later > 320 || !waitsSaid {
		t.Errorf("%d of 400 were told to come later, with a time %v", later, waitsSaid)
	}
	if kept := tc.payloads(h.ID, "?limit=200"); len(kept.Data) != 20 {
		t.Errorf("%d payloads are kept", len(kept.Data))
	}
	var stats struct{ OptIns int }
	tc.json("GET", "/v1/stats", "", http.StatusOK, &stats)
	if stats.OptIns != 25 {
		t.Errorf("%d opt-ins of 25 people", stats.OptIns)
	}
	if status, text, _ := tc.do("DELETE", "/v1/hooks/"+h.ID, "", "Authorization", "Bearer "+testKey); status != http.StatusNoContent {
		t.Errorf("deleting: %d %s", status, text)
	}
	if docs, err := tc.store.List(context.Background(), "hook-payload", "", 10); err != nil || len(docs) != 0 {
		t.Errorf("a hook that is gone leaves %d payloads, %v", len(docs), err)
	}
	if status, _, _ := tc.do("POST", path, "email=ann@example.com"); status != http.StatusNotFound {
		t.Errorf("a hook that is gone answers %d", status)
	}
}

func TestBadHooksAreRefused(t *testing.T) {
	tc := newTestCollector(t, nil)
	h, _ := tc.hook(`{"name":"Zapier"}`)
	for _, c := range []struct{ method, path, body, code string }{
		{"POST", "/v1/hooks", `{}`, "invalid_hook"},
		{"POST", "/v1/hooks", `{"name":"x","kind":"fax"}`, "invalid_hook"},
		{"POST", "/v1/hooks", `{"name":"x","mapping":{"mail":"a"}}`, "invalid_hook"},
		{"POST", "/v1/hooks", `{"name":"x","mapping":{"email":""}}`, "invalid_hook"},
		{"POST", "/v1/hooks", `{"name":"x","site":"st_none"}`, "unknown_site"},
		{"PATCH", "/v1/hooks/" + h.ID, `{"name":""}`, "invalid_hook"},
		{"PATCH", "/v1/hooks/" + h.ID, `{"token":"x"}`, "unknown_field"},
		{"PATCH", "/v1/hooks/hk_none", `{}`, "not_found"},
		{"GET", "/v1/hooks/hk_none/payloads", "", "not_found"},
		{"GET", "/v1/hooks/" + h.ID + "/payloads?state=x", "", "invalid_state"},
		{"GET", "/v1/hooks/" + h.ID + "/payloads?cursor=x", "", "invalid_cursor"},
		{"POST", "/v1/hooks/" + h.ID + "/payloads/" + newID() + "/retry", "", "not_found"},
	} {
		if _, text, _ := tc.do(c.method, c.path, c.body, "Authorization", "Bearer "+testKey); !strings.Contains(text, `"`+c.code+`"`) {
			t.Errorf("%s %s %s: %s", c.method, c.path, c.body, text)
		}
	}
	if _, text, _ := tc.do("GET", "/v1/hooks/"+h.ID, "", "Authorization", "Bearer "+testKey); strings.Contains(text, "/h/") || strings.Contains(text, "secret") {
		t.Errorf("the address is told again: %s", text)
	}
	if status, _, _ := tc.do("GET", "/v1/hooks", ""); status != http.StatusUnauthorized {
		t.Errorf("without a key: %d", status)
	}
}

// way sends one person's opt-in.
type way func(tc *testCollector)

// TestAllWaysAreOneOptIn: each person's opt-in comes from the page (with the e-mail, its hash or nobody's), a frame, the
// thank-you page, a hook and the API, repeated and in any order, while Keap is being told.
func TestAllWaysAreOneOptIn(t *testing.T) {
	const people = 30
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 2))
	box := sandbox.New(sandbox.Options{})
	box.AddAffiliate(sandbox.Affiliate{ID: "101", Code: "maple"})
	server := httptest.NewServer(box)
	t.Cleanup(server.Close)
	t.Cleanup(box.Close)
	tc := newTestCollector(t, func(c *config) { c.keapURL, c.keapKey = server.URL+sandbox.BasePath, sandbox.DefaultKey })
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); tc.outbox.Run(ctx) }()
	t.Cleanup(func() { stop(); <-done })

	var all []way
	for i := range people {
		email := fmt.Sprintf("p%d@example.com", i)
		box.AddContact(email, "", "")
		_, path := tc.hook(`{"name":"Zapier"}`)
		ways := waysOf(random, email, path)
		all = append(append(all, ways...), ways...)
	}
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for _, send := range all {
		send(tc)
	}
	var list listedOptIns
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		tc.json("GET", "/v1/optins?status=credited&limit=200", "", http.StatusOK, &list)
		if len(list.Data) == people {
			break
		}
	}
	tc.json("GET", "/v1/optins?limit=200", "", http.StatusOK, &list)
	for _, o := range list.Data {
		if o.Status != "credited" || len(o.Via) != 5 {
			t.Errorf("seed %d: %+v", seed, o)
		}
	}
	var stats struct{ OptIns, People, Referrals int }
	tc.json("GET", "/v1/affiliates/101/stats", "", http.StatusOK, &stats)
	if len(list.Data) != people || len(box.Referrals()) != people || stats.OptIns != people || stats.People != people || stats.Referrals != people {
		t.Errorf("seed %d: %d opt-ins, %d referrals in Keap, %+v of %d people", seed, len(list.Data), len(box.Referrals()), stats, people)
	}
}

// waysOf are the ways of one person's opt-in. Only the page and the frame know the affiliate; a hook, and perhaps the
// others, know the page's id.
func waysOf(random *rand.Rand, email, path string) []way {
	page, now := newID(), time.Now().UnixMilli()
	touch := fmt.Sprintf(`"touch":{"affiliate":"maple","kind":"code","at":%d},`, now-1000)
	sum := sha256.Sum256([]byte(email))
	who := []string{fmt.Sprintf(`"person":{"email":%q}`, email), fmt.Sprintf(`"person":{"email_hash":%q}`, hex.EncodeToString(sum[:])), `"form":{}`}[random.IntN(3)]
	joins := func() string { return []string{"", page}[random.IntN(2)] }
	event := func(id, via, touch, who, joins string) way {
		text := fmt.Sprintf(`{"id":%q,"type":"optin","at":%d,"via":%q,"tributary_id":%q,%s%s}`, id, now, via, joins, touch, who)
		return func(tc *testCollector) { tc.send(text) }
	}
	plain := fmt.Sprintf(`"person":{"email":%q}`, email)
	told := url.Values{"your-email": {email}, "tributary_id": {page}}.Encode()
	if random.IntN(2) == 0 {
		told = fmt.Sprintf(`{"data":{"fields":[{"label":"Email","value":%q},{"label":"tributary_id","value":%q}]}}`, email, page)
	}
	api := fmt.Sprintf(`{"email":%q,"tributary_id":%q}`, email, joins())
	return []way{
		event(page, "form", touch, who, ""), event(newID(), "message", touch, plain, joins()), event(newID(), "thankyou", "", plain, joins()),
		func(tc *testCollector) { tc.tell(path, told) },
		func(tc *testCollector) {
			if status, text, _ := tc.do("POST", "/v1/optins", api, "Authorization", "Bearer "+testKey); status != http.StatusOK && status != http.StatusCreated {
				tc.t.Errorf("%d %s", status, text)
			}
		},
	}
}

// TestAnOptInWithoutAnEMailAsksNothingOfKeap until the hook brings it.
func TestAnOptInWithoutAnEMailAsksNothingOfKeap(t *testing.T) {
	tc := newTestCollector(t, nil)
	_, path := tc.hook(`{"name":"Zapier"}`)
	page := newID()
	event := fmt.Sprintf(`{"id":%q,"type":"optin","touch":{"affiliate":"101","kind":"id"}}`, page)
	if got := tc.send(event)[0]; !strings.HasPrefix(got, "accepted the e-mail is not known") {
		t.Fatalf("answered %s", got)
	}
	look := func() (o struct {
		Status, Reason string
		Person         struct{ Email string }
	}) {
		tc.json("GET", "/v1/optins/"+page, "", http.StatusOK, &o)
		return o
	}
	if o := look(); o.Status != "waiting" || !strings.Contains(o.Reason, "e-mail is not known") || o.Person.Email != "" {
		t.Errorf("before: %+v", o)
	}
	var jobs struct{ Data []struct{ Kind string } }
	tc.json("GET", "/v1/jobs", "", http.StatusOK, &jobs)
	for _, j := range jobs.Data {
		if j.Kind == "credit" {
			t.Error("a job would ask Keap for nobody's contact")
		}
	}
	tc.tell(path, `{"email":"ann@example.com","tributary_id":"`+page+`"}`)
	if o := look(); o.Status != "received" || o.Reason != "" || o.Person.Email != "ann@example.com" {
		t.Errorf("after: %+v", o)
	}
	for _, bad := range []string{`{"email_hash":"zz"}`, `{"email_hash":"` + strings.Repeat("z", 64) + `"}`, `{"phone":"123"}`} {
		got := tc.send(fmt.Sprintf(`{"id":%q,"type":"optin","person":%s}`, newID(), bad))[0]
		if !strings.HasPrefix(got, "ignored person.email") {
			t.Errorf("%s: %s", bad, got)
		}
	}
}
