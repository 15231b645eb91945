package web

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"path"
	"strings"
)

// AssetsPath is the folder under which the program serves Assets.
const AssetsPath = "/assets/"

// Assets are the scripts, styles and pictures of the pages, ready to be served. The address of each holds a hash of its
// content: it may be kept for ever, and a new version has a new address.
type Assets struct {
	byPath map[string]*asset
	urls   map[string]string
}

// NewAssets bundles everything, which takes some hundredths of a second.
func NewAssets() (*Assets, error) {
	a := &Assets{byPath: map[string]*asset{}, urls: map[string]string{}}
	for _, s := range catalogue {
		body, err := s.make(s.file)
		if err != nil {
			return nil, fmt.Errorf("making %s: %w", s.name, err)
		}
		a.add(s.name, s.contentType, body)
	}
	return a, nil
}

// catalogue lists every asset: the name that templates ask for, its source, and how the one is made of the other.
var catalogue = []struct {
	name, contentType, file string
	make                    func(file string) ([]byte, error)
}{
	{"portal.js", "text/javascript; charset=utf-8", "portal", bundleScript},
	{"card.js", "text/javascript; charset=utf-8", "card", bundleScript},
	{"cardframe.js", "text/javascript; charset=utf-8", "cardframe", bundleScript},
	{"links.js", "text/javascript; charset=utf-8", "links", bundleScript},
	{"portal.css", "text/css; charset=utf-8", "portal", bundleStyle},
	{"admin.css", "text/css; charset=utf-8", "admin", bundleStyle},
	{"admin.js", "text/javascript; charset=utf-8", "admin", bundleScript},
	{"entry.js", "text/javascript; charset=utf-8", "entry", bundleScript},
	{"docs.css", "text/css; charset=utf-8", "docs", bundleStyle},
	{"docs.js", "text/javascript; charset=utf-8", "docs", bundleScript},
	{"icon.svg", "image/svg+xml", "styles/icon.svg", sources.ReadFile},
}

func (a *Assets) add(name, contentType string, body []byte) {
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:8])
	ext := path.Ext(name)
	url := AssetsPath + strings.TrimSuffix(name, ext) + "." + hash + ext
	a.byPath[url] = newAsset(contentType, hash, body)
	a.urls[name] = url
}

// URL is the address of an asset, such as /assets/portal.0123456789abcdef.css for portal.css. It panics for a name that
// is not in the catalogue: that is a slip in a template.
func (a *Assets) URL(name string) string {
	url, ok := a.urls[name]
	if !ok {
		panic("web: there is no asset named " + name)
	}
	return url
}

// ServeHTTP answers GET and HEAD for the addresses that URL returns, and 404 for all others.
func (a *Assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	found, ok := a.byPath[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "this is a file: only GET and HEAD work", http.StatusMethodNotAllowed)
		return
	}
	found.serve(w, r)
}
