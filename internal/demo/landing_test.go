package demo_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"tributary/internal/demo"
)

const (
	tag    = `<script async src="http://127.0.0.1:8080/s/st_demo.js"></script>`
	vendor = "http://127.0.0.1:8082"
)

func landing() http.Handler {
	return demo.Landing(demo.LandingOptions{
		Tag: tag, VendorURL: vendor, PortalURL: "http://127.0.0.1:8080/p/<x>", KeapPageURL: "http://127.0.0.1:8083/",
		Affiliates: []demo.Affiliate{{Name: "Ada & Co", ID: "101"}, {Name: "Maple Garden", Code: "maple-garden"}},
	})
}

func TestEveryLandingPageHasTheTagAndItsForm(t *testing.T) {
	for path, fields := range map[string][]string{
		"/native": {"form_id", "first_name", "last_name", "email"},
		"/fetch":  {"first_name", "email", "form_id"},
		"/jquery": {"first_name", "email", "form_id"},
		"/late":   {"first_name", "email", "form_id"},
	} {
		t.Run(path, func(t *testing.T) {
			text := get(t, landing(), path)
			head, _, _ := strings.Cut(text, "</head>")
			if !strings.Contains(head, tag) {
				t.Errorf("the tag is not in the head:\n%s", head)
			}
			if got := names(text); strings.Join(got, " ") != strings.Join(fields, " ") {
				t.Errorf("the fields are %v, want %v", got, fields)
			}
			if !strings.Contains(text, `action="`+vendor+`/submit" method="post"`) || strings.Count(text, "<form") != 1 {
				t.Error("there is not one form that posts to the vendor")
			}
		})
	}
}

func TestTheLateFormIsNotInThePage(t *testing.T) {
	text := get(t, landing(), "/late")
	before, _, found := strings.Cut(text, "<template")
	if !found || strings.Contains(before, "<form") {
		t.Error("the form stands in the page from the start")
	}
}

func TestOnlyTheFirstPageOffersParameters(t *testing.T) {
	index := get(t, landing(), "/")
	for _, want := range []string{`href="/?affiliate=101"`, `href="/?aff=maple-garden"`, `href="/?affiliate=0"`, "Ada &amp; Co", `href="` + vendor + `/"`} {
		if !strings.Contains(index, want) {
			t.Errorf("%s is not in the first page", want)
		}
	}
	for _, path := range []string{"/native", "/fetch", "/jquery", "/late"} {
		if text := get(t, landing(), path); regexp.MustCompile(`href="[^"]*\?`).MatchString(text) {
			t.Errorf("a link of %s has a parameter", path)
		}
		if !strings.Contains(index, `href="`+path+`"`) {
			t.Errorf("the first page does not lead to %s", path)
		}
	}
}

func TestPagesEscapeWhatTheyAreGivenAndRunNoInlineScript(t *testing.T) {
	for _, path := range []string{"/", "/native", "/fetch", "/jquery", "/late"} {
		text := get(t, landing(), path)
		if strings.Contains(text, "/p/<x>") {
			t.Errorf("%s: an address is not escaped", path)
		}
		if regexp.MustCompile(`(?i)\son[a-z]+=|<script>|style=`).MatchString(text) {
			t.Errorf("%s has an inline handler, script or style", path)
		}
	}
}

func TestEveryFileThatThePagesNameIsServed(t *testing.T) {
	for _, path := range []string{"/", "/native", "/fetch", "/jquery", "/late"} {
		for _, m := range regexp.MustCompile(`(?:src|href)="(/(?:static|vendor)/[^"]+)"`).FindAllStringSubmatch(get(t, landing(), path), -1) {
			get(t, landing(), m[1])
		}
	}
	if !strings.HasPrefix(get(t, landing(), "/vendor/jquery-3.7.1.min.js"), "/*! jQuery v3.7.1 | (c) OpenJS Foundation") {
		t.Error("jQuery has lost its licence notice")
	}
}

func names(page string) (names []string) {
	for _, m := range regexp.MustCompile(`<input[^>]* name="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		names = append(names, m[1])
	}
	return names
}

func get(t *testing.T, h http.Handler, path string) string {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	if w.Code != http.StatusOK {
		t.Fatalf("GET %s: %d", path, w.Code)
	}
	return w.Body.String()
}
