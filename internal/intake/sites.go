package intake

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// Sites finds sites by key and remembers them.
type Sites struct {
	docs    store.Documents
	known   sync.Map // key to attribution.Site
	changes atomic.Int64
}

// NewSites makes a finder over the store.
func NewSites(docs store.Documents) *Sites { return &Sites{docs: docs} }

// Site returns a site, or store.ErrNotFound.
func (s *Sites) Site(ctx context.Context, key string) (site attribution.Site, err error) {
	if known, ok := s.known.Load(key); ok {
		return known.(attribution.Site), nil
	}
	before := s.changes.Load()
	d, err := s.docs.Get(ctx, store.SiteKind, key)
	if err != nil {
		return site, err
	}
	if err := json.Unmarshal(d.Value, &site); err != nil {
		return site, fmt.Errorf("reading site %s: %w", key, err)
	}
	if s.known.Store(key, site); s.changes.Load() != before {
		s.known.Delete(key) // changed while it was read: what was read may be the old one
	}
	return site, nil
}

// Forget makes the next look-up read the store. Call it when a site has changed.
func (s *Sites) Forget(key string) {
	s.changes.Add(1)
	s.known.Delete(key)
}
