// Package sites is what can be done with a site: the pages that carry one tag, who may send events from them, and how
// their script behaves. Whoever asks, a program by the REST API or a person at the owner's desk, the same checks hold.
package sites

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/store"
	"tributary/snippet"
)

// Options configure a Keeper. All are needed but Changed.
type Options struct {
	Docs store.Documents
	Now  func() time.Time
	// Tag is what is pasted into a site's pages; it always loads the site's current script.
	Tag func(siteKey string) string
	// Pinned is the tag that loads the site's script as it stands, and no other.
	Pinned func(ctx context.Context, siteKey string) (string, error)
	// Changed hears of each site that was changed or deleted.
	Changed func(siteKey string)
}

// Keeper makes, changes, deletes and lists sites.
type Keeper struct{ Options }

// New makes a keeper.
func New(o Options) *Keeper {
	if o.Changed == nil {
		o.Changed = func(string) {}
	}
	return &Keeper{o}
}

var keys = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// newKey makes the key of a site. once names the request that it is for: the same name gives the same key, so that a
// request that is repeated makes one site. "" gives another key each time.
func newKey(once string) string {
	var raw [32]byte
	if once != "" {
		raw = sha256.Sum256([]byte("site\x00" + once))
	} else {
		rand.Read(raw[:])
	}
	return "st_" + keys.EncodeToString(raw[:])[:20]
}

// Add makes a site. It returns the one that there is, and false, where once (see newKey) was used before. The error is a
// *Wrong where one field is to blame.
func (k *Keeper) Add(ctx context.Context, account attribution.AccountID, in Input, once string) (s attribution.Site, added bool, err error) {
	s = attribution.Site{Key: newKey(once), Account: account, Created: k.Now().UTC()}
	if err := in.set(&s); err != nil {
		return s, false, err
	}
	err = k.put(ctx, s, 0)
	if errors.Is(err, store.ErrConflict) && once != "" {
		s, err = k.Get(ctx, s.Key)
		return s, false, err
	}
	return s, err == nil, err
}

func (k *Keeper) put(ctx context.Context, s attribution.Site, version int64) error {
	value, err := json.Marshal(s)
	if err != nil {
		return err
	}
	if _, err := k.Docs.Put(ctx, store.SiteKind, s.Key, value, version); err != nil {
		return fmt.Errorf("saving site %s: %w", s.Key, err)
	}
	return nil
}

// Get returns a site, or store.ErrNotFound.
func (k *Keeper) Get(ctx context.Context, key string) (attribution.Site, error) {
	s, _, err := k.read(ctx, key)
	return s, err
}

func (k *Keeper) read(ctx context.Context, key string) (s attribution.Site, version int64, err error) {
	d, err := k.Docs.Get(ctx, store.SiteKind, key)
	if err != nil {
		return s, 0, err
	}
	if err := json.Unmarshal(d.Value, &s); err != nil {
		return s, 0, fmt.Errorf("reading site %s: %w", key, err)
	}
	return s, d.Version, nil
}

// Change saves what edit makes of a site's input. store.ErrConflict when somebody else changed the site meanwhile; a
// *Wrong where one field is to blame; and what edit returns.
func (k *Keeper) Change(ctx context.Context, key string, edit func(Input) (Input, error)) (attribution.Site, error) {
	s, version, err := k.read(ctx, key)
	if err != nil {
		return s, err
	}
	in, err := InputOf(s)
	if err != nil {
		return s, err
	}
	if in, err = edit(in); err != nil {
		return s, err
	}
	if err := in.set(&s); err != nil {
		return s, err
	}
	if err := k.put(ctx, s, version); err != nil {
		return s, err
	}
	k.Changed(key)
	return s, nil
}

// Delete removes a site, or returns store.ErrNotFound. What its pages have sent stays; what they go on to send is refused.
func (k *Keeper) Delete(ctx context.Context, key string) error {
	s, version, err := k.read(ctx, key)
	if err != nil {
		return err
	}
	if err := k.Docs.Delete(ctx, store.SiteKind, s.Key, version); err != nil {
		return fmt.Errorf("deleting site %s: %w", key, err)
	}
	k.Changed(key)
	return nil
}

// List returns up to limit sites after a key ("" for the first), in the order of keys.
func (k *Keeper) List(ctx context.Context, after string, limit int) ([]attribution.Site, error) {
	docs, err := k.Docs.List(ctx, store.SiteKind, after, limit)
	if err != nil {
		return nil, err
	}
	all := make([]attribution.Site, len(docs))
	for i, d := range docs {
		if err := json.Unmarshal(d.Value, &all[i]); err != nil {
			return nil, fmt.Errorf("reading site %s: %w", d.Key, err)
		}
	}
	return all, nil
}

// SettingsOf returns a site's settings as its script has them, without those of the collector.
func SettingsOf(s attribution.Site) (snippet.Settings, error) {
	settings, err := snippet.ParseSettings(s.Settings)
	settings = settings.WithDefaults()
	settings.Rule, settings.Window, settings.EventsPath = "", 0, ""
	return settings, err
}
