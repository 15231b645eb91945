package web

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"sync"
)

// Page is a page that all readers share, rendered once. Browsers may keep it and ask each time whether it is still the
// same: a new version of the program is seen at once, and an unchanged page costs no body.
type Page struct{ packed func() *asset }

// NewPage takes a page's HTML. It is packed when it is first asked for.
func NewPage(body []byte) *Page {
	return &Page{sync.OnceValue(func() *asset {
		sum := sha256.Sum256(body)
		return &asset{
			contentType: "text/html; charset=utf-8", cacheControl: "public, no-cache",
			forms: packings(hex.EncodeToString(sum[:8]), body, quickly),
		}
	})}
}

// ServeHTTP answers GET and HEAD.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.packed().serve(w, r) }
