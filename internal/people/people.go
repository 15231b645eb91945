// Package people finds everything that is held of one person, wherever it lies, and erases it.
package people

import (
	"bytes"
	"context"
	"errors"
	"net/url"
	"slices"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/hooks"
	"tributary/internal/store"
)

// Sealer reads personal data and finds people.
type Sealer interface {
	Key(email string) attribution.PersonKey
	Open(sealed []byte, key attribution.PersonKey) (attribution.Person, error)
	OpenBytes(sealed []byte, kind, id string) ([]byte, error)
}

// People answers for one person's data. All is needed.
type People struct {
	Store  store.Store
	Sealer Sealer
	Hooks  *hooks.Service
	// Deliveries forgets what outgoing webhooks were told of the erased, and returns how many deliveries that were.
	Deliveries func(ctx context.Context) (int, error)
	Now        func() time.Time
}

// Kept is a record of the quarantine, opened.
type Kept struct {
	store.Quarantined
	Body string
}

// Held is what is held of a person.
type Held struct {
	Details    []attribution.Person // each different way the person filled in a form
	OptIns     []attribution.OptIn  // latest first
	Events     []store.LoggedEvent  // newest first
	Quarantine []Kept
	Payloads   []hooks.Payload        // with nothing of others in them
	Affiliate  *attribution.Affiliate // when the person is an affiliate as well
}

// Erased counts what was erased.
type Erased struct {
	store.Erasure
	Quarantine, Payloads, Deliveries int
}

// Remains says what no program can take back.
const Remains = "older copies of the encrypted records stay in unused pages of the database until \"tributary compact\", and in backups until these are deleted; Keap, the form tool and whoever webhooks told keep their own records"

// page is how much of a list is read at once.
const page = 200

// Held collects what is held of a normalised address. It reads the log and opens the quarantine, so its cost grows with both.
func (p *People) Held(ctx context.Context, account attribution.AccountID, email string) (h Held, err error) {
	exported, err := p.Store.Export(ctx, account, p.Sealer.Key(email))
	if err != nil {
		return h, err
	}
	h.OptIns, h.Events = exported.OptIns, exported.Events
	if err := p.addDetails(&h); err != nil {
		return h, err
	}
	if h.Quarantine, err = p.Mentions(ctx, email); err != nil {
		return h, err
	}
	if h.Affiliate, err = p.affiliate(ctx, account, email); err != nil {
		return h, err
	}
	h.Payloads, err = p.Hooks.Told(ctx, account, email)
	return h, err
}

func (p *People) addDetails(h *Held) error {
	add := func(sealed []byte, key attribution.PersonKey) error {
		if len(sealed) == 0 {
			return nil
		}
		person, err := p.Sealer.Open(sealed, key)
		if err == nil && !slices.Contains(h.Details, person) {
			h.Details = append(h.Details, person)
		}
		return err
	}
	for _, o := range h.OptIns {
		if err := add(o.Sealed, o.Person); err != nil {
			return err
		}
	}
	for _, e := range h.Events {
		if err := add(e.Sealed, e.Person); err != nil {
			return err
		}
	}
	return nil
}

// Mentions finds the records of the quarantine that hold an address. Nothing there is indexed by person, because nothing
// there could be read as a person's: all of it is opened and searched.
func (p *People) Mentions(ctx context.Context, email string) (found []Kept, err error) {
	for before := uuid.Nil; ; {
		records, err := p.Store.Quarantines(ctx, before, page)
		if err != nil || len(records) == 0 {
			return found, err
		}
		for _, q := range records {
			if raw, ok := p.mentioned(q, email); ok {
				found = append(found, Kept{q, string(raw)})
			}
		}
		before = records[len(records)-1].ID
	}
}

// Mentioned reports whether a record of the quarantine holds an address.
func (p *People) Mentioned(q store.Quarantined, email string) bool {
	_, ok := p.mentioned(q, email)
	return ok
}

// mentioned opens a record. What cannot be opened cannot be told from anybody's.
func (p *People) mentioned(q store.Quarantined, email string) ([]byte, bool) {
	raw, err := p.Sealer.OpenBytes(q.Sealed, store.QuarantineKind, q.ID.String())
	return raw, err == nil && mentions(raw, email)
}

// mentions finds an address in text, as it is and as a form or JSON escapes it.
func mentions(raw []byte, email string) bool {
	text := bytes.ToLower(raw)
	for _, form := range []string{email, url.QueryEscape(email), string(bytes.ReplaceAll([]byte(email), []byte("@"), []byte(`\u0040`)))} {
		if bytes.Contains(text, bytes.ToLower([]byte(form))) {
			return true
		}
	}
	return false
}

// affiliate finds the affiliate who has this address.
func (p *People) affiliate(ctx context.Context, account attribution.AccountID, email string) (*attribution.Affiliate, error) {
	key := p.Sealer.Key(email)
	for after := ""; ; {
		affiliates, err := p.Store.Affiliates(ctx, account, after, page)
		if err != nil || len(affiliates) == 0 {
			return nil, err
		}
		for _, a := range affiliates {
			if a.Email.Key == key {
				return &a, nil
			}
		}
		after = affiliates[len(affiliates)-1].ID
	}
}

// Erase erases a person by their normalised address.
func (p *People) Erase(ctx context.Context, account attribution.AccountID, email string) (done Erased, err error) {
	if done.Erasure, err = p.Store.Erase(ctx, account, p.Sealer.Key(email), p.Now().UTC()); err != nil {
		return done, err
	}
	kept, err := p.Mentions(ctx, email)
	if err != nil {
		return done, err
	}
	for _, q := range kept {
		if err := p.Store.Unquarantine(ctx, q.ID); err != nil && !errors.Is(err, store.ErrNotFound) {
			return done, err
		}
	}
	done.Quarantine = len(kept)
	if done.Payloads, err = p.Hooks.Forget(ctx, account, email); err != nil {
		return done, err
	}
	done.Deliveries, err = p.Deliveries(ctx)
	return done, err
}
