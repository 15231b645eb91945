package sandbox_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"tributary/internal/webinar/sandbox"
)

var bees = sandbox.Webinar{
	ID: 11, Hash: "bees1", Title: "Bees & <honey>", ThankYou: "https://www.example.com/thanks?list=7", SendInfo: true,
	Boxes: map[sandbox.Box]string{sandbox.BoxForm: `<script async src="https://go.example.com/s/st_x.js"></script>`},
}

func newBox(t *testing.T, change func(*sandbox.Options)) (*sandbox.Sandbox, string) {
	t.Helper()
	o := sandbox.Options{Webinars: []sandbox.Webinar{bees, {Hash: "plain2", Title: "Plain", DetectsZone: true}}, Delay: time.Nanosecond}
	if change != nil {
		change(&o)
	}
	box := sandbox.New(o)
	server := httptest.NewServer(box)
	t.Cleanup(server.Close)
	return box, server.URL
}

func ask(t *testing.T, method, address, kind, body string, headers ...string) (int, string) {
	t.Helper()
	req, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(text)
}

func call(t *testing.T, base, name string, form url.Values) (int, map[string]any) {
	t.Helper()
	status, text := ask(t, "POST", base+"/everwebinar/"+name, "application/x-www-form-urlencoded", form.Encode())
	var body map[string]any
	if text != "" {
		if err := json.Unmarshal([]byte(text), &body); err != nil {
			t.Fatalf("%v in %s", err, text)
		}
	}
	return status, body
}

func with(pairs ...string) url.Values {
	form := url.Values{"api_key": {sandbox.DefaultKey}}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return form
}

func TestTheAPIRefusesAsTheVendorDoes(t *testing.T) {
	_, base := newBox(t, nil)
	for name, c := range map[string]struct {
		call   string
		form   url.Values
		status int
		errors any
	}{
		"no key":        {"webinars", url.Values{}, 400, map[string]any{"api_key": []any{"The api_key field is required."}}},
		"a wrong key":   {"webinars", url.Values{"api_key": {"x"}}, 401, map[string]any{"api_key": "The API key is invalid."}},
		"no webinar":    {"webinar", with(), 400, map[string]any{"webinar_id": []any{"The webinar_id field is required."}}},
		"a hash for id": {"registrants", with("webinar_id", "bees1"), 400, map[string]any{"webinar_id": []any{"The selected webinar id is invalid."}}},
		"no time zone":  {"webinar", with("webinar_id", "12"), 400, map[string]any{"timezone": []any{"The timezone must look like GMT-5 or GMT+4:30."}}},
		"schedule 0": {"register", with("webinar_id", "11", "first_name", "Ann", "email", "ann@example.com", "schedule", "0"), 422,
			map[string]any{"schedule": []any{"The selected schedule is invalid."}}},
		"no e-mail": {"register", with("webinar_id", "11", "first_name", "Ann", "email", "ann", "schedule", "54"), 400,
			map[string]any{"email": []any{"The email must be a valid email address."}}},
	} {
		status, body := call(t, base, c.call, c.form)
		if status != c.status || body["status"] != "error" || !reflect.DeepEqual(body["errors"], c.errors) {
			t.Errorf("%s: %d %v", name, status, body)
		}
	}
	if status, _ := ask(t, "GET", base+"/everwebinar/webinars?api_key="+sandbox.DefaultKey, "", ""); status != http.StatusMethodNotAllowed {
		t.Errorf("GET: %d", status)
	}
}

func TestTheAPIRegistersAndLists(t *testing.T) {
	_, base := newBox(t, nil)
	_, body := call(t, base, "webinars", with())
	first := body["webinars"].([]any)[0].(map[string]any)
	if first["webinar_id"] != 11.0 || first["webinar_hash"] != "bees1" {
		t.Errorf("%v", first)
	}
	_, body = call(t, base, "webinar", with("webinar_id", "11", "timezone", "GMT+4:30"))
	webinar := body["webinar"].(map[string]any)
	schedule := webinar["schedules"].([]any)[0].(map[string]any)
	if webinar["registration_url"] != base+"/register/11/bees1" || schedule["schedule"] != 54.0 {
		t.Errorf("%v", webinar)
	}
	status, body := call(t, base, "register", with("webinar_id", "11", "first_name", "Ann", "email", "ann@example.com", "schedule", "54"))
	user := body["user"].(map[string]any)
	if status != 200 || user["email"] != "ann@example.com" || !strings.HasPrefix(user["thank_you_url"].(string), "https://www.example.com/thanks?list=7&wj_event_ts=") {
		t.Errorf("%d %v", status, user)
	}
	_, body = call(t, base, "registrants", with("webinar_id", "11"))
	page := body["registrants"].(map[string]any)
	if page["last_page"] != 1.0 || page["data"].([]any)[0].(map[string]any)["email"] != "ann@example.com" {
		t.Errorf("%v", page)
	}
	if _, body = call(t, base, "registrants", with("webinar_id", "11", "page", "9")); len(body["registrants"].(map[string]any)["data"].([]any)) != 0 {
		t.Errorf("a page beyond the last: %v", body)
	}
}

func TestTheLimitIsABare429(t *testing.T) {
	_, base := newBox(t, func(o *sandbox.Options) { o.Now = func() time.Time { return time.Unix(1, 0) } })
	for i := range 21 {
		status, body := call(t, base, "webinars", with())
		if want := map[bool]int{true: 200, false: 429}[i < 20]; status != want || (want == 429) != (body == nil) {
			t.Fatalf("call %d: %d %v", i, status, body)
		}
	}
}

const filledIn = `{"first_name":"Ann","last_name":"Lee","email":"ann@example.com","phone_country_code":"+43","phone":"1234","schedule":"54",` +
	`"utm":{"utm_content":"trb-id-101-x","utm_source":"news"}}`

func TestTheFormStoresItsUTMKeysAndSendsOn(t *testing.T) {
	box, base := newBox(t, nil)
	status, text := ask(t, "POST", base+"/register/11/bees1", "application/json", filledIn)
	var answer struct{ Redirect string }
	if json.Unmarshal([]byte(text), &answer); status != 200 {
		t.Fatalf("%d %s", status, text)
	}
	u, err := url.Parse(answer.Redirect)
	if err != nil {
		t.Fatal(err)
	}
	got := u.Query()
	for name, want := range map[string]string{
		"wj_lead_email": "ann@example.com", "wj_lead_first_name": "Ann", "wj_lead_last_name": "Lee", "wj_lead_phone_country_code": "+43",
		"wj_lead_phone_number": "1234", "list": "7", "wj_event_tz": "UTC",
	} {
		if got.Get(name) != want {
			t.Errorf("%s = %q in %s", name, got.Get(name), answer.Redirect)
		}
	}
	for _, name := range []string{"wj_lead_unique_link_live_room", "wj_event_ts", "wj_next_event_date", "wj_next_event_time", "wj_next_event_timezone"} {
		if got.Get(name) == "" {
			t.Errorf("no %s in %s", name, answer.Redirect)
		}
	}
	if r := box.Registrants(); len(r) != 1 || r[0].Content != "trb-id-101-x" || r[0].Source != "news" {
		t.Errorf("%+v", r)
	}
	if _, page := ask(t, "GET", base+"/sandbox", "", ""); !strings.Contains(page, "<code>trb-id-101-x</code>") {
		t.Error("the sandbox's page does not show it")
	}
}

func TestWithoutTheBoxTickedTheThankYouPageLearnsNothing(t *testing.T) {
	_, base := newBox(t, func(o *sandbox.Options) { o.Webinars[0].SendInfo = false })
	if _, text := ask(t, "POST", base+"/register/11/bees1", "application/json", filledIn); !strings.Contains(text, `"https://www.example.com/thanks?list=7"`) {
		t.Error(text)
	}
	if _, text := ask(t, "POST", base+"/register/12/plain2", "application/json", filledIn); !strings.Contains(text, base+"/register/12/plain2/thank-you") {
		t.Error(text)
	}
}

func TestWhatTheFormRefuses(t *testing.T) {
	box, base := newBox(t, nil)
	for body, says := range map[string]string{
		`{"email":"ann@example.com","schedule":"54"}`:                   "first name",
		`{"first_name":"Ann","email":"ann","schedule":"54"}`:            "valid email",
		`{"first_name":"Ann","email":"ann@example.com","schedule":"0"}`: "choose a date",
		`not JSON`: "could not be read",
		`{"first_name":"` + strings.Repeat("a", 70_000) + `"}`: "could not be read",
	} {
		if status, text := ask(t, "POST", base+"/register/11/bees1", "application/json", body); status < 400 || !strings.Contains(text, says) {
			t.Errorf("%.40s: %d %s", body, status, text)
		}
	}
	if len(box.Registrants()) != 0 {
		t.Error("something was stored")
	}
}

func TestCodeBoxes(t *testing.T) {
	_, base := newBox(t, nil)
	tag := bees.Boxes[sandbox.BoxForm]
	for path, want := range map[string]bool{
		"/register/11/bees1/form-embed": true, "/register/bees1/form?ts=1": true, "/registerBoxEvergreen/3/bees1": true,
		"/register/11/bees1": false, "/register/11/bees1/thank-you": false, "/register/12/plain2/form-embed": false,
	} {
		if _, page := ask(t, "GET", base+path, "", ""); strings.Contains(page, tag) != want || !strings.Contains(page, "</html>") {
			t.Errorf("%s has the tag: %v", path, !want)
		}
	}
	form := url.Values{"hash": {"plain2"}, "thankyou": {"<b id=mine></b>"}}.Encode()
	if status, _ := ask(t, "POST", base+"/sandbox/boxes", "application/x-www-form-urlencoded", form, "Origin", "http://evil.example.com"); status != http.StatusForbidden {
		t.Errorf("another site's page may paste code: %d", status)
	}
	if status, _ := ask(t, "POST", base+"/sandbox/boxes", "application/x-www-form-urlencoded", form, "Origin", base); status != http.StatusSeeOther {
		t.Errorf("the own page may not paste code: %d", status)
	}
	if _, page := ask(t, "GET", base+"/register/12/plain2/thank-you", "", ""); !strings.Contains(page, "<b id=mine></b>") {
		t.Error("the code is not in the page")
	}
	if _, page := ask(t, "GET", base+"/sandbox", "", ""); strings.Contains(page, "<b id=mine>") || strings.Contains(page, "<honey>") {
		t.Error("the sandbox's page does not escape")
	}
}

func TestEmbedScripts(t *testing.T) {
	_, base := newBox(t, nil)
	for _, path := range []string{"/register/bees1/embed-form?x=1", "/register/bees1/embed-button", "/register/bees1/embed-bar", "/js/wj-popup.js", "/sandbox/form.js"} {
		if status, text := ask(t, "GET", base+path, "", ""); status != 200 || !strings.Contains(text, "addEventListener") && !strings.Contains(text, "embed-bar") {
			t.Errorf("%s: %d %.60s", path, status, text)
		}
	}
	if status, _ := ask(t, "GET", base+"/register/none/embed-form", "", ""); status != http.StatusNotFound {
		t.Errorf("an unknown webinar: %d", status)
	}
}

func TestWhatFollowsARegistration(t *testing.T) {
	for _, asForm := range []bool{false, true} {
		got := make(chan string, 1)
		hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			got <- r.Header.Get("Content-Type") + " " + r.Header.Get("X-Key") + " " + string(body)
		}))
		defer hook.Close()
		told := make(chan sandbox.Registrant, 1)
		box, base := newBox(t, func(o *sandbox.Options) {
			o.Webhook = sandbox.Webhook{URL: hook.URL, Header: "X-Key", Value: "secret", Form: asForm}
			o.Registered = func(_ context.Context, r sandbox.Registrant) error { told <- r; return nil }
		})
		ctx, stop := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() { box.Run(ctx); close(done) }()
		ask(t, "POST", base+"/register/11/bees1", "application/json", filledIn)
		if r := <-told; r.Email != "ann@example.com" {
			t.Errorf("%+v", r)
		}
		want := `application/json secret {"webinar_id":11,"user_id":90001,"email":"ann@example.com"`
		if asForm {
			want = "application/x-www-form-urlencoded secret date="
		}
		if text := <-got; !strings.HasPrefix(text, want) || !strings.Contains(text, "trb-id-101-x") {
			t.Error(text)
		}
		stop()
		<-done
	}
}
