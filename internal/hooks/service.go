package hooks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// HookKind and payloadKind are the kinds of document that hooks and their payloads are. A payload's key begins with its
// hook's id, and goes on with its own, which begins with the time.
const (
	HookKind    = "hook"
	payloadKind = "hook-payload"
)

// Store is what hooks need of the store.
type Store interface {
	store.Documents
	Ingest(ctx context.Context, account attribution.AccountID, policy attribution.Policy, batch []attribution.Event) ([]store.Outcome, error)
	Affiliate(ctx context.Context, account attribution.AccountID, ref attribution.Ref) (attribution.Affiliate, error)
}

// Sealer encrypts persons and payloads, and makes ids of them that tell nobody what they were made of.
type Sealer interface {
	Seal(attribution.Person) (attribution.PersonKey, []byte, error)
	Key(text string) attribution.PersonKey
	SealBytes(text []byte, kind, id string) []byte
	OpenBytes(sealed []byte, kind, id string) ([]byte, error)
}

// Options configure a Service.
type Options struct {
	Store  Store
	Sealer Sealer
	Site   func(ctx context.Context, key string) (attribution.Site, error)
	Policy func() attribution.Policy
	Now    func() time.Time
}

// Service takes what form tools send.
type Service struct {
	Options
	shelves shelves
}

// NewService makes a Service.
func NewService(o Options) *Service { return &Service{Options: o} }

// Find returns the hook that a token opens, or store.ErrNotFound.
func (s *Service) Find(ctx context.Context, token string) (h Hook, err error) {
	id, secret := splitToken(token)
	h, _, err = s.Get(ctx, id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return h, err
	}
	if !h.opens(secret) {
		return Hook{}, fmt.Errorf("hook: %w", store.ErrNotFound)
	}
	return h, nil
}

// Get returns a hook and its version, or store.ErrNotFound.
func (s *Service) Get(ctx context.Context, id string) (h Hook, version int64, err error) {
	d, err := s.Store.Get(ctx, HookKind, id)
	if err != nil {
		return h, 0, err
	}
	return h, d.Version, json.Unmarshal(d.Value, &h)
}

// List returns up to limit hooks after an id, in the order of ids.
func (s *Service) List(ctx context.Context, after string, limit int) ([]Hook, error) {
	docs, err := s.Store.List(ctx, HookKind, after, limit)
	if err != nil {
		return nil, err
	}
	all := make([]Hook, len(docs))
	for i, d := range docs {
		if err := json.Unmarshal(d.Value, &all[i]); err != nil {
			return nil, fmt.Errorf("reading a hook: %w", err)
		}
	}
	return all, nil
}

// Save stores a hook where the stored version is the given one.
func (s *Service) Save(ctx context.Context, h Hook, version int64) error {
	value, err := json.Marshal(h)
	if err != nil {
		return err
	}
	_, err = s.Store.Put(ctx, HookKind, h.ID, value, version)
	return err
}

// Delete removes a hook, and then what it kept.
func (s *Service) Delete(ctx context.Context, id string) error {
	_, version, err := s.Get(ctx, id)
	if err != nil {
		return err
	}
	if err := s.Store.Delete(ctx, HookKind, id, version); err != nil {
		return err
	}
	return s.clear(ctx, id)
}

// Result is what became of one submission.
type Result struct {
	Status store.Disposition `json:"status"` // accepted, duplicate, or kept
	Reason string            `json:"reason,omitempty"`
	OptIn  uuid.UUID         `json:"optin,omitzero"`
	// Fields says where in the payload each field was found. It goes to the owner alone: names can hold anything.
	Fields map[Field]string `json:"fields,omitempty"`
}

// Kept is the status of a submission that is no opt-in as it stands: it waits for the owner.
const Kept store.Disposition = "kept"

// Take stores the opt-ins of a body and keeps the body. Whatever it returns without error is on disk. An error that
// wraps ErrUnreadable is the body's fault; store.ErrFull says that too many payloads wait for the owner.
func (s *Service) Take(ctx context.Context, h Hook, contentType string, body []byte) ([]Result, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	p := Payload{ID: id, Hook: h.ID, Received: s.Now().UTC().Truncate(time.Millisecond), ContentType: contentType, Body: body}
	before, found, err := s.identical(ctx, &p)
	if err != nil {
		return nil, err
	}
	if found {
		return s.again(ctx, h, before)
	}
	unreadable := s.process(ctx, h, &p)
	if unreadable != nil && !errors.Is(unreadable, ErrUnreadable) {
		return nil, unreadable
	}
	if err := s.keep(ctx, &p); err != nil {
		return nil, err
	}
	return p.Results, unreadable
}

// Refuse keeps a body that cannot be taken, with the reason.
func (s *Service) Refuse(ctx context.Context, h Hook, contentType string, body []byte, reason string) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	p := Payload{
		ID: id, Hook: h.ID, Received: s.Now().UTC().Truncate(time.Millisecond), ContentType: contentType, Body: body, Cut: true,
		State: Refused, Reason: reason,
	}
	if _, found, err := s.identical(ctx, &p); err != nil || found {
		return err
	}
	return s.keep(ctx, &p)
}

// again answers for a body that was kept before. The mapping may have changed since for one that waits.
func (s *Service) again(ctx context.Context, h Hook, before Payload) ([]Result, error) {
	switch before.State {
	case Refused:
		return nil, fmt.Errorf("%w, as before: %s", ErrUnreadable, before.Reason)
	case Waiting:
		p, err := s.Retry(ctx, h, before.ID.String())
		if errors.Is(err, store.ErrConflict) { // somebody else tries it at this moment
			return before.Results, nil
		}
		return p.Results, err
	}
	for i := range before.Results {
		r := &before.Results[i]
		r.Status, r.Reason = store.Duplicate, "the same payload was taken before"
	}
	return before.Results, nil
}

// Retry takes a kept payload again, as the hook reads payloads now. What was taken already stays one opt-in.
func (s *Service) Retry(ctx context.Context, h Hook, payload string) (Payload, error) {
	p, version, err := s.payload(ctx, h.ID, payload)
	if err != nil {
		return p, err
	}
	if p.Cut {
		return p, fmt.Errorf("%w: only the beginning of it was kept", ErrUnreadable)
	}
	if err := s.process(ctx, h, &p); err != nil {
		return p, err
	}
	return p, s.replace(ctx, &p, version)
}

// process understands a payload and ingests its opt-ins; it fills in the results and the state.
func (s *Service) process(ctx context.Context, h Hook, p *Payload) error {
	items, err := decode(p.ContentType, p.Body)
	if err != nil {
		p.State, p.Reason = Refused, err.Error()
		return err
	}
	site, err := s.siteOf(ctx, h)
	if err != nil {
		return err
	}
	p.Results, p.State, p.Reason = make([]Result, len(items)), Taken, ""
	var events []attribution.Event
	var places []int
	for i, it := range items {
		u := understand(it, h.Mapping, site)
		p.Results[i] = Result{Status: Kept, Reason: u.problem, Fields: u.places}
		if u.problem != "" {
			p.State, p.Reason = Waiting, u.problem
			continue
		}
		e, err := s.event(ctx, h, p, it, u)
		if err != nil {
			return err
		}
		events, places = append(events, e), append(places, i)
	}
	return s.ingest(ctx, h, p, events, places)
}

func (s *Service) ingest(ctx context.Context, h Hook, p *Payload, events []attribution.Event, places []int) error {
	if len(events) == 0 {
		return nil
	}
	outcomes, err := s.Store.Ingest(ctx, h.Account, s.Policy(), events)
	if err != nil {
		return fmt.Errorf("storing what a hook told: %w", err)
	}
	for i, o := range outcomes {
		r := &p.Results[places[i]]
		r.Status, r.Reason, r.OptIn = o.Disposition, o.Reason, o.OptIn
	}
	return nil
}

// siteOf is the site that a hook belongs to; none, or one that was deleted, leaves the usual names.
func (s *Service) siteOf(ctx context.Context, h Hook) (attribution.Site, error) {
	if h.Site == "" {
		return attribution.Site{}, nil
	}
	site, err := s.Site(ctx, h.Site)
	if errors.Is(err, store.ErrNotFound) {
		return attribution.Site{}, nil
	}
	return site, err
}

// event gives a submission the shape of the domain.
func (s *Service) event(ctx context.Context, h Hook, p *Payload, it item, u understood) (e attribution.Event, err error) {
	if u.unsure {
		if u.ref, err = s.sure(ctx, h, u.ref); err != nil {
			return e, err
		}
	}
	e = attribution.Event{
		Type: attribution.OptedIn, At: s.when(u.at, p.Received), Received: s.Now().UTC().Truncate(time.Millisecond), Site: h.Site,
		Form: attribution.Form{ID: u.form}, Via: attribution.ViaHook, Joins: u.joins, Note: "hook " + h.ID,
	}
	e.ID = s.eventID(h, p.Received, it, u)
	e.Visitor = e.ID
	if !u.ref.IsZero() {
		e.Latest = attribution.Touch{Ref: u.ref, At: e.At}
		e.First = e.Latest
	}
	e.Person, e.Sealed, err = s.Sealer.Seal(u.person)
	return e, err
}

// A tool may deliver days late; what lies further back, or ahead, is a wrong clock.
const maxLate = 8 * 24 * time.Hour

func (s *Service) when(said, received time.Time) time.Time {
	if said.IsZero() || said.After(received) || said.Before(received.Add(-maxLate)) {
		return received
	}
	return said.UTC().Truncate(time.Millisecond)
}

// sure tells an id from a code in a hidden field that may hold either. What is known decides; of what nobody knows, a
// number is an id, as in Keap's own links, unless it begins with 0, as no id does.
func (s *Service) sure(ctx context.Context, h Hook, ref attribution.Ref) (attribution.Ref, error) {
	id, code := attribution.Ref{Kind: attribution.ByID, Value: ref.Value}, attribution.Ref{Kind: attribution.ByCode, Value: ref.Value}
	for _, r := range []attribution.Ref{id, code} {
		_, err := s.Store.Affiliate(ctx, h.Account, r)
		if err == nil {
			return r, nil
		}
		if !errors.Is(err, store.ErrNotFound) {
			return r, err
		}
	}
	if strings.Trim(ref.Value, "0123456789") == "" && ref.Value[0] != '0' {
		return id, nil
	}
	return code, nil
}

// eventID is the same for a submission that is sent again within the merge window, as long as it is understood in the
// same way; its time puts it where it belongs in the log.
func (s *Service) eventID(h Hook, received time.Time, it item, u understood) uuid.UUID {
	span := max(s.Policy().Merge, time.Minute)
	start := received.Truncate(span)
	key := s.Sealer.Key(strings.Join([]string{"hook event", h.ID, start.String(), u.person.Email, u.ref.String(), u.joins.String(), string(it.raw)}, "\x00"))
	id := uuid.UUID(key)
	ms := start.UnixMilli()
	for i := range 6 {
		id[i] = byte(ms >> (40 - 8*i))
	}
	id[6], id[8] = id[6]&0x0f|0x70, id[8]&0x3f|0x80
	return id
}
