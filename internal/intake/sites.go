package intake

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// SiteKind is the kind of document that a site is; its key is the site's key.
const SiteKind = "site"

// Sites finds sites by key and remembers them.
type Sites struct {
	docs  store.Documents
	known sync.Map // key to attribution.Site
}

// NewSites makes a finder over the store.
func NewSites(docs store.Documents) *Sites { return &Sites{docs: docs} }

// Site returns a site, or store.ErrNotFound.
func (s *Sites) Site(ctx context.Context, key string) (site attribution.Site, err error) {
	if known, ok := s.known.Load(key); ok {
		return known.(attribution.Site), nil
	}
	d, err := s.docs.Get(ctx, SiteKind, key)
	if err != nil {
		return site, err
	}
	if err := json.Unmarshal(d.Value, &site); err != nil {
		return site, fmt.Errorf("reading site %s: %w", key, err)
	}
	s.known.Store(key, site)
	return site, nil
}

// Forget makes the next look-up read the store. Call it when a site has changed.
func (s *Sites) Forget(key string) { s.known.Delete(key) }
