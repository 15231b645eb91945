package webhooks

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"slices"
	"strings"
	"time"

	"tributary/internal/store"
)

// Change is what a person sets of an endpoint; nil leaves as it is.
type Change struct {
	URL         *string
	Description *string
	Events      *[]Type
	Email       *Email
	Enabled     *bool
}

func (s *Service) apply(c Change, e *Endpoint) error {
	set(&e.URL, c.URL)
	set(&e.Description, c.Description)
	set(&e.Events, c.Events)
	set(&e.Email, c.Email)
	e.Description = strings.TrimSpace(e.Description)
	if c.Enabled != nil && *c.Enabled != e.Enabled {
		e.Enabled, e.Reason, e.DisabledAt = *c.Enabled, "", time.Time{}
		if !e.Enabled {
			e.DisabledAt = s.Now().UTC()
		}
	}
	return e.check(s.Loopback)
}

func set[T any](field, to *T) {
	if to != nil {
		*field = *to
	}
}

var ids = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

func newID(once string) string {
	raw := sha256.Sum256([]byte("webhook\x00" + once))
	if once == "" {
		rand.Read(raw[:])
	}
	return "we_" + ids.EncodeToString(raw[:])[:20]
}

// Create makes an endpoint, with masked e-mails and enabled unless told otherwise. The secret is shown this once. The same
// once, unless empty, makes the same endpoint: made is false when it was there before, and the secret then stays hidden.
func (s *Service) Create(ctx context.Context, c Change, once string) (e Endpoint, secret string, made bool, err error) {
	e = Endpoint{ID: newID(once), Events: []Type{Received, Credited, Held}, Email: Masked, Enabled: true, Created: s.Now().UTC()}
	if err := s.apply(c, &e); err != nil {
		return e, "", false, err
	}
	secret, stored := s.newSecret(e.ID)
	e.Secrets = []Secret{stored}
	err = s.edit(ctx, func(b *book) error {
		before := b.find(e.ID)
		if made = before == nil; !made {
			e, secret = *before, ""
			return nil
		}
		if len(b.Endpoints) >= MaxEndpoints {
			return &Wrong{"url", fmt.Sprintf("cannot be added: there are %d webhooks, and no more are kept; delete one first", MaxEndpoints)}
		}
		b.Endpoints = append(b.Endpoints, e)
		return nil
	})
	return e, secret, made, err
}

// Endpoints lists all endpoints, the oldest first.
func (s *Service) Endpoints(ctx context.Context) ([]Endpoint, error) {
	b, _, err := s.read(ctx)
	return b.Endpoints, err
}

// Endpoint returns one, or store.ErrNotFound.
func (s *Service) Endpoint(ctx context.Context, id string) (Endpoint, error) {
	b, _, err := s.read(ctx)
	if err != nil {
		return Endpoint{}, err
	}
	e := b.find(id)
	if e == nil {
		return Endpoint{}, fmt.Errorf("webhook %s: %w", id, store.ErrNotFound)
	}
	return *e, nil
}

// Change changes an endpoint. One that is enabled again goes on with what waits for it.
func (s *Service) Change(ctx context.Context, id string, c Change) (Endpoint, error) {
	if c.Enabled != nil && *c.Enabled {
		if err := s.setFailing(ctx, id, time.Time{}); err != nil { // its days begin anew
			return Endpoint{}, err
		}
	}
	return s.editOne(ctx, id, func(e *Endpoint) error { return s.apply(c, e) })
}

// Overlap is how long a replaced secret goes on signing, unless told otherwise, and LongestOverlap the most that can be told.
const (
	Overlap        = 24 * time.Hour
	LongestOverlap = 7 * 24 * time.Hour
)

// maxSecrets bounds how many sign at once.
const maxSecrets = 3

// Rotate gives an endpoint another secret, which is shown this once. Until the overlap is over both sign; with none the
// old one ends now.
func (s *Service) Rotate(ctx context.Context, id string, overlap time.Duration) (e Endpoint, secret string, err error) {
	if overlap < 0 || overlap > LongestOverlap {
		return e, "", &Wrong{"overlap_hours", fmt.Sprintf("must be 0 to %d", int(LongestOverlap.Hours()))}
	}
	e, err = s.editOne(ctx, id, func(e *Endpoint) error {
		var stored Secret
		secret, stored = s.newSecret(id)
		e.Secrets = append([]Secret{stored}, ending(e.Secrets, s.Now().UTC(), overlap)...)
		return nil
	})
	return e, secret, err
}

// ending are the old secrets that go on signing.
func ending(old []Secret, now time.Time, overlap time.Duration) []Secret {
	until := now.Add(overlap)
	var kept []Secret
	for _, o := range old {
		if o.Until.IsZero() || o.Until.After(until) {
			o.Until = until
		}
		if o.Until.After(now) {
			kept = append(kept, o)
		}
	}
	return slices.Clip(kept[:min(len(kept), maxSecrets-1)])
}

// Delete removes an endpoint with its log. What waits for it is not sent any more.
func (s *Service) Delete(ctx context.Context, id string) error {
	off := false
	if _, err := s.Change(ctx, id, Change{Enabled: &off}); err != nil {
		return err
	}
	if err := s.clear(ctx, id); err != nil {
		return err
	}
	err := s.edit(ctx, func(b *book) error {
		b.Endpoints = slices.DeleteFunc(b.Endpoints, func(e Endpoint) bool { return e.ID == id })
		return nil
	})
	if err != nil {
		return err
	}
	return s.clear(ctx, id) // what was in hand may have been noted meanwhile
}

// disable ends the sending to an endpoint for a reason that its owner sees.
func (s *Service) disable(ctx context.Context, id, reason string) error {
	changed := false
	_, err := s.editOne(ctx, id, func(e *Endpoint) error {
		if changed = e.Enabled; changed {
			e.Enabled, e.Reason, e.DisabledAt = false, reason, s.Now().UTC()
		}
		return nil
	})
	if isGone(err) {
		return nil
	}
	if err == nil && changed {
		s.Logger.Warn("a webhook is disabled", "webhook", id, "reason", reason)
	}
	return err
}
