package web_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/andybalholm/brotli"

	"tributary/web"
)

var once = sync.OnceValues(web.NewAssets)

func newAssets(t *testing.T) *web.Assets {
	t.Helper()
	assets, err := once()
	if err != nil {
		t.Fatalf("bundling: %v", err)
	}
	return assets
}

func get(assets *web.Assets, path string, header ...string) *http.Response {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	assets.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r io.Reader) []byte {
	t.Helper()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatalf("reading: %v", err)
	}
	return b
}

func TestAssetsAreServedForEver(t *testing.T) {
	assets := newAssets(t)
	for name, contentType := range map[string]string{"portal.js": "text/javascript; charset=utf-8", "portal.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml"} {
		url := assets.URL(name)
		if !regexp.MustCompile(`^/assets/\w+\.[0-9a-f]{16}\.\w+$`).MatchString(url) {
			t.Errorf("%s is at %s", name, url)
		}
		answer := get(assets, url)
		for header, want := range map[string]string{
			"Cache-Control": "public, max-age=31536000, immutable", "Content-Type": contentType, "Vary": "Accept-Encoding",
			"X-Content-Type-Options": "nosniff", "Content-Encoding": "",
		} {
			if got := answer.Header.Get(header); got != want {
				t.Errorf("%s: %s is %q, want %q", name, header, got, want)
			}
		}
	}
}

// An address that moved with every start would be downloaded again after each, and differ between two servers.
func TestAddressesMoveOnlyWithTheirContent(t *testing.T) {
	again, err := web.NewAssets()
	if err != nil {
		t.Fatalf("bundling: %v", err)
	}
	for _, name := range []string{"portal.js", "portal.css", "admin.js", "admin.css", "entry.js", "docs.js", "docs.css", "icon.svg"} {
		if a, b := newAssets(t).URL(name), again.URL(name); a != b {
			t.Errorf("%s is at %s and at %s", name, a, b)
		}
	}
}

func BenchmarkNewAssets(b *testing.B) {
	for b.Loop() {
		if _, err := web.NewAssets(); err != nil {
			b.Fatal(err)
		}
	}
}

func TestAssetsComeInTheEncodingThatIsAsked(t *testing.T) {
	assets := newAssets(t)
	url := assets.URL("portal.css")
	plain := body(t, get(assets, url).Body)
	for accept, want := range map[string]string{
		"gzip, deflate, br": "br", "gzip, deflate": "gzip", "br;q=0, gzip;q=0.5": "gzip", "BR": "br", "identity": "", "": "", "br;q=0": "", "zstd": "",
	} {
		answer := get(assets, url, "Accept-Encoding", accept)
		if got := answer.Header.Get("Content-Encoding"); got != want {
			t.Errorf("%q gets %q, want %q", accept, got, want)
			continue
		}
		if !bytes.Equal(decoded(t, want, answer.Body), plain) {
			t.Errorf("%q does not decode to the file", accept)
		}
	}
}

func decoded(t *testing.T, encoding string, r io.Reader) []byte {
	t.Helper()
	switch encoding {
	case "br":
		return body(t, brotli.NewReader(r))
	case "gzip":
		z, err := gzip.NewReader(r)
		if err != nil {
			t.Fatalf("gzip: %v", err)
		}
		return body(t, z)
	}
	return body(t, r)
}

func TestAReaderWhoHasItGetsNothing(t *testing.T) {
	assets := newAssets(t)
	url := assets.URL("portal.js")
	br := get(assets, url, "Accept-Encoding", "br").Header.Get("Etag")
	for _, tag := range []string{br, "W/" + br, `"x", ` + br, "*"} {
		if answer := get(assets, url, "Accept-Encoding", "br", "If-None-Match", tag); answer.StatusCode != http.StatusNotModified || len(body(t, answer.Body)) != 0 {
			t.Errorf("%s: %d", tag, answer.StatusCode)
		}
	}
	if answer := get(assets, url, "Accept-Encoding", "gzip", "If-None-Match", br); answer.StatusCode != http.StatusOK {
		t.Errorf("the tag of another encoding: %d", answer.StatusCode)
	}
}

func TestOtherAddressesAndMethods(t *testing.T) {
	assets := newAssets(t)
	for _, path := range []string{"/assets/", "/assets/portal.js", "/assets/portal.0000000000000000.js", "/assets/../src/portal.ts"} {
		if answer := get(assets, path); answer.StatusCode != http.StatusNotFound || strings.Contains(answer.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d", path, answer.StatusCode)
		}
	}
	for method, want := range map[string]int{http.MethodHead: http.StatusOK, http.MethodPost: http.StatusMethodNotAllowed} {
		w := httptest.NewRecorder()
		assets.ServeHTTP(w, httptest.NewRequest(method, assets.URL("portal.js"), nil))
		if w.Code != want || method == http.MethodHead && (w.Body.Len() != 0 || w.Header().Get("Content-Length") == "") {
			t.Errorf("%s: %d with %d bytes", method, w.Code, w.Body.Len())
		}
	}
}

// Sizes are those of the wire. Raising one is a decision, not an accident.
func TestAssetsAreSmall(t *testing.T) {
	assets := newAssets(t)
	for name, most := range map[string]int{"portal.js": 2048, "portal.css": 3072, "admin.js": 2048, "entry.js": 1280, "admin.css": 6144, "docs.js": 1024, "docs.css": 4608, "icon.svg": 512} {
		if n := len(body(t, get(assets, assets.URL(name), "Accept-Encoding", "br").Body)); n > most {
			t.Errorf("%s takes %d bytes, at most %d", name, n, most)
		}
	}
}

// The pages' policy allows nothing inline and nothing from elsewhere: what does not work must not be written either.
func TestTemplatesKeepToThePolicy(t *testing.T) {
	forbidden := regexp.MustCompile(`(?i)\sstyle=|\son\w+=|<script(>|[^>]*>\s*[^<\s])|<style|(src|href)="(https?:)?//|javascript:`)
	err := fs.WalkDir(web.Templates(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(web.Templates(), path)
		if found := forbidden.Find(text); found != nil {
			t.Errorf("%s holds %q", path, found)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A second definition takes the place of the first without a word, and breaks pages of somebody else.
func TestEachTemplateIsDefinedOnce(t *testing.T) {
	defined := regexp.MustCompile(`\{\{-?\s*define "([^"]+)"`)
	faces := map[string]map[string]string{}
	err := fs.WalkDir(web.Templates(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		face, _, _ := strings.Cut(path, "/")
		if faces[face] == nil {
			faces[face] = map[string]string{}
		}
		text, err := fs.ReadFile(web.Templates(), path)
		for _, m := range defined.FindAllSubmatch(text, -1) {
			name := string(m[1])
			for _, taken := range []string{faces[face][name], faces["shared"][name]} {
				if taken != "" {
					t.Errorf("%q is defined in %s and in %s", name, taken, path)
				}
			}
			faces[face][name] = path
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
