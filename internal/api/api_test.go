package api_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"tributary/internal/affiliates"
	"tributary/internal/api"
	"tributary/internal/attribution"
	"tributary/internal/audit"
	"tributary/internal/auth"
	"tributary/internal/hooks"
	"tributary/internal/keap/sandbox"
	"tributary/internal/letter"
	"tributary/internal/mail"
	"tributary/internal/pass"
	"tributary/internal/settings"
	"tributary/internal/sites"
	"tributary/internal/store"
	"tributary/internal/store/boltstore"
	"tributary/internal/webhooks"
	"tributary/internal/whatif"
)

const adminKey = "an-admin-key"

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// plainSealer seals nothing: it is for tests.
type plainSealer struct{}

func (plainSealer) Key(email string) (k attribution.PersonKey) {
	sum := sha256.Sum256([]byte(email))
	copy(k[:], sum[:])
	return k
}

func (s plainSealer) Seal(p attribution.Person) (attribution.PersonKey, []byte, error) {
	raw, err := json.Marshal(p)
	return s.Key(p.Email), raw, err
}

func (plainSealer) Open(sealed []byte, _ attribution.PersonKey) (p attribution.Person, err error) {
	err = json.Unmarshal(sealed, &p)
	return p, err
}

func (plainSealer) Mac(purpose string, text []byte) []byte {
	sum := sha256.Sum256([]byte(purpose + string(text)))
	return sum[:]
}

func (plainSealer) SealBytes(text []byte, _, _ string) []byte { return text }

func (plainSealer) OpenBytes(sealed []byte, _, _ string) ([]byte, error) { return sealed, nil }

type server struct {
	*testing.T
	echo   *echo.Echo
	store  store.Store
	hooks  *hooks.Service
	whatif *whatif.Runner

	webhooks *webhooks.Service
	changed  []string
	keap     *sandbox.Sandbox
	auth     *auth.Auth

	noted     []string
	keapSays  map[string]error // by tag
	synced    affiliates.Synced
	syncFails error
	mails     *mail.Queue
}

func newServer(t *testing.T) *server {
	t.Helper()
	s, err := boltstore.Open(boltstore.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	srv := &server{T: t, echo: echo.New(), store: s}
	srv.echo.HTTPErrorHandler, srv.echo.JSONSerializer = asTheServerDoes, api.JSON{}
	clock := func() time.Time { return now }
	srv.auth = auth.New(s, clock)
	srv.whatif = whatif.NewRunner(whatif.Options{Store: s, Account: attribution.DefaultAccount, Policy: usualPolicy, Now: clock})
	srv.mails = mail.NewQueue(mail.Options{Docs: s, Now: clock, Send: func(context.Context, string, mail.Letter) error { return nil }})
	keeper, passes := settings.NewKeeper(s, settings.Default(attribution.DefaultPolicy)), pass.New(s, plainSealer{})
	letters, err := letter.New(letter.Options{Store: s, Docs: s, Vault: plainSealer{}, Queue: srv.mails, Passes: passes, Settings: keeper.Of, BaseURL: "https://t.example", Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	srv.hooks = hooks.NewService(hooks.Options{Store: s, Sealer: plainSealer{}, Policy: usualPolicy, Now: clock})
	srv.webhooks = webhooks.New(webhooks.Options{
		Store: s, Sealer: plainSealer{}, Account: attribution.DefaultAccount, Loopback: true, Now: clock,
		Show: func(ctx context.Context, o attribution.OptIn, email string) (any, error) {
			return api.ShowOptIn(ctx, s, o, email)
		},
	})
	api.Register(srv.echo, api.Deps{
		Page: func(c echo.Context, status int, p api.Page) error {
			c.Response().Header().Set("Content-Security-Policy", "default-src 'none'")
			return c.HTML(status, html.EscapeString(p.Title+p.Text+p.Href))
		},
		Webhooks: srv.webhooks,
		Hooks:    srv.hooks, Keap: srv.connectKeap(), Settings: &settings.Desk{
			Keeper: keeper, Jobs: s, Now: clock,
			Ask: func(_ context.Context, _, after settings.Settings) error { return srv.keapSays[after.TagID] },
		},
		Affiliates: affiliates.New(affiliates.Options{
			Store: s, Sealer: plainSealer{}, Now: clock,
			Sync:     func(context.Context) (affiliates.Synced, error) { return srv.synced, srv.syncFails },
			LastSync: func() affiliates.Synced { return srv.synced },
			Resolve: func(_ context.Context, ref attribution.Ref) (attribution.Affiliate, error) {
				if ref.Value == "77" {
					return attribution.Affiliate{ID: "77", Name: "Keap's own"}, nil
				}
				return attribution.Affiliate{}, store.ErrNotFound
			},
		}),
		Sites: sites.New(sites.Options{
			Docs: s, Now: clock, Tag: func(key string) string { return "<script data-site=" + key + "></script>" },
			Changed: func(key string) { srv.changed = append(srv.changed, key) },
		}),
		Mails: srv.mails, Passes: passes, Digests: letters,
		WhatIf: srv.whatif,
		Note: func(_ context.Context, _ string, action audit.Action, _, detail string) error {
			srv.noted = append(srv.noted, string(action)+" "+detail)
			return nil
		},
		Store: s, Sealer: plainSealer{}, Auth: srv.auth, Keys: api.Keys{Root: auth.NewAdminKey(adminKey), Made: srv.auth}, Audit: audit.New(s, clock),
		BaseURL: "https://t.example", Now: clock,
		Ingest: func(ctx context.Context, e attribution.Event) (store.Outcome, error) {
			out, err := s.Ingest(ctx, attribution.DefaultAccount, attribution.DefaultPolicy, []attribution.Event{e})
			if err != nil {
				return store.Outcome{}, err
			}
			return out[0], nil
		},
		Retake: func(_ context.Context, q store.Quarantined, raw []byte) ([]store.Outcome, error) {
			if string(raw) == "good" {
				return []store.Outcome{{Disposition: store.Accepted}}, nil
			}
			return nil, &api.Problem{Status: 422, Code: q.Code}
		},
	})
	return srv
}

// asTheServerDoes answers what no handler has answered: see internal/server.
func asTheServerDoes(err error, c echo.Context) {
	status, code := http.StatusInternalServerError, "internal"
	var h *echo.HTTPError
	if errors.As(err, &h) {
		status, code = h.Code, "not_found"
	}
	_ = api.WriteProblem(c, status, code, "")
}

type object = map[string]any

// do makes a call and checks its status; header is name, value, ...
func (s *server) do(method, path, body string, want int, header ...string) object {
	s.Helper()
	req := httptest.NewRequest(method, path, strings.NewReader(body))
	req.Header.Set("Authorization", "Bearer "+adminKey)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	s.echo.ServeHTTP(rec, req)
	if path != "/v1/nothing" {
		isDescribed(s, req, rec)
	}
	if rec.Code != want {
		s.Fatalf("%s %s %s: %d, want %d: %s", method, path, body, rec.Code, want, rec.Body)
	}
	if want == http.StatusNoContent {
		return nil
	}
	var out object
	if err := json.Unmarshal(rec.Body.Bytes(), &out); err != nil {
		s.Fatalf("%s %s: %v: %s", method, path, err, rec.Body)
	}
	if kind := rec.Header().Get("Content-Type"); want >= 400 && kind != "application/problem+json" {
		s.Fatalf("%s %s: content type %q", method, path, kind)
	}
	return out
}

// refused makes a call that must fail with a code.
func (s *server) refused(method, path, body string, status int, code string) {
	s.Helper()
	if got := s.do(method, path, body, status); got["code"] != code || got["status"] != float64(status) {
		s.Errorf("%s %s %s: %v, want code %s", method, path, body, got, code)
	}
}

func (s *server) rows(path string) []any {
	s.Helper()
	return s.do("GET", path, "", 200)["data"].([]any)
}

func TestEveryRouteAsksForTheKey(t *testing.T) {
	s := newServer(t)
	for _, r := range s.echo.Routes() {
		if r.Method == echo.RouteNotFound || r.Path == "/openapi.yaml" || r.Path == api.CallbackPath {
			continue
		}
		req := httptest.NewRequest(r.Method, r.Path, nil)
		rec := httptest.NewRecorder()
		s.echo.ServeHTTP(rec, req)
		if rec.Code != 401 || rec.Header().Get("WWW-Authenticate") != "Bearer" {
			t.Errorf("%s %s: %d", r.Method, r.Path, rec.Code)
		}
	}
	s.do("GET", "/v1/sites", "", 401, "Authorization", "Bearer wrong")
	s.refused("GET", "/v1/nothing", "", 404, "not_found")
}

func TestSites(t *testing.T) {
	s := newServer(t)
	body := `{"name":"Shop","origins":["https://Shop.example/"]}`
	site := s.do("POST", "/v1/sites", body, 201)
	key := site["key"].(string)
	if len(key) != 23 || site["origins"].([]any)[0] != "https://shop.example" || !strings.Contains(site["tag"].(string), key) {
		t.Fatalf("site: %v", site)
	}
	first := s.do("POST", "/v1/sites", body, 201, "Idempotency-Key", "k1")
	if again := s.do("POST", "/v1/sites", body, 200, "Idempotency-Key", "k1"); again["key"] != first["key"] {
		t.Errorf("a repeated call made %v, want %v", again["key"], first["key"])
	}
	changed := s.do("PATCH", "/v1/sites/"+key, `{"origins":["http://localhost:*"]}`, 200)
	if changed["name"] != "Shop" || changed["origins"].([]any)[0] != "http://localhost:*" {
		t.Errorf("changed: %v", changed)
	}
	page := s.do("GET", "/v1/sites?limit=1", "", 200)
	if rest := s.rows("/v1/sites?limit=1&cursor=" + page["next_cursor"].(string)); len(rest) != 1 {
		t.Errorf("second page: %v", rest)
	}
	s.do("DELETE", "/v1/sites/"+key, "", 204)
	s.refused("GET", "/v1/sites/"+key, "", 404, "not_found")
	if len(s.changed) != 2 {
		t.Errorf("told of %d changes, want 2", len(s.changed))
	}
	s.refused("POST", "/v1/sites", `{"name":"x","origins":[]}`, 422, "invalid_origins")
	s.refused("POST", "/v1/sites", `{"name":"x","origins":["shop.example"]}`, 422, "invalid_origins")
	s.refused("POST", "/v1/sites", `{"nome":"x"}`, 422, "unknown_field")
	s.refused("POST", "/v1/sites", `{"name":1}`, 422, "invalid_field")
	s.refused("POST", "/v1/sites", `{"name"`, 400, "malformed_json")
	s.refused("POST", "/v1/sites", `{} {}`, 400, "malformed_json")
	s.refused("POST", "/v1/sites", `null`, 422, "invalid_name")
	s.refused("POST", "/v1/sites", ``, 400, "malformed_json")
	s.refused("POST", "/v1/sites", `{"name":"`+strings.Repeat("x", 70<<10)+`"}`, 413, "too_large")
}

func TestSiteSettings(t *testing.T) {
	s := newServer(t)
	base := `"name":"Shop","origins":["https://shop.example"]`
	site := s.do("POST", "/v1/sites", `{`+base+`}`, 201)
	path := "/v1/sites/" + site["key"].(string)
	expect := func(when string, got map[string]any, want string) {
		t.Helper()
		var all map[string]any
		if err := json.Unmarshal([]byte(want), &all); err != nil {
			t.Fatal(err)
		}
		for name, value := range all {
			if !reflect.DeepEqual(got[name], value) {
				t.Errorf("%s: %s = %v, want %v", when, name, got[name], value)
			}
		}
	}
	defaults := `{"cookie":"trb","params":[{"name":"affiliate","kind":"id"},{"name":"aff","kind":"code"}],"affiliate_field":"affiliate","id_field":"tributary_id","tools":[],"email":"send","consent":""}`
	expect("made", site, defaults)
	expect("made", site, `{"rule":null,"window":null,"events_path":null}`)

	chosen := `"cookie":"c","params":[{"name":"a","kind":"code"},{"name":"b","kind":"id"}],"affiliate_field":"-","id_field":"i","tools":["webflow"],"email":"hash","consent":"follow"`
	expect("changed", s.do("PATCH", path, `{`+chosen+`}`, 200), `{`+chosen+`,"name":"Shop"}`)
	expect("changed again", s.do("PATCH", path, `{"Email":"none","params":[{"name":"c","kind":"id"}]}`, 200), `{"email":"none","consent":"follow","params":[{"name":"c","kind":"id"}]}`)
	expect("read", s.do("GET", path, "", 200), `{"email":"none","cookie":"c","affiliate_field":"-"}`)
	expect("listed", s.rows("/v1/sites")[0].(map[string]any), `{"email":"none","consent":"follow"}`)
	expect("made with settings", s.do("POST", "/v1/sites", `{`+base+`,`+chosen+`}`, 201), `{`+chosen+`}`)

	for body, code := range map[string]string{
		`"email":"some"`:                      "invalid_email",
		`"consent":"never"`:                   "invalid_consent",
		`"cookie":"a b"`:                      "invalid_cookie",
		`"params":[{"name":"a"}]`:             "invalid_params",
		`"params":[{"name":"a","sort":"id"}]`: "unknown_field",
		`"affiliate_field":"<"`:               "invalid_affiliate_field",
		`"id_field":"<"`:                      "invalid_id_field",
		`"tools":["none"]`:                    "invalid_tools",
		`"tools":"webflow"`:                   "invalid_field",
		`"consnet":"wait"`:                    "unknown_field",
		`"key":"st_1"`:                        "unknown_field",
		`"rule":"first"`:                      "unknown_field",
		`"window":1`:                          "unknown_field",
		`"events_path":"/x"`:                  "unknown_field",
	} {
		s.refused("PATCH", path, `{`+body+`}`, 422, code)
		s.refused("POST", "/v1/sites", `{`+base+`,`+body+`}`, 422, code)
	}
	expect("after all refusals", s.do("GET", path, "", 200), `{"email":"none","consent":"follow","cookie":"c"}`)
	if got := s.do("PATCH", path, `{"tools":"webflow"}`, 422); got["detail"] != "tools must not be a string" {
		t.Errorf("detail = %v", got["detail"])
	}
}

func TestAffiliates(t *testing.T) {
	s := newServer(t)
	s.do("POST", "/v1/affiliates", `{"id":"12","code":"maria","name":"Maria","email":"Maria@Example.com"}`, 201)
	got := s.do("POST", "/v1/affiliates", `{"id":"12","name":"Maria B."}`, 200)
	if got["email"] != "maria@example.com" || got["code"] != "maria" || got["name"] != "Maria B." {
		t.Errorf("affiliate: %v", got)
	}
	s.refused("POST", "/v1/affiliates", `{"id":"x"}`, 422, "invalid_id")
	s.refused("POST", "/v1/affiliates", `{"id":""}`, 422, "invalid_id")
	s.refused("POST", "/v1/affiliates", `{"id":"1","code":"a b"}`, 422, "invalid_code")
	s.refused("POST", "/v1/affiliates", `{"id":"1","email":"no"}`, 422, "invalid_email")
	if rows := s.rows("/v1/affiliates"); len(rows) != 1 {
		t.Errorf("list: %v", rows)
	}
	s.do("GET", "/v1/affiliates/12", "", 200)
	s.do("GET", "/v1/affiliates/77", "", 200)
	s.refused("GET", "/v1/affiliates/78", "", 404, "not_found")
	link := s.do("POST", "/v1/affiliates/77/login-link", "", 201)
	if !strings.HasPrefix(link["url"].(string), "https://t.example/portal/login/") || link["expires_at"] != "2026-11-23T12:15:00Z" {
		t.Errorf("link: %v", link)
	}
	s.refused("POST", "/v1/affiliates/78/login-link", "", 404, "not_found")
}

func TestClicksAndStats(t *testing.T) {
	s := newServer(t)
	id := uuid.NewString()
	body := `{"affiliate":"12","url":"https://a.example/x?email=ann@example.com","id":"` + id + `"}`
	if got := s.do("POST", "/v1/clicks", body, 201); got["id"] != id || got["status"] != "accepted" {
		t.Errorf("click: %v", got)
	}
	if got := s.do("POST", "/v1/clicks", body, 200); got["status"] != "duplicate" {
		t.Errorf("repeated click: %v", got)
	}
	s.do("POST", "/v1/clicks", `{"affiliate":"12"}`, 201)
	if got := s.do("GET", "/v1/affiliates/12/stats", "", 200); got["clicks"] != 2.0 || got["unique_clicks"] != 2.0 || got["affiliate"] != "12" {
		t.Errorf("stats of one whom nobody knows: %v", got)
	}
	if got := s.do("GET", "/v1/stats?from=2026-11-23&to=2026-11-23", "", 200); got["clicks"] != 2.0 {
		t.Errorf("account: %v", got)
	}
	if got := s.do("GET", "/v1/affiliates/12/stats?by=page", "", 200); fmt.Sprint(got["breakdown"].(map[string]any)["values"]) != "[map[clicks:1 optins:0 referrals:0 value:https://a.example/x]]" || got["clicks"] != 2.0 {
		t.Errorf("by page: %v", got)
	}
	if got := s.do("GET", "/v1/affiliates/12/stats?by=sub_id", "", 200); fmt.Sprint(got["breakdown"].(map[string]any)["none"]) != "map[clicks:2 optins:0 referrals:0]" {
		t.Errorf("by sub-id: %v", got)
	}
	s.refused("GET", "/v1/affiliates/12/stats?by=moon", "", 422, "invalid_by")
	s.refused("GET", "/v1/affiliates/78/stats", "", 404, "not_found")
	s.refused("GET", "/v1/stats?from=soon", "", 422, "invalid_range")
	s.refused("POST", "/v1/clicks", `{}`, 422, "invalid_affiliate")
	s.refused("POST", "/v1/clicks", `{"affiliate":"1","visitor":"me"}`, 422, "invalid_visitor")
	s.refused("POST", "/v1/clicks", `{"affiliate":"1","site":"st_no"}`, 422, "unknown_site")
	events := s.rows("/v1/events")
	if raw, _ := json.Marshal(events); len(events) != 2 || strings.Contains(string(raw), "ann@") {
		t.Errorf("log: %s", raw)
	}
}

func TestOptIns(t *testing.T) {
	s := newServer(t)
	s.do("POST", "/v1/affiliates", `{"id":"12","code":"maria","name":"Maria"}`, 201)
	body := `{"email":"Ann@Example.com","affiliate":"maria","kind":"code","form":"f1","at":"2026-11-23T11:00:00+01:00"}`
	got := s.do("POST", "/v1/optins", body, 201, "Idempotency-Key", "k")
	earner := got["affiliate"].(object)
	if earner["id"] != "12" || earner["name"] != "Maria" || got["person"].(object)["email"] != "ann@example.com" ||
		got["at"] != "2026-11-23T10:00:00Z" || got["form"] != "f1" || got["status"] != "received" || len(got["trace"].([]any)) == 0 {
		t.Errorf("opt-in: %v", got)
	}
	for _, key := range []string{"k", "other"} { // the same call, and the same person again
		if again := s.do("POST", "/v1/optins", body, 200, "Idempotency-Key", key); again["id"] != got["id"] {
			t.Errorf("again: %v", again)
		}
	}
	if lone := s.do("POST", "/v1/optins", `{"email":"bob@example.com"}`, 201); lone["affiliate"] != nil || lone["status"] != "unattributed" {
		t.Errorf("without an affiliate: %v", lone)
	}
	if code := s.do("POST", "/v1/optins", `{"email":"cy@example.com","affiliate":"new","kind":"code"}`, 201); code["affiliate"].(object)["code"] != "new" {
		t.Errorf("an unknown code: %v", code)
	}
	s.do("GET", "/v1/optins/"+got["id"].(string), "", 200)
	s.refused("GET", "/v1/optins/"+uuid.NewString(), "", 404, "not_found")
	s.refused("GET", "/v1/optins/x", "", 404, "not_found")
	for query, want := range map[string]int{
		"": 3, "?affiliate=12": 1, "?affiliate=code:maria": 1, "?email=BOB@example.com": 1, "?status=received": 2, "?site=st_x": 0,
		"?from=2026-11-23T12:00:00Z": 2, "?to=2026-11-23T12:00:00Z": 1, "?limit=2": 2,
	} {
		if rows := s.rows("/v1/optins" + query); len(rows) != want {
			t.Errorf("%s: %d rows, want %d", query, len(rows), want)
		}
	}
	page := s.do("GET", "/v1/optins?limit=2", "", 200)
	rest := s.do("GET", "/v1/optins?limit=2&cursor="+page["next_cursor"].(string), "", 200)
	if len(rest["data"].([]any)) != 1 || rest["next_cursor"] != nil {
		t.Errorf("second page: %v", rest)
	}
}

func TestOptInsThatAreRefused(t *testing.T) {
	s := newServer(t)
	for body, code := range map[string]string{
		`{"email":"no"}`: "invalid_email",
		`{"email":"a@b.example","affiliate":"0"}`:             "invalid_affiliate",
		`{"email":"a@b.example","affiliate":"1","kind":"x"}`:  "invalid_affiliate",
		`{"email":"a@b.example","site":"st_none"}`:            "unknown_site",
		`{"email":"a@b.example","at":"2026-11-23T12:11:00Z"}`: "invalid_at",
		`{"email":"a@b.example","at":"1999-12-31T23:59:59Z"}`: "invalid_at",
		`{"email":"a@b.example","at":"yesterday"}`:            "invalid_at",
		`{"email":"a@b.example","firstname":"a"}`:             "unknown_field",
	} {
		s.refused("POST", "/v1/optins", body, 422, code)
	}
	for query, code := range map[string]string{
		"affiliate=x:1": "invalid_affiliate", "email=no": "invalid_email", "status=lost": "invalid_status", "from=1": "invalid_range",
		"to=1": "invalid_range", "limit=0": "invalid_limit", "limit=201": "invalid_limit",
	} {
		s.refused("GET", "/v1/optins?"+query, "", 422, code)
	}
	s.refused("GET", "/v1/optins?cursor=!", "", 422, "invalid_cursor")
	s.refused("GET", "/v1/optins?cursor=YWJj", "", 422, "invalid_cursor")
	s.refused("GET", "/v1/events?cursor=YWJj", "", 422, "invalid_cursor")
}

func TestJobsAndQuarantine(t *testing.T) {
	s := newServer(t)
	s.do("POST", "/v1/optins", `{"email":"ann@example.com","affiliate":"12"}`, 201)
	jobs := s.rows("/v1/jobs?state=ready")
	if len(jobs) != 2 { // the credit, and the look-up
		t.Fatalf("jobs: %v", jobs)
	}
	id := jobs[0].(object)["id"].(string)
	s.do("POST", "/v1/jobs/"+id+"/retry", "", 200)
	s.refused("POST", "/v1/jobs/credit:none/retry", "", 404, "not_found")
	s.refused("GET", "/v1/jobs?state=x", "", 422, "invalid_state")
	page := s.do("GET", "/v1/jobs?limit=1", "", 200)
	if rest := s.rows("/v1/jobs?limit=1&cursor=" + page["next_cursor"].(string)); len(rest) != 1 {
		t.Errorf("second page: %v", rest)
	}
	err := s.store.Quarantine(t.Context(), store.Quarantined{ID: uuid.New(), Received: now, Code: "bad", Reason: "why", Sealed: []byte("secret")})
	if err != nil {
		t.Fatal(err)
	}
	if kept := s.rows("/v1/quarantine"); len(kept) != 1 || kept[0].(object)["size"] != 6.0 || kept[0].(object)["sealed"] != nil {
		t.Errorf("quarantine: %v", kept)
	}
}

func TestOneOfTheQuarantine(t *testing.T) {
	s := newServer(t)
	path := map[string]string{}
	for _, body := range []string{"good", "bad"} {
		id := uuid.New()
		if err := s.store.Quarantine(t.Context(), store.Quarantined{ID: id, Received: now, Code: "still_bad", Reason: "why", Sealed: []byte(body)}); err != nil {
			t.Fatal(err)
		}
		path[body] = "/v1/quarantine/" + id.String()
	}
	if got := s.do("GET", path["good"], "", 200); got["body"] != "good" || got["reason"] != "why" {
		t.Errorf("content: %v", got)
	}
	if got := s.do("POST", path["good"]+"/retry", "", 200); got["results"].([]any)[0].(object)["status"] != "accepted" {
		t.Errorf("taken: %v", got)
	}
	s.refused("GET", path["good"], "", 404, "not_found")
	s.refused("POST", path["good"]+"/retry", "", 404, "not_found")
	s.refused("POST", path["bad"]+"/retry", "", 422, "still_bad")
	s.do("GET", path["bad"], "", 200) // it stays
	s.do("DELETE", path["bad"], "", 204)
	s.refused("DELETE", path["bad"], "", 404, "not_found")
	s.refused("GET", "/v1/quarantine/x", "", 404, "not_found")
}

func TestPeople(t *testing.T) {
	s := newServer(t)
	s.do("POST", "/v1/affiliates", `{"id":"12","email":"ann@example.com"}`, 201)
	made := s.do("POST", "/v1/optins", `{"email":"Ann@Example.com","affiliate":"12","first_name":"Ann","phone":"555"}`, 201)
	s.do("POST", "/v1/optins", `{"email":"ann@example.com","first_name":"Anna"}`, 200)
	s.do("POST", "/v1/optins", `{"email":"bob@example.com"}`, 201)
	for _, body := range []string{`"ANN@example.com"`, `email=ann%40example.com`, `"ann\u0040example.com"`, `"bob@example.com"`} {
		if err := s.store.Quarantine(t.Context(), store.Quarantined{ID: uuid.New(), Received: now, Code: "bad", Sealed: []byte(body)}); err != nil {
			t.Fatal(err)
		}
	}
	s.do("POST", "/v1/hooks", `{"name":"Zapier"}`, 201)
	all, err := s.hooks.List(t.Context(), "", 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range []string{`{"name":"no address but in here: Ann@example.com"}`, `{"name":"of bob"}`} {
		if _, err := s.hooks.Take(t.Context(), all[0], "", []byte(body)); err != nil {
			t.Fatal(err)
		}
	}
	got := s.do("GET", "/v1/people?email=Ann%40Example.com", "", 200)
	for field, n := range map[string]int{"optins": 1, "details": 2, "events": 2, "quarantine": 3, "payloads": 1} {
		if rows := got[field].([]any); len(rows) != n {
			t.Errorf("%s: %v", field, rows)
		}
	}
	if got["affiliate"].(object)["id"] != "12" || got["optins"].([]any)[0].(object)["trace"] == nil || got["details"].([]any)[0].(object)["phone"] != "555" {
		t.Errorf("export: %v", got)
	}
	done := s.do("DELETE", "/v1/people?email=ann@example.com", "", 200)
	if done["optins"] != 1.0 || done["events"] != 2.0 || done["jobs"] != 1.0 || done["quarantine"] != 3.0 || done["payloads"] != 1.0 || done["remains"] == "" {
		t.Errorf("erased: %v", done)
	}
	row := s.do("GET", "/v1/optins/"+made["id"].(string), "", 200)
	if row["status"] != "erased" || row["person"].(object)["email"] != "" || row["affiliate"].(object)["id"] != "12" {
		t.Errorf("afterwards: %v", row)
	}
	if rows := s.rows("/v1/optins?email=ann@example.com"); len(rows) != 0 {
		t.Errorf("still found: %v", rows)
	}
	if rows := s.rows("/v1/quarantine"); len(rows) != 1 {
		t.Errorf("quarantine: %v", rows)
	}
	if none := s.do("GET", "/v1/people?email=ann@example.com", "", 200); len(none["optins"].([]any)) != 0 || none["affiliate"] == nil {
		t.Errorf("export afterwards: %v", none)
	}
	s.refused("GET", "/v1/people", "", 422, "invalid_email")
	s.refused("DELETE", "/v1/people?email=x", "", 422, "invalid_email")
}

// TestTheLastPageHasNoCursor holds every list to it, also where the page is full.
func TestTheLastPageHasNoCursor(t *testing.T) {
	s := newServer(t)
	for i := range 2 {
		n := string(rune('1' + i))
		s.do("POST", "/v1/sites", `{"name":"`+n+`","origins":["https://a.example"]}`, 201)
		s.do("POST", "/v1/affiliates", `{"id":"`+n+`"}`, 201)
		s.do("POST", "/v1/optins", `{"email":"`+n+`@example.com","affiliate":"`+n+`"}`, 201)
		if err := s.store.Quarantine(t.Context(), store.Quarantined{ID: uuid.New(), Received: now, Code: "bad"}); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{"sites", "affiliates", "optins", "jobs", "quarantine", "events"} {
		if all := s.do("GET", "/v1/"+path+"?limit=2", "", 200); all["next_cursor"] != nil || len(all["data"].([]any)) != 2 {
			t.Errorf("%s, all on one page: %v", path, all)
		}
		first := s.do("GET", "/v1/"+path+"?limit=1", "", 200)
		rest := s.do("GET", "/v1/"+path+"?limit=1&cursor="+first["next_cursor"].(string), "", 200)
		if len(rest["data"].([]any)) != 1 || rest["next_cursor"] != nil {
			t.Errorf("%s, second of two pages: %v", path, rest)
		}
	}
}

func TestWhatNobodyForesawTellsNothing(t *testing.T) {
	s := newServer(t)
	if err := s.store.Close(); err != nil {
		t.Fatal(err)
	}
	if got := s.do("GET", "/v1/sites", "", 500); got["code"] != "internal" || got["detail"] != "" {
		t.Errorf("problem: %v", got)
	}
}

func usualPolicy() attribution.Policy { return attribution.DefaultPolicy }
