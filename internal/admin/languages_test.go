package admin_test

import (
	"html"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"tributary/internal/admin"
	"tributary/internal/texts"
	"tributary/web"
)

// bracketed is English, and a second language in which every sentence stands in brackets: what stands outside of them on a page
// was not said by it.
var bracketed = sync.OnceValues(func() (*texts.Texts, error) {
	files := fstest.MapFS{}
	names, err := fs.Glob(web.Texts(), "*en.toml")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		english, err := fs.ReadFile(web.Texts(), name)
		if err != nil {
			return nil, err
		}
		second := regexp.MustCompile(`(?m)^(\w+ = ")(.*)"$`).ReplaceAll(english, []byte(`${1}⟦$2⟧"`))
		files[name], files[strings.TrimSuffix(name, "en.toml")+"eo.toml"] = &fstest.MapFile{Data: english}, &fstest.MapFile{Data: second}
	}
	return texts.Read(files)
})

// inBrackets is a desk that speaks the second language, too.
func inBrackets(t *testing.T, changes ...func(*admin.Deps)) *desk {
	t.Helper()
	all, err := bracketed()
	if err != nil {
		t.Fatal(err)
	}
	return newDesk(t, append(changes, func(d *admin.Deps) { d.Texts = all })...)
}

// read is do for who reads the second language.
func (d *desk) read(method, path string, cookie *http.Cookie, form string) *httptest.ResponseRecorder {
	d.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form))
	if form != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if cookie != nil {
		r.AddCookie(cookie)
	}
	r.Header.Set("Accept-Language", "eo")
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return w
}

// wholeIn asks for pages in the second language, and fails for each that says a word of its own outside of the brackets. data is
// what is in no language: names, codes, and what other packages answered.
func wholeIn(t *testing.T, d *desk, cookie *http.Cookie, paths []string, data ...string) {
	t.Helper()
	for _, path := range paths {
		whole(t, path, d.read(http.MethodGet, path, cookie, ""), data...)
	}
}

// whole is wholeIn for an answer that is there, such as that to a form.
func whole(t *testing.T, what string, w *httptest.ResponseRecorder, data ...string) {
	t.Helper()
	page := w.Body.String()
	if words := foreign(page, data...); len(words) > 0 || !strings.Contains(page, "⟦") {
		t.Errorf("%s (%d) says %q in no brackets", what, w.Code, words)
	}
	if got := w.Header().Get("Content-Language"); got != "eo" {
		t.Errorf("%s (%d) is in %q", what, w.Code, got)
	}
	if strings.Contains(page, "{{") || strings.Contains(page, "no value") || regexp.MustCompile(`\bdesk\.[a-z]+\.[a-z]+\b`).MatchString(page) {
		t.Errorf("%s holds what was to be filled in: %s", what, page)
	}
}

var (
	spoken    = regexp.MustCompile(`\s(?:title|alt|aria-label|placeholder|data-l)="([^"]*)"`)
	forScript = regexp.MustCompile(`\sdata-[a-z-]+="([A-Z][^"]*|[^"]* [^"]*)"`)
	typed     = regexp.MustCompile(`(?s)<(code|pre|kbd|textarea)\b.*?</(?:code|pre|kbd|textarea)>`)
	element   = regexp.MustCompile(`(?s)<[^>]*>`)
	innermost = regexp.MustCompile(`⟦[^⟦⟧]*⟧`)
	facts     = regexp.MustCompile(`[\w.+-]*(?:•+\w*)*@[\w.•-]+|https?://\S+|[\w*.-]*example\.com[\w/?&=.%-]*|[0-9a-f]{8}-[0-9a-f-]{27}|\b(?:[a-z]{2}|msg)_[\w-]+|\b[a-z0-9]{16}\b`)
	spelled   = regexp.MustCompile(`\pL{2,}`)
)

// foreign lists the words of a page that stand in no brackets, but for those that are data.
func foreign(page string, data ...string) []string {
	var said strings.Builder
	for _, attributes := range []*regexp.Regexp{spoken, forScript} {
		for _, attribute := range attributes.FindAllStringSubmatch(page, -1) {
			said.WriteString(attribute[1] + "\n")
		}
	}
	said.WriteString(element.ReplaceAllString(typed.ReplaceAllString(page, " "), " "))
	rest := html.UnescapeString(said.String())
	for innermost.MatchString(rest) {
		rest = innermost.ReplaceAllString(rest, " ")
	}
	rest = facts.ReplaceAllString(rest, " ")
	data = append(slices.Clone(data), "Tributary", "UTC")
	slices.SortFunc(data, func(a, b string) int { return len(b) - len(a) }) // one may stand in another
	for _, known := range data {
		rest = strings.ReplaceAll(rest, known, " ")
	}
	return spelled.FindAllString(rest, -1)
}

func TestTheHarnessFindsWhatIsSaidOutsideOfBrackets(t *testing.T) {
	for page, want := range map[string]int{
		`<p>⟦Hello ⟦you⟧⟧</p><code>run it</code> ann@example.com st_abc`: 0, `<p title="Hello">⟦x⟧</p>`: 1, `<b data-said="Do it">⟦x⟧</b>`: 2, `<i data-at="/admin/x">⟦x⟧</i> Hi`: 1,
	} {
		if got := foreign(page); len(got) != want {
			t.Errorf("%s: %q are found, want %d", page, got, want)
		}
	}
}
