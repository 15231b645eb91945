package webhooks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// book is the document that holds an account's endpoints. They lie beside what the store reads of it, which news are
// wanted, so that both change in one step: an endpoint that exists misses nothing.
type book struct {
	Wanted    []attribution.Status `json:"wanted"`
	Endpoints []Endpoint           `json:"endpoints"`
}

// MaxEndpoints bounds the document, which is read as a whole.
const MaxEndpoints = 100

func (b *book) find(id string) *Endpoint {
	for i := range b.Endpoints {
		if b.Endpoints[i].ID == id {
			return &b.Endpoints[i]
		}
	}
	return nil
}

// want works out which news somebody is to be told of.
func (b *book) want() {
	b.Wanted = []attribution.Status{}
	for _, t := range Types {
		if slices.ContainsFunc(b.Endpoints, func(e Endpoint) bool { return e.Wants(t) }) {
			b.Wanted = append(b.Wanted, t.what())
		}
	}
}

func (s *Service) read(ctx context.Context) (b book, version int64, err error) {
	d, err := s.Store.Get(ctx, store.NewsKind, string(s.Account))
	if isGone(err) {
		return b, 0, nil
	}
	if err == nil {
		err = json.Unmarshal(d.Value, &b)
	}
	if err != nil {
		return b, 0, fmt.Errorf("reading the webhooks: %w", err)
	}
	return b, d.Version, nil
}

// look reads the endpoints and remembers them.
func (s *Service) look(ctx context.Context) (book, error) {
	b, version, err := s.read(ctx)
	if err == nil {
		s.remember(b, version)
	}
	return b, err
}

// edit changes the endpoints, again from the start when somebody else changed them meanwhile. Whoever reads and writes
// what another wrote in between would undo it.
func (s *Service) edit(ctx context.Context, change func(*book) error) error {
	s.editing.Lock()
	defer s.editing.Unlock()
	for range 10 {
		b, version, err := s.read(ctx)
		if err != nil {
			return err
		}
		if err := change(&b); err != nil {
			return err
		}
		b.want()
		value, err := json.Marshal(b)
		if err != nil {
			return err
		}
		_, err = s.Store.Put(ctx, store.NewsKind, string(s.Account), value, version)
		if err == nil {
			_, err = s.look(ctx) // what stands now, were another change to follow at once
		}
		if !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
	return fmt.Errorf("changing the webhooks: %w", store.ErrConflict)
}

// editOne changes one endpoint, or returns store.ErrNotFound.
func (s *Service) editOne(ctx context.Context, id string, change func(*Endpoint) error) (changed Endpoint, err error) {
	err = s.edit(ctx, func(b *book) error {
		e := b.find(id)
		if e == nil {
			return fmt.Errorf("webhook %s: %w", id, store.ErrNotFound)
		}
		err := change(e)
		changed = *e
		return err
	})
	return changed, err
}
