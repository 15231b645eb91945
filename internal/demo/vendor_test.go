package demo_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"tributary/internal/demo"
)

const landingOrigin = "http://127.0.0.1:8081"

func newVendor() *demo.Vendor {
	return demo.NewVendor(demo.VendorOptions{LandingOrigin: landingOrigin})
}

var signUp = url.Values{"email": {"ana@example.com"}, "first_name": {"Ana"}, "form_id": {"honey"}, "affiliate": {"101"}}

func TestANativeFormGetsAPageThatMarksHiddenFields(t *testing.T) {
	v := newVendor()
	w := post(v, signUp.Encode(), "application/x-www-form-urlencoded", "")
	for _, want := range []string{`<th scope="row">first_name</th><td>Ana</td>`, `affiliate <span class="mark">hidden</span></th><td>101</td>`} {
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%d without %s:\n%s", w.Code, want, w.Body)
		}
	}
	if !strings.Contains(get(t, v, "/"), "<td>ana@example.com</td>") {
		t.Error("the vendor's list does not show it")
	}
}

func TestAScriptGetsTheSameAsJSON(t *testing.T) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for _, name := range []string{"affiliate", "affiliate", "email"} { // a doubled field is seen twice
		form.WriteField(name, signUp.Get(name))
	}
	part, _ := form.CreateFormFile("photo", "photo.png") // and a file is left out
	part.Write([]byte("x"))
	form.Close()
	w := post(newVendor(), body.String(), form.FormDataContentType(), "application/json, text/javascript, */*; q=0.01")
	var got struct{ Fields []demo.Field }
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatal(err, w.Body)
	}
	want := []demo.Field{{Name: "email", Value: "ana@example.com"}, {Name: "affiliate", Value: "101", Hidden: true}, {Name: "affiliate", Value: "101", Hidden: true}}
	if fmt.Sprint(got.Fields) != fmt.Sprint(want) || w.Header().Get("Content-Type") != "application/json" {
		t.Errorf("%v as %s, want %v", got.Fields, w.Header().Get("Content-Type"), want)
	}
}

func TestOnlyTheLandingPagesMayReadTheAnswer(t *testing.T) {
	for origin, want := range map[string]string{landingOrigin: landingOrigin, "http://evil.example.com": "", "null": "", "": ""} {
		r := httptest.NewRequest("POST", "/submit", strings.NewReader("email=x"))
		r.Header.Set("Origin", origin)
		w := httptest.NewRecorder()
		newVendor().ServeHTTP(w, r)
		if got := w.Header().Get("Access-Control-Allow-Origin"); got != want || w.Header().Get("Vary") != "Origin" {
			t.Errorf("from %q: allowed for %q", origin, got)
		}
	}
}

func TestHostileValuesAreText(t *testing.T) {
	v := newVendor()
	hostile := url.Values{"email": {"ana@example.com"}, `"><script>alert(1)</script>`: {`</td><img src=x onerror=alert(2)>`}, "bytes": {"\xff\x00"}}
	page := post(v, hostile.Encode(), "application/x-www-form-urlencoded", "").Body.String() + get(t, v, "/")
	for _, bad := range []string{"<script", "<img", "\xff"} {
		if strings.Contains(page, bad) {
			t.Errorf("%q stands in the page", bad)
		}
	}
}

func TestWhatIsRefused(t *testing.T) {
	const urlencoded = "application/x-www-form-urlencoded"
	for name, c := range map[string]struct {
		body, kind string
		status     int
	}{
		"no e-mail":       {"first_name=Ana", urlencoded, 422},
		"a bad e-mail":    {"email=ana", urlencoded, 422},
		"a named e-mail":  {"email=Ana+<ana@example.com>", urlencoded, 422},
		"a long e-mail":   {"email=" + strings.Repeat("a", 250) + "@example.com", urlencoded, 422},
		"a long name":     {"email=ana@example.com&first_name=" + strings.Repeat("a", 101), urlencoded, 422},
		"many fields":     {"email=ana@example.com" + strings.Repeat("&x=", 101), urlencoded, 422},
		"64 KiB and more": {"email=ana@example.com&x=" + strings.Repeat("x", 64<<10), urlencoded, 413},
		"a long file":     {"--b\r\nContent-Disposition: form-data; name=x; filename=x\r\n\r\n" + strings.Repeat("x", 64<<10), "multipart/form-data; boundary=b", 413},
		"bad escapes":     {"email=%zz", urlencoded, 400},
		"no boundary":     {"email=ana@example.com", "multipart/form-data", 400},
		"no form":         {`{"email":"ana@example.com"}`, "application/json", 422},
	} {
		t.Run(name, func(t *testing.T) {
			v := newVendor()
			w := post(v, c.body, c.kind, "application/json")
			if w.Code != c.status || !strings.Contains(w.Body.String(), `{"error":"`) {
				t.Errorf("%d %s, want %d", w.Code, w.Body, c.status)
			}
			if !strings.Contains(get(t, v, "/"), "Nothing yet") {
				t.Error("it is in the list")
			}
		})
	}
}

func TestARefusedVisitorSeesAPage(t *testing.T) {
	w := post(newVendor(), "email=ana", "application/x-www-form-urlencoded", "text/html")
	if w.Code != 422 || !strings.Contains(w.Body.String(), "Please enter an e-mail address.") || strings.Contains(w.Body.String(), "Thank you") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestTheListIsBoundedAndNewestFirst(t *testing.T) {
	v := newVendor()
	for i := range 60 {
		post(v, fmt.Sprintf("email=n%02d@example.com&long=%s", i, strings.Repeat("é", 30_000/len("%C3%A9")*2)), "application/x-www-form-urlencoded", "")
	}
	page := get(t, v, "/")
	if strings.Count(page, "<article") != 50 || !strings.Contains(page, "n10@") || strings.Contains(page, "n09@") {
		t.Errorf("%d submissions are shown", strings.Count(page, "<article"))
	}
	if strings.Index(page, "n59@") > strings.Index(page, "n58@") {
		t.Error("the newest is not the first")
	}
	if len(page) > 100_000 {
		t.Errorf("long values are kept: the page has %d bytes", len(page))
	}
}

func TestTooManyWaitingContactsAreRefused(t *testing.T) {
	v := newVendor() // which does not run
	for range 1000 {
		post(v, signUp.Encode(), "application/x-www-form-urlencoded", "application/json")
	}
	if w := post(v, signUp.Encode(), "application/x-www-form-urlencoded", "application/json"); w.Code != http.StatusServiceUnavailable {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func post(v *demo.Vendor, body, kind, accept string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", "/submit", strings.NewReader(body))
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Accept", accept)
	w := httptest.NewRecorder()
	v.ServeHTTP(w, r)
	return w
}
