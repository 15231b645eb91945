package manual_test

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/labstack/echo/v4"
	"golang.org/x/net/html"

	"tributary/internal/manual"
	"tributary/web"
)

var assets = sync.OnceValues(web.NewAssets)

// reader reads the manual of a collector at an address.
type reader struct {
	t    *testing.T
	echo *echo.Echo
}

// usual is the manual of the usual address, made once.
func usual(t *testing.T) *reader {
	t.Helper()
	return &reader{t, shared(t).echo}
}

var (
	sharing sync.Mutex
	kept    *reader
)

func shared(t *testing.T) *reader {
	sharing.Lock()
	defer sharing.Unlock()
	if kept == nil {
		kept = open(t, "https://go.example.com")
	}
	return kept
}

func open(t *testing.T, base string) *reader {
	t.Helper()
	a, err := assets()
	if err != nil {
		t.Fatal(err)
	}
	description, err := os.ReadFile("../api/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	e := echo.New()
	if err := manual.Register(e, manual.Deps{Assets: a, BaseURL: base, OpenAPI: description}); err != nil {
		t.Fatal(err)
	}
	return &reader{t, e}
}

func (r *reader) get(path string, header ...string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	r.echo.ServeHTTP(rec, req)
	return rec
}

// page is what a test looks for in an HTML page.
type page struct {
	ids   map[string]int
	links []string
	text  string
}

func (r *reader) page(path string) page {
	r.t.Helper()
	rec := r.get(path)
	if rec.Code != http.StatusOK {
		r.t.Fatalf("%s answers %d", path, rec.Code)
	}
	doc, err := html.Parse(rec.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	p := page{ids: map[string]int{}}
	for n := range doc.Descendants() {
		p.take(n)
	}
	return p
}

func (p *page) take(n *html.Node) {
	if n.Type == html.TextNode {
		p.text += n.Data
	}
	for _, a := range n.Attr {
		switch a.Key {
		case "id":
			p.ids[a.Val]++
		case "href":
			p.links = append(p.links, a.Val)
		}
	}
}

// slugs are all pages that the contents lead to.
func (r *reader) slugs() []string {
	r.t.Helper()
	var all []string
	seen := map[string]bool{}
	for _, link := range r.page("/docs").links {
		if path, _, _ := strings.Cut(link, "#"); strings.HasPrefix(path, "/docs") && !seen[path] {
			seen[path] = true
			all = append(all, path)
		}
	}
	if len(all) < 30 {
		r.t.Fatalf("the contents lead to %d pages", len(all))
	}
	return all
}

// TestEveryFileIsAChapter: nobody finds a file that the contents do not lead to.
func TestEveryFileIsAChapter(t *testing.T) {
	r := usual(t)
	all := strings.Join(r.slugs(), "\n") + "\n"
	files, err := fs.Glob(web.Docs(), "*.md")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		slug := strings.TrimSuffix(f, ".md")
		if slug != "index" && !strings.Contains(all, "/docs/"+slug+"\n") {
			t.Errorf("web/docs/%s is out of reach", f)
		}
	}
}

// TestEveryLinkLeadsSomewhere follows each link of each page to a page, and to the anchor in it.
func TestEveryLinkLeadsSomewhere(t *testing.T) {
	r := usual(t)
	read := map[string]page{}
	for _, path := range r.slugs() {
		read[path] = r.page(path)
	}
	for from, p := range read {
		for id, n := range p.ids {
			if n > 1 {
				t.Errorf("%s has the id %q %d times", from, id, n)
			}
		}
		for _, link := range p.links {
			r.follow(read, from, link)
		}
	}
}

// elsewhere are the addresses of the collector that pages of the manual may lead to.
var elsewhere = []string{"/openapi.yaml", "/assets/"}

func (r *reader) follow(read map[string]page, from, link string) {
	r.t.Helper()
	path, anchor, _ := strings.Cut(link, "#")
	if path == "" {
		path = from
	}
	to, known := read[path]
	switch {
	case strings.HasPrefix(path, "https://"), anyPrefix(path, elsewhere):
	case !known:
		r.t.Errorf("%s leads to %s, which is no page", from, link)
	case anchor != "" && to.ids[anchor] == 0:
		r.t.Errorf("%s leads to %s, and there is no such place", from, link)
	}
}

func anyPrefix(text string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(text, p) {
			return true
		}
	}
	return false
}

// TestFilesLeadToEachOtherInTheSourceToo: on the source's own site the chapters are read as files.
func TestFilesLeadToEachOtherInTheSourceToo(t *testing.T) {
	r := usual(t)
	if got := r.page("/docs/hooks"); !strings.Contains(strings.Join(r.page("/docs/form-doctor").links, " "), "/docs/hooks") || got.text == "" {
		t.Error("hooks.md in form-doctor.md does not become /docs/hooks")
	}
}

func TestPagesMayBeKeptAndAreAskedFor(t *testing.T) {
	r := usual(t)
	for _, path := range []string{"/docs", "/docs/keap-connect", "/docs/api", "/docs/api/opt-ins"} {
		first := r.get(path, "Accept-Encoding", "br")
		if first.Code != 200 || first.Header().Get("Cache-Control") != "public, no-cache" || first.Header().Get("Content-Encoding") != "br" {
			t.Errorf("%s: %d %v", path, first.Code, first.Header())
		}
		again := r.get(path, "Accept-Encoding", "br", "If-None-Match", first.Header().Get("Etag"))
		if again.Code != http.StatusNotModified || again.Body.Len() != 0 {
			t.Errorf("%s again: %d with %d bytes", path, again.Code, again.Body.Len())
		}
		if !strings.Contains(first.Header().Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s has no policy", path)
		}
	}
}

// TestPagesAreSmall, on the wire: the whole product's limit is 100 KB.
func TestPagesAreSmall(t *testing.T) {
	r := usual(t)
	for _, path := range r.slugs() {
		if n := r.get(path, "Accept-Encoding", "gzip").Body.Len(); n > 30<<10 {
			t.Errorf("%s takes %d bytes", path, n)
		}
	}
}

func TestOtherAddresses(t *testing.T) {
	r := usual(t)
	for path, want := range map[string]int{
		"/docs/nothing": 404, "/docs/index.md": 404, "/docs/api/nothing": 404, "/docs/%3Cscript%3E": 404, "/docs/": 301, "/docs/..%2Fsecret.key": 404,
	} {
		if rec := r.get(path); rec.Code != want || strings.Contains(rec.Body.String(), "<script>") {
			t.Errorf("%s: %d", path, rec.Code)
		}
	}
}

// TestExamplesNameThisCollector, so that a line can be copied and works; a collector on plain http is a trial.
func TestExamplesNameThisCollector(t *testing.T) {
	for base, want := range map[string]string{
		"https://clicks.example.net": "https://clicks.example.net/v1/sites", "http://127.0.0.1:8787": "https://go.example.com/v1/sites",
	} {
		r := open(t, base)
		for _, path := range []string{"/docs", "/docs/api/sites"} {
			text := r.page(path).text
			if !strings.Contains(text, want) || base[4] == 's' && strings.Contains(text, "go.example.com") {
				t.Errorf("%s%s does not name %s alone", base, path, want)
			}
		}
	}
}
