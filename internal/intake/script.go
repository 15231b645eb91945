package intake

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"tributary/internal/attribution"
	"tributary/internal/store"
	"tributary/snippet"
)

// Scripts serves the snippet: one script per site, holding what that site uses.
type Scripts struct {
	Sites      *Sites
	Docs       store.Documents
	Policy     func() attribution.Policy
	EventsPath string // where the collector takes events; empty means the usual
	shelf      snippet.Shelf
}

// scriptKind is the kind of document that a published script is, so that a page with an old immutable address and its
// integrity attribute keeps working after the product or the site's settings have changed.
const scriptKind = "script"

const (
	freshFor  = "public, max-age=300, stale-while-revalidate=86400"
	immutable = "public, max-age=31536000, immutable"
)

// Script returns a site's present script and sees that it stays available under its immutable address.
func (s *Scripts) Script(ctx context.Context, key string) (snippet.Script, error) {
	settings, err := s.settingsOf(ctx, key)
	if err != nil {
		return snippet.Script{}, err
	}
	script, err := s.shelf.Script(settings)
	if err != nil {
		return script, err
	}
	if _, err := s.Docs.Get(ctx, scriptKind, key+"."+script.Hash); errors.Is(err, store.ErrNotFound) {
		if _, err := s.Docs.Put(ctx, scriptKind, key+"."+script.Hash, script.Body, 0); err != nil && !errors.Is(err, store.ErrConflict) {
			return script, err
		}
	}
	return script, nil
}

// Test returns the script of a site for pages that are opened with ?tributary_test=1. No tag names it, so it needs no
// immutable address.
func (s *Scripts) Test(ctx context.Context, key string) (snippet.Script, error) {
	settings, err := s.settingsOf(ctx, key)
	if err != nil {
		return snippet.Script{}, err
	}
	return s.shelf.Test(settings)
}

func (s *Scripts) settingsOf(ctx context.Context, key string) (snippet.Settings, error) {
	site, err := s.Sites.Site(ctx, key)
	if err != nil {
		return snippet.Settings{}, err
	}
	return s.settings(site)
}

func (s *Scripts) settings(site attribution.Site) (snippet.Settings, error) {
	settings, err := snippet.ParseSettings(site.Settings)
	if err != nil {
		return settings, fmt.Errorf("site %s: %w", site.Key, err)
	}
	policy := s.Policy()
	settings.Key, settings.Rule, settings.Window = site.Key, string(policy.Rule), policy.Window
	settings.EventsPath = s.EventsPath
	if settings.Frames { // the one list is for who may send events, and for who may be handed a touch
		settings.Origins = site.Origins
	}
	return settings, nil
}

// testName stands in the place of a hash, which it cannot be.
const testName = "test"

// Get handles GET /s/{key}.js, GET /s/{key}.{hash}.js and GET /s/{key}.test.js, whatever the first segment is called.
func (s *Scripts) Get(c echo.Context) error {
	name, ok := strings.CutSuffix(c.Param("file"), ".js")
	key, hash, pinned := strings.Cut(name, ".")
	if !ok {
		return noScript
	}
	take, pinned := s.Script, pinned && hash != testName
	if hash == testName {
		take = s.Test
	}
	script, err := take(c.Request().Context(), key)
	if errors.Is(err, store.ErrNotFound) {
		return noScript
	}
	if err != nil {
		return err
	}
	if pinned && hash != script.Hash {
		return s.old(c, name)
	}
	h := c.Response().Header()
	h.Set("Cache-Control", freshFor)
	if pinned {
		h.Set("Cache-Control", immutable)
	}
	return serve(c, script)
}

var noScript = &Problem{http.StatusNotFound, "unknown_site", "no site has this key: copy the tag again from the site's settings"}

func (s *Scripts) old(c echo.Context, name string) error {
	d, err := s.Docs.Get(c.Request().Context(), scriptKind, name)
	if errors.Is(err, store.ErrNotFound) {
		return noScript
	}
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", immutable)
	return serve(c, snippet.Script{Body: d.Value, ETag: `"` + name + `"`})
}

// serve answers in the best coding that the browser takes. Each coding has an ETag of its own.
func serve(c echo.Context, script snippet.Script) error {
	h := c.Response().Header()
	h.Set("Access-Control-Allow-Origin", "*") // the integrity attribute needs a CORS answer
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Add("Vary", "Accept-Encoding")
	body, coding := choose(c.Request().Header.Get("Accept-Encoding"), script)
	etag := script.ETag
	if coding != "" {
		h.Set("Content-Encoding", coding)
		etag = strings.TrimSuffix(etag, `"`) + "-" + coding + `"`
	}
	h.Set("ETag", etag)
	if strings.Contains(c.Request().Header.Get("If-None-Match"), etag) {
		return c.NoContent(http.StatusNotModified)
	}
	return c.Blob(http.StatusOK, "text/javascript; charset=utf-8", body)
}

func choose(accept string, script snippet.Script) (body []byte, coding string) {
	accepted := map[string]bool{}
	for part := range strings.SplitSeq(accept, ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		accepted[name] = strings.TrimSpace(params) != "q=0"
	}
	switch {
	case accepted["br"] && script.Brotli != nil:
		return script.Brotli, "br"
	case accepted["gzip"] && script.Gzip != nil:
		return script.Gzip, "gzip"
	}
	return script.Body, ""
}
