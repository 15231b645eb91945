package hooks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// State is where a kept payload stands.
type State string

const (
	Taken   State = "taken"   // all of it became opt-ins
	Waiting State = "waiting" // some of it could not be understood: the owner can say how to read it, and retry
	Refused State = "refused" // no payload at all: too large, or not readable
)

// How many payloads of a hook are kept: the last ones for the owner to look at, and all that wait, because each may be a
// lead. When too many wait nothing more is taken in, so that the sender knows and comes again.
const (
	keepLast    = 20
	keepWaiting = 1000
)

// Payload is a body that came to a hook, with what was understood.
type Payload struct {
	ID          uuid.UUID
	Hook        string
	Received    time.Time
	State       State
	Reason      string
	ContentType string
	Body        []byte
	Cut         bool // only the beginning of the body was kept
	Results     []Result
}

// stored is a payload at rest. Everything that came from outside is sealed.
type stored struct {
	Received time.Time             `json:"received"`
	State    State                 `json:"state"`
	Digest   attribution.PersonKey `json:"digest"`
	Sealed   []byte                `json:"sealed"`
}

type sealedPart struct {
	ContentType string   `json:"content_type"`
	Body        []byte   `json:"body"`
	Cut         bool     `json:"cut,omitempty"`
	Reason      string   `json:"reason,omitempty"`
	Results     []Result `json:"results"`
}

func payloadKey(hook, id string) string { return hook + "/" + id }

func (s *Service) digest(p *Payload) attribution.PersonKey {
	return s.Sealer.Key("hook payload\x00" + p.Hook + "\x00" + p.ContentType + "\x00" + string(p.Body))
}

func (s *Service) encode(p *Payload) ([]byte, error) {
	part := sealedPart{p.ContentType, p.Body, p.Cut, p.Reason, p.Results}
	plain, err := json.Marshal(part)
	if err != nil {
		return nil, err
	}
	return json.Marshal(stored{p.Received, p.State, s.digest(p), s.Sealer.SealBytes(plain, payloadKind, p.ID.String())})
}

func (s *Service) decodePayload(hook string, d store.Document) (p Payload, err error) {
	var at stored
	if err := json.Unmarshal(d.Value, &at); err != nil {
		return p, fmt.Errorf("reading a payload: %w", err)
	}
	id, err := uuid.Parse(d.Key[len(hook)+1:])
	if err != nil {
		return p, fmt.Errorf("reading a payload: %w", err)
	}
	plain, err := s.Sealer.OpenBytes(at.Sealed, payloadKind, id.String())
	if err != nil {
		return p, err
	}
	var part sealedPart
	if err := json.Unmarshal(plain, &part); err != nil {
		return p, fmt.Errorf("reading a payload: %w", err)
	}
	return Payload{id, hook, at.Received, at.State, part.Reason, part.ContentType, part.Body, part.Cut, part.Results}, nil
}

func (s *Service) payload(ctx context.Context, hook, id string) (p Payload, version int64, err error) {
	d, err := s.Store.Get(ctx, payloadKind, payloadKey(hook, id))
	if err != nil {
		return p, 0, err
	}
	p, err = s.decodePayload(hook, d)
	return p, d.Version, err
}

// Payload returns one kept payload, or store.ErrNotFound.
func (s *Service) Payload(ctx context.Context, hook, id string) (Payload, error) {
	p, _, err := s.payload(ctx, hook, id)
	return p, err
}

// Payloads lists what a hook kept, newest first: at most limit of a state ("" for all), those before the cursor ("" for
// the newest).
func (s *Service) Payloads(ctx context.Context, hook string, state State, cursor string, limit int) (page []Payload, err error) {
	all, err := s.documents(ctx, hook)
	if err != nil {
		return nil, err
	}
	slices.Reverse(all)
	for _, d := range all {
		var at stored
		if err := json.Unmarshal(d.Value, &at); err != nil {
			return nil, fmt.Errorf("reading a payload: %w", err)
		}
		if cursor != "" && d.Key >= payloadKey(hook, cursor) || state != "" && at.State != state {
			continue
		}
		if len(page) == limit {
			return page, nil
		}
		p, err := s.decodePayload(hook, d)
		if err != nil {
			return nil, err
		}
		page = append(page, p)
	}
	return page, nil
}

// documents returns all that a hook kept, oldest first.
func (s *Service) documents(ctx context.Context, hook string) (all []store.Document, err error) {
	const step = 50
	for after := hook + "/"; ; {
		page, err := s.Store.List(ctx, payloadKind, after, step)
		if err != nil {
			return nil, err
		}
		for _, d := range page {
			if len(d.Key) <= len(hook) || d.Key[:len(hook)+1] != hook+"/" {
				return all, nil
			}
			all = append(all, d)
		}
		if len(page) < step {
			return all, nil
		}
		after = page[len(page)-1].Key
	}
}

// shelves remember of each hook what it kept, so that a delivery reads nothing. With several collectors over one store
// each knows its own: more are kept then, and a repeat may be kept twice; opt-ins are told apart by the store itself.
type shelves struct {
	mu sync.Mutex
	by map[string]*shelf
}

type shelf struct {
	mu    sync.Mutex
	ready bool
	kept  []keptPayload // oldest first
}

type keptPayload struct {
	id       uuid.UUID
	state    State
	digest   attribution.PersonKey
	received time.Time
}

func (all *shelves) of(hook string) *shelf {
	all.mu.Lock()
	defer all.mu.Unlock()
	if all.by == nil {
		all.by = map[string]*shelf{}
	}
	if all.by[hook] == nil {
		all.by[hook] = &shelf{}
	}
	return all.by[hook]
}

// open locks a hook's shelf and reads it at its first use.
func (s *Service) open(ctx context.Context, hook string) (*shelf, error) {
	sh := s.shelves.of(hook)
	sh.mu.Lock()
	if sh.ready {
		return sh, nil
	}
	docs, err := s.documents(ctx, hook)
	if err != nil {
		sh.mu.Unlock()
		return nil, err
	}
	for _, d := range docs {
		var at stored
		id, err := uuid.Parse(d.Key[len(hook)+1:])
		if err := errors.Join(err, json.Unmarshal(d.Value, &at)); err != nil {
			sh.mu.Unlock()
			return nil, fmt.Errorf("reading a payload: %w", err)
		}
		sh.kept = append(sh.kept, keptPayload{id, at.State, at.Digest, at.Received})
	}
	sh.ready = true
	return sh, nil
}

// identical finds a kept payload with the same body that came within the merge window.
func (s *Service) identical(ctx context.Context, p *Payload) (Payload, bool, error) {
	sh, err := s.open(ctx, p.Hook)
	if err != nil {
		return Payload{}, false, err
	}
	digest := s.digest(p)
	i := slices.IndexFunc(sh.kept, func(k keptPayload) bool {
		return k.digest == digest && p.Received.Sub(k.received) <= s.Policy().Merge
	})
	var id uuid.UUID
	if i >= 0 {
		id = sh.kept[i].id
	}
	sh.mu.Unlock()
	if i < 0 {
		return Payload{}, false, nil
	}
	before, err := s.Payload(ctx, p.Hook, id.String())
	if errors.Is(err, store.ErrNotFound) { // made room meanwhile
		return before, false, nil
	}
	return before, err == nil, err
}

// keep stores a payload and makes room for it.
func (s *Service) keep(ctx context.Context, p *Payload) error {
	sh, err := s.open(ctx, p.Hook)
	if err != nil {
		return err
	}
	defer sh.mu.Unlock()
	if p.State == Waiting && sh.count(Waiting) >= keepWaiting {
		return store.ErrFull
	}
	value, err := s.encode(p)
	if err != nil {
		return err
	}
	if _, err := s.Store.Put(ctx, payloadKind, payloadKey(p.Hook, p.ID.String()), value, 0); err != nil {
		return err
	}
	sh.kept = append(sh.kept, keptPayload{p.ID, p.State, s.digest(p), p.Received})
	return s.makeRoom(ctx, p.Hook, sh)
}

func (sh *shelf) count(state State) (n int) {
	for _, k := range sh.kept {
		if k.state == state {
			n++
		}
	}
	return n
}

// makeRoom removes the oldest payloads that nobody waits for.
func (s *Service) makeRoom(ctx context.Context, hook string, sh *shelf) error {
	for len(sh.kept)-sh.count(Waiting) > keepLast {
		i := slices.IndexFunc(sh.kept, func(k keptPayload) bool { return k.state != Waiting })
		err := s.Store.Delete(ctx, payloadKind, payloadKey(hook, sh.kept[i].id.String()), 1)
		if errors.Is(err, store.ErrConflict) { // it was retried, or is gone
			err = s.remove(ctx, payloadKey(hook, sh.kept[i].id.String()))
		}
		if err != nil {
			return err
		}
		sh.kept = slices.Delete(sh.kept, i, i+1)
	}
	return nil
}

func (s *Service) remove(ctx context.Context, key string) error {
	d, err := s.Store.Get(ctx, payloadKind, key)
	if err == nil {
		err = s.Store.Delete(ctx, payloadKind, key, d.Version)
	}
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrConflict) {
		return nil
	}
	return err
}

// replace stores a payload that was tried again.
func (s *Service) replace(ctx context.Context, p *Payload, version int64) error {
	sh, err := s.open(ctx, p.Hook)
	if err != nil {
		return err
	}
	defer sh.mu.Unlock()
	value, err := s.encode(p)
	if err != nil {
		return err
	}
	if _, err := s.Store.Put(ctx, payloadKind, payloadKey(p.Hook, p.ID.String()), value, version); err != nil {
		return err
	}
	if i := slices.IndexFunc(sh.kept, func(k keptPayload) bool { return k.id == p.ID }); i >= 0 {
		sh.kept[i].state = p.State
	}
	return s.makeRoom(ctx, p.Hook, sh)
}

// clear removes all that a hook kept.
func (s *Service) clear(ctx context.Context, hook string) error {
	sh, err := s.open(ctx, hook)
	if err != nil {
		return err
	}
	defer sh.mu.Unlock()
	for _, k := range sh.kept {
		if err := s.remove(ctx, payloadKey(hook, k.id.String())); err != nil {
			return err
		}
	}
	sh.kept = nil
	return nil
}
