package hooks

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

var (
	// ErrUnknownSite is returned for a hook that is to belong to a site that there is not.
	ErrUnknownSite = errors.New("site must be the key of one of your sites, such as st_ and 20 letters and digits")
	// ErrKeapsOwn is returned where somebody would make the hook that Keap tells of contacts by.
	ErrKeapsOwn = fmt.Errorf("%w: a hook of kind %q is made and kept by the collector", ErrInvalid, Keap)
)

// Add makes a hook for a form tool and the token of its address, which is told once and kept nowhere. Of the given hook
// the name, the site and the mapping count. The error wraps ErrInvalid or is ErrUnknownSite where the input is to blame.
func (s *Service) Add(ctx context.Context, account attribution.AccountID, h Hook) (Hook, string, error) {
	if h.Kind == Keap {
		return h, "", ErrKeapsOwn
	}
	if err := s.checkSite(ctx, h.Site); err != nil {
		return h, "", err
	}
	h, token, err := New(Hook{
		Account: account, Kind: h.Kind, Name: strings.TrimSpace(h.Name), Site: h.Site, Mapping: h.Mapping, Created: s.Now().UTC(),
	})
	if err != nil {
		return h, "", err
	}
	return h, token, s.Save(ctx, h, 0)
}

// checkSite asks the store, and not a memory of it: the site may have been deleted this moment.
func (s *Service) checkSite(ctx context.Context, site string) error {
	if site == "" {
		return nil
	}
	_, err := s.Store.Get(ctx, store.SiteKind, site)
	if errors.Is(err, store.ErrNotFound) {
		return ErrUnknownSite
	}
	return err
}

// Changes are what is to be different; nil leaves as it is, and an empty mapping takes the mapping away.
type Changes struct {
	Name, Site *string
	Mapping    Mapping
}

// Change changes a hook, with the errors of Add, and store.ErrConflict when somebody else changed it meanwhile.
func (s *Service) Change(ctx context.Context, id string, c Changes) (Hook, error) {
	h, version, err := s.Get(ctx, id)
	if err != nil {
		return h, err
	}
	if c.Name != nil {
		h.Name = strings.TrimSpace(*c.Name)
	}
	if c.Mapping != nil {
		h.Mapping = c.Mapping
	}
	if c.Site != nil {
		h.Site = *c.Site
	}
	if err := s.checkSite(ctx, h.Site); err != nil {
		return h, err
	}
	if err := h.Check(); err != nil {
		return h, err
	}
	return h, s.Save(ctx, h, version)
}
