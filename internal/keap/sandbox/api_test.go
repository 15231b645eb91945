package sandbox_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"tributary/internal/keap/keaptest"
	"tributary/internal/keap/sandbox"
)

// caller sends what a program would send.
type caller struct {
	t         testing.TB
	base      string
	transport http.RoundTripper
}

// judged calls behind the referee: for requests that Keap's description allows.
func judged(t testing.TB, base string) caller {
	return caller{t, base, keaptest.NewReferee(t).Around(http.DefaultTransport)}
}

// unjudged calls without one: for requests that are wrong on purpose.
func unjudged(t testing.TB, base string) caller { return caller{t, base, http.DefaultTransport} }

type reply struct {
	status int
	header http.Header
	text   string
	fields map[string]any
}

func (c caller) call(method, path, body string, headers ...string) reply {
	c.t.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	req, err := http.NewRequest(method, c.base+path, reader)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+sandbox.DefaultKey)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		req.Header.Set(name, value)
	}
	res, err := c.transport.RoundTrip(req)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	text, _ := io.ReadAll(res.Body)
	got := reply{status: res.StatusCode, header: res.Header, text: string(text)}
	_ = json.Unmarshal(text, &got.fields) // pages and blank bodies have no fields
	return got
}

// ids are those of the records under key, in their order.
func (r reply) ids(key string) []string {
	ids := []string{}
	list, _ := r.fields[key].([]any)
	for _, item := range list {
		id, _ := item.(map[string]any)["id"].(string)
		ids = append(ids, id)
	}
	return ids
}

func filter(f string) string { return "filter=" + url.QueryEscape(f) }

// populated has two affiliates (101, 102), contacts 1001 to 1004 (the first two are the affiliates' own), and four referrals.
func populated(t testing.TB) (*sandbox.Sandbox, string) {
	t.Helper()
	box, base := keaptest.Serve(t, sandbox.Options{Now: func() time.Time { return time.Date(2026, 5, 21, 14, 30, 0, 0, time.UTC) }})
	box.AddAffiliate(sandbox.Affiliate{Code: "annable", Name: "Ann"})
	box.AddAffiliate(sandbox.Affiliate{Code: "00123", Name: "Bob", Status: "INACTIVE"})
	box.AddContact("lee@example.com", "Lee", "Low")
	box.AddContact("mia@example.com", "Mia", "May")
	api := judged(t, base)
	for _, body := range []string{
		`{"contact_id":"1003","referral_partner_id":"101","source":"tributary:1","referral_time":"2026-05-04T10:00:00+02:00","referral_type":"COOKIE"}`,
		`{"contact_id":"1003","referral_partner_id":"102","source":"tributary:2","referral_time":"2026-05-03T10:00:00Z"}`,
		`{"contact_id":"1004","referral_partner_id":"101","source":"Email Marketing","referral_time":"2026-05-02T10:00:00Z","description":"Referred by mail"}`,
		`{"contact_id":"1004"}`,
	} {
		if got := api.call("POST", "/rest/v2/referrals", body); got.status != http.StatusCreated {
			t.Fatalf("%s: %d %s", body, got.status, got.text)
		}
	}
	return box, base
}

func TestListsAreFilteredOrderedAndPaged(t *testing.T) {
	_, base := populated(t)
	api := judged(t, base)
	tests := []struct{ noun, query, want string }{
		{"referrals", "", "500001 500002 500003 500004"},
		{"referrals", filter("referral_partner_id==101"), "500001 500003"},
		{"referrals", filter("referral_partner_id!=101"), "500002"}, // one without a partner meets no condition about it
		{"referrals", filter("referral_partner_id>101"), "500002"},
		{"referrals", filter("contact_id<=1003"), "500001 500002"},
		{"referrals", filter("contact_id<1003"), ""},
		{"referrals", filter("contact_id>=1004;referral_partner_id<102"), "500003"},
		{"referrals", filter("source==TRIBUTARY:*"), "500001 500002"},
		{"referrals", filter("source==tributary:1"), "500001"},
		{"referrals", filter("source==tributary:"), ""},
		{"referrals", filter("description==referred*"), "500003"},
		{"referrals", filter("type==COOKIE"), "500001"},
		{"referrals", filter("type==MANUAL"), "500002 500003 500004"},
		{"referrals", "order_by=id+desc", "500004 500003 500002 500001"},
		{"referrals", "order_by=referral_time", "500003 500002 500001 500004"},
		{"referrals", "order_by=referral_time+desc&page_size=2", "500004 500001"},
		{"referrals", "page_size=0", "500001 500002 500003 500004"},
		{"affiliates", "", "101 102"},
		{"affiliates", filter("code==00123"), "102"},
		{"affiliates", filter("code==123"), ""},
		{"affiliates", filter("code==ANNABLE"), "101"},
		{"affiliates", filter("id==101"), "101"},
		{"affiliates", filter("id!=101"), "102"},
		{"affiliates", filter("name==b*"), "102"},
		{"affiliates", filter("status==ACTIVE"), "101"},
		{"affiliates", filter("contact_id==1002;status==INACTIVE"), "102"},
		{"affiliates", "order_by=code", "102 101"},
		{"affiliates", "order_by=name+desc", "102 101"},
		{"affiliates", "order_by=status", "101 102"},
		{"affiliates", "order_by=date_created", "101 102"},
		{"affiliates/101/referrals", "", "500001 500003"},
		{"affiliates/101/referrals", filter("source==trib*"), "500001"},
		{"contacts", filter("email==LEE@example.com"), "1003"},
		{"contacts", filter("email==*"), "-"},
		{"contacts", filter("email==l*@example.com"), "1003"},
		{"contacts", filter("email==lee*;given_name==L*"), "1003"},
		{"contacts", filter("family_name==may"), "1004"},
		{"contacts", filter("ids==1001,1004"), "1001 1004"},
		{"contacts", filter("contact_ids==1002"), "1002"},
		{"contacts", filter("contact_id>1003"), "1004"},
		{"contacts", filter("company_id==1"), ""},
		{"contacts", "order_by=email+desc&page_size=2", "1004 1003"},
		{"contacts", "order_by=create_time&fields=id", "1001 1002 1003 1004"},
		{"contacts", "order_by=update_time", "1001 1002 1003 1004"},
	}
	for _, test := range tests {
		got := api.call("GET", "/rest/v2/"+test.noun+"?"+test.query, "")
		if test.want == "-" {
			if got.status != http.StatusBadRequest {
				t.Errorf("%s?%s: %d %s, want 400", test.noun, test.query, got.status, got.text)
			}
			continue
		}
		_, key, _ := strings.Cut("/"+test.noun, "/")
		if at := strings.LastIndex(key, "/"); at >= 0 {
			key = key[at+1:]
		}
		if ids := strings.Join(got.ids(key), " "); got.status != http.StatusOK || ids != test.want {
			t.Errorf("%s?%s: %d %s, want %q", test.noun, test.query, got.status, got.text, test.want)
		}
	}
}

func TestPagesFollowEachOther(t *testing.T) {
	_, base := populated(t)
	api := judged(t, base)
	var ids []string
	for query := "page_size=3"; query != ""; {
		got := api.call("GET", "/rest/v2/referrals?"+query, "")
		ids = append(ids, got.ids("referrals")...)
		query = ""
		if next, more := got.fields["next_page_token"].(string); more {
			query = "page_size=3&page_token=" + url.QueryEscape(next)
		}
	}
	if want := []string{"500001", "500002", "500003", "500004"}; !slices.Equal(ids, want) {
		t.Errorf("got %v, want %v", ids, want)
	}
}

func TestWrongInputIsRefused(t *testing.T) {
	box, base := populated(t)
	api := unjudged(t, base)
	tests := []struct {
		method, path, body string
		status             int
	}{
		{"GET", "/rest/v2/referrals?page_size=1001", "", 400},
		{"GET", "/rest/v2/referrals?page_size=-1", "", 400},
		{"GET", "/rest/v2/referrals?page_size=ten", "", 400},
		{"GET", "/rest/v2/referrals?page_token=nonsense", "", 400},
		{"GET", "/rest/v2/referrals?page_token=ZnJvbTo5OTk", "", 400}, // "from:999": behind the end
		{"GET", "/rest/v2/referrals?order_by=source", "", 400},
		{"GET", "/rest/v2/referrals?order_by=id+up", "", 400},
		{"GET", "/rest/v2/referrals?" + filter("referral_type==COOKIE"), "", 400}, // the filter's name is "type"
		{"GET", "/rest/v2/referrals?" + filter("type==FIRST"), "", 400},
		{"GET", "/rest/v2/referrals?" + filter("contact_id==null"), "", 400},
		{"GET", "/rest/v2/referrals?" + filter("source!=x"), "", 400},
		{"GET", "/rest/v2/referrals?" + filter("source==*x"), "", 400},
		{"GET", "/rest/v2/referrals?" + filter("source=="), "", 400},
		{"GET", "/rest/v2/referrals?" + filter("source==x;"), "", 400},
		{"GET", "/rest/v2/referrals?" + filter("==x"), "", 400},
		{"GET", "/rest/v2/referrals?" + filter("source"), "", 400},
		{"GET", "/rest/v2/referrals?" + filter("source=x"), "", 400},
		{"GET", "/rest/v2/affiliates?" + filter("status==SLEEPING"), "", 400},
		{"GET", "/rest/v2/affiliates/101/referrals?" + filter("contact_id==1003"), "", 400},
		{"GET", "/rest/v2/affiliates/999/referrals", "", 404},
		{"GET", "/rest/v2/affiliates/999", "", 404},
		{"GET", "/rest/v2/contacts/999", "", 404},
		{"GET", "/rest/v2/contacts/1003?fields=email", "", 400},
		{"GET", "/rest/v2/contacts?fields=email", "", 400},
		{"GET", "/rest/v2/elsewhere", "", 404},
		{"DELETE", "/rest/v2/referrals", "", 405},
		{"PUT", "/rest/v2/contacts/1003", "{}", 405},
		{"POST", "/rest/v2/referrals", `{`, 400},
		{"POST", "/rest/v2/referrals", `{"contact_id":"1003"}{}`, 400},
		{"POST", "/rest/v2/referrals", `{}`, 400},
		{"POST", "/rest/v2/referrals", `{"contact_id":1003}`, 400},
		{"POST", "/rest/v2/referrals", `{"contact_id":"null"}`, 400},
		{"POST", "/rest/v2/referrals", `{"contact_id":"1003","affiliate_id":"101"}`, 400},
		{"POST", "/rest/v2/referrals", `{"contact_id":"1003","referral_partner_id":"ann"}`, 400},
		{"POST", "/rest/v2/referrals", `{"contact_id":"1003","referral_type":"FIRST"}`, 400},
		{"POST", "/rest/v2/referrals", `{"contact_id":"1003","referral_time":"2026-05-02"}`, 400},
		{"POST", "/rest/v2/referrals", `{"contact_id":"1003","expiration_time":"soon"}`, 400},
		{"POST", "/rest/v2/referrals", strings.Repeat(" ", 2<<20), 400},
		{"POST", "/rest/v2/affiliates", `{"code":"maria","contact_id":"-3"}`, 400},
		{"POST", "/rest/v2/affiliates", `{"code":"maria","contact_id":"1003","status":"SLEEPING"}`, 400},
		{"POST", "/rest/v2/affiliates", `{"code":"ANNABLE","contact_id":"1003"}`, 409},
		{"POST", "/rest/v2/contacts", `{}`, 400},
		{"POST", "/rest/v2/contacts", `null`, 400},
		{"POST", "/rest/v2/contacts", `{"email":"x@example.com"}`, 400},
		{"POST", "/rest/v2/contacts", `{"id":"1","email_addresses":[{"email":"x@example.com"}]}`, 400},
		{"POST", "/rest/v2/contacts", `{"email_addresses":[{"email":"nobody"}]}`, 400},
		{"POST", "/rest/v2/contacts", `{"email_addresses":[{"email":"x@example.com","field":"EMAIL4"}]}`, 400},
		{"POST", "/rest/v2/contacts", `{"email_addresses":[{"email":"x@example.com","field":"EMAIL1"},{"email":"y@example.com","field":"EMAIL1"}]}`, 400},
		{"POST", "/rest/v2/contacts", `{"email_addresses":[{"email":"` + strings.Repeat("x", 70) + `@example.com"}]}`, 400},
		{"POST", "/rest/v2/contacts", `{"given_name":"` + strings.Repeat("x", 41) + `","email_addresses":[{"email":"x@example.com"}]}`, 400},
		{"POST", "/rest/v2/contacts", `{"utm_parameters":{"utm_source":"x"},"email_addresses":[{"email":"x@example.com"}]}`, 400},
		{"POST", "/rest/v2/contacts?duplicate_option=Phone", `{"email_addresses":[{"email":"x@example.com"}]}`, 400},
		{"PATCH", "/rest/v2/contacts/999", `{}`, 404},
		{"PATCH", "/rest/v2/contacts/1003?update_mask=email", `{}`, 400},
		{"PATCH", "/rest/v2/contacts/1003", `{"given_name":7}`, 400},
		{"DELETE", "/rest/v2/contacts/999", ``, 404},
	}
	before := box.Contacts()
	for _, test := range tests {
		got := api.call(test.method, test.path, test.body)
		if got.status != test.status || got.fields["code"] != float64(test.status) || got.fields["message"] == "" {
			t.Errorf("%s %s %.80s: %d %s, want %d", test.method, test.path, test.body, got.status, got.text, test.status)
		}
	}
	if len(box.Referrals()) != 4 || len(box.Affiliates()) != 2 || len(box.Contacts()) != len(before) {
		t.Error("something that was refused was done")
	}
}

// The trap of Keap's upsert: what a list leaves out is gone.
func TestUpsertReplacesLists(t *testing.T) {
	_, base := keaptest.Serve(t, sandbox.Options{})
	api := judged(t, base)
	first := api.call("POST", "/rest/v2/contacts", `{"given_name":"Lee","family_name":"Low","email_addresses":[
		{"email":"lee@example.com","field":"EMAIL1","opt_in_reason":"asked for it"},{"email":"lee@work.example.com"}],
		"custom_fields":[{"id":"1","content":"VIP"}],"phone_numbers":[{"number":"+15550100","field":"PHONE1"}],
		"company":{"id":"9"},"origin":{"ip_address":"192.0.2.7"},"utm_parameters":{"keap_source_id":"1","utm_source":"mail"}}`)
	if first.status != http.StatusCreated || !strings.Contains(first.text, `"field":"EMAIL2"`) || !strings.Contains(first.text, `"utmSource":"mail"`) {
		t.Fatalf("got %d %s", first.status, first.text)
	}
	body := `{"email_addresses":[{"email":"LEE@example.com","field":"EMAIL1"}],"given_name":"Lea"}`
	for _, step := range []struct {
		query  string
		status int
		id     string
	}{
		{"?duplicate_option=EmailAndName", 201, "1002"}, // Lea Low is not Lee Low
		{"?duplicate_option=EmailAndNameAndCompany", 200, "1002"},
		{"?duplicate_option=Email", 200, "1001"},
		{"", 201, "1003"},
	} {
		if got := api.call("POST", "/rest/v2/contacts"+step.query, body); got.status != step.status || got.fields["id"] != step.id {
			t.Errorf("%q: %d %s, want %d for %s", step.query, got.status, got.text, step.status, step.id)
		}
	}
	held := api.call("GET", "/rest/v2/contacts/1001", "")
	if strings.Contains(held.text, "work.example.com") || !strings.Contains(held.text, `"VIP"`) || held.fields["given_name"] != "Lea" {
		t.Errorf("after the upsert: %s", held.text)
	}
}

func TestContactIsChangedByProperty(t *testing.T) {
	box, base := populated(t)
	api := judged(t, base)
	api.call("PATCH", "/rest/v2/contacts/1003?update_mask=family_name", `{"given_name":"Lea","family_name":"Lowe"}`)
	api.call("PATCH", "/rest/v2/contacts/1003", `{"phone_numbers":[{"number":"+15550100","field":"PHONE1"}]}`)
	got := api.call("GET", "/rest/v2/contacts/1003?fields=given_name,family_name,phone_numbers", "")
	if got.text != `{"family_name":"Lowe","given_name":"Lee","phone_numbers":[{"number":"+15550100","field":"PHONE1"}]}` {
		t.Errorf("got %s", got.text)
	}
	if gone := api.call("DELETE", "/rest/v2/contacts/1003", ""); gone.status != http.StatusNoContent || gone.text != "" {
		t.Errorf("got %d %s", gone.status, gone.text)
	}
	if api.call("GET", "/rest/v2/contacts/1003", "").status != http.StatusNotFound || len(box.Referrals()) != 4 {
		t.Error("a contact goes, and its referrals stay")
	}
}

func TestKeysAndHeaders(t *testing.T) {
	_, base := keaptest.Serve(t, sandbox.Options{Keys: []string{"one", "two"}})
	_, plain := keaptest.Serve(t, sandbox.Options{Unknowns: sandbox.Unknowns{PlainAuthErrors: true}})
	tests := []struct {
		base, header string
		status       int
		says         string
	}{
		{base, "Authorization: Bearer one", 200, "tenant_id"},
		{base, "Authorization: Bearer two", 200, "tenant_id"},
		{base, "X-Keap-API-Key: two", 200, "tenant_id"},
		{base, "X-Keap-API-Key: three", 401, `{"fault":{"detail":{"errorcode":"oauth.v2.InvalidAccessToken"},"faultstring":"Invalid access token"}}`},
		{base, "Authorization: one", 401, "fault"},
		{base, "Accept: */*", 401, "fault"},
		{plain, "X-Keap-API-Key: three", 401, `"code":401`},
	}
	for _, test := range tests {
		got := judged(t, test.base).call("GET", "/rest/v2/oauth/connect/userinfo", "", "Authorization: ", test.header)
		if got.status != test.status || !strings.Contains(got.text, test.says) {
			t.Errorf("%s: %d %s, want %d with %s", test.header, got.status, got.text, test.status, test.says)
		}
	}
	if got := unjudged(t, base).call("GET", "/rest/v2/nowhere", ""); got.status != 401 {
		t.Errorf("a stranger learns which addresses there are: %d", got.status)
	}
}

func TestAnswersAtTheRootToo(t *testing.T) {
	_, base := populated(t)
	root := strings.TrimSuffix(base, sandbox.BasePath)
	for _, path := range []string{"/rest/v2/affiliates/101", "/sandbox/state", "/sandbox", "/sandbox/page.css"} {
		if a, b := unjudged(t, base).call("GET", path, ""), unjudged(t, root).call("GET", path, ""); a.status != 200 || a.text != b.text {
			t.Errorf("%s: %d below %s, %d at the root", path, a.status, sandbox.BasePath, b.status)
		}
	}
}

func TestLimits(t *testing.T) {
	now := time.Date(2026, 5, 21, 0, 0, 0, 0, time.UTC)
	_, base := keaptest.Serve(t, sandbox.Options{Limits: sandbox.Limits{PerSecond: 2, PerMinute: 3}, Now: func() time.Time { return now }})
	api := judged(t, base)
	for _, step := range []struct {
		wait   time.Duration
		status int
	}{{0, 200}, {0, 200}, {0, 429}, {time.Second, 200}, {time.Second, 429}, {58 * time.Second, 200}} {
		now = now.Add(step.wait)
		got := api.call("GET", "/rest/v2/referrals", "")
		if got.status != step.status || got.status == 429 && got.fields["code"] != "429" {
			t.Errorf("at %v: %d %s, want %d", now, got.status, got.text, step.status)
		}
	}
}

func TestStateAndReset(t *testing.T) {
	box, base := populated(t)
	api := unjudged(t, base)
	if got := api.call("GET", "/sandbox/state", ""); len(got.ids("referrals")) != 4 || len(got.ids("contacts")) != 4 || len(got.ids("affiliates")) != 2 {
		t.Errorf("got %s", got.text)
	}
	if calls := box.Calls()["createReferral"]; calls != 4 {
		t.Errorf("%d calls, want 4", calls)
	}
	box.Reset()
	if got := api.call("GET", "/sandbox/state", ""); got.text != `{"contacts":[],"affiliates":[],"referrals":[],"tags":[],"tagged":{},"contact_fields":[],"achieved":[],"calls":{},"calls_today":0,"tokens":0,"faults":[],"hooks":[],"merges":[]}` {
		t.Errorf("after a reset: %s", got.text)
	}
	if first := box.AddContact("new@example.com", "", ""); first.ID != "1001" {
		t.Errorf("the first contact after a reset has the id %s", first.ID)
	}
}

func TestPageEscapesWhatItShows(t *testing.T) {
	box, base := populated(t)
	box.AddAffiliate(sandbox.Affiliate{Name: `<script>alert("x")</script>`})
	if err := box.AddFault(sandbox.Fault{Operation: "createReferral", Kind: sandbox.Hang, Times: 3}); err != nil {
		t.Fatal(err)
	}
	tag := box.AddTag(`Came by <script>`)
	box.AddGoal("tributary", "optedin")
	api := unjudged(t, base)
	api.call("POST", "/rest/v2/tags/"+tag.ID+"/contacts:applyTags", `{"contact_ids":["1002"]}`)
	api.call("POST", "/rest/v2/automations/goals/achieve", `{"contact_id":"1002","integration":"tributary","call_name":"optedin"}`)
	page := api.call("GET", "/sandbox", "")
	for _, want := range []string{"lee@example.com", "Ann <small>101</small>", "tributary:1", "2026-05-04T08:00:00Z", "createReferral <b>4</b>", "<b>hang</b>, 3 left", `href="sandbox/page.css"`,
		"Came by &lt;script&gt;</td><td>1002</td>", "tributary / optedin <b>1002</b>", "of the quota today"} {
		if !strings.Contains(page.text, want) {
			t.Errorf("the page does not show %s", want)
		}
	}
	if strings.Contains(page.text, "<script") || !strings.HasPrefix(page.header.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Error("the page lets a name act as a script")
	}
	if newest, oldest := strings.Index(page.text, "500004"), strings.Index(page.text, "500001"); newest > oldest {
		t.Error("the newest referral is not the first")
	}
}

func FuzzFilter(f *testing.F) {
	for _, seed := range []string{
		"", "contact_id==1003", "contact_id>=1;referral_partner_id!=101", "source==tributary:*", "source==", "==", ";", "type==COOKIE",
		"source==a=b", "contact_id<=>5", "source==*", "source==a*b*c", "description==x;;source==y", "contact_id==99999999999999999999",
	} {
		f.Add(seed)
	}
	box := sandbox.New(sandbox.Options{})
	box.AddContact("lee@example.com", "Lee", "")
	for _, source := range []string{"tributary:1", "a=b", "a*b", "ABC"} {
		serve(f, box, "POST", "/rest/v2/referrals", mustJSON(f, map[string]string{"contact_id": "1001", "source": source}))
	}
	f.Fuzz(func(t *testing.T, text string) {
		status, body := serve(t, box, "GET", "/rest/v2/referrals?"+filter(text), nil)
		var got struct {
			Referrals []sandbox.Referral
			Code      int
		}
		if err := json.Unmarshal(body, &got); err != nil {
			t.Fatalf("%q: %d %s", text, status, body)
		}
		switch {
		case status == http.StatusBadRequest && got.Code == 400 && got.Referrals == nil:
		case status != http.StatusOK:
			t.Fatalf("%q: %d %s", text, status, body)
		case !strings.Contains(text, "*") && strings.HasPrefix(text, "source==") && !strings.Contains(text, ";"):
			for _, referral := range got.Referrals {
				if want := strings.TrimPrefix(text, "source=="); !strings.EqualFold(referral.Source, want) {
					t.Errorf("%q found %q", text, referral.Source)
				}
			}
		}
	})
}

func mustJSON(t testing.TB, v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// serve calls without a network.
func serve(t testing.TB, box *sandbox.Sandbox, method, target string, body []byte) (int, []byte) {
	t.Helper()
	req, err := http.NewRequest(method, target, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+sandbox.DefaultKey)
	rec := &recorder{header: http.Header{}}
	box.ServeHTTP(rec, req)
	return rec.status, rec.body.Bytes()
}

type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(p []byte) (int, error) { return r.body.Write(p) }
