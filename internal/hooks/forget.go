package hooks

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// Forget takes a person out of all that hooks of an account kept, and returns how many payloads told of them. The other
// submissions of a list stay: they may be leads that wait.
func (s *Service) Forget(ctx context.Context, account attribution.AccountID, email string) (told int, err error) {
	for after := ""; ; {
		page, err := s.List(ctx, after, 50)
		if err != nil || len(page) == 0 {
			return told, err
		}
		for _, h := range page {
			if h.Account != account {
				continue
			}
			n, err := s.forgetIn(ctx, h.ID, email)
			if told += n; err != nil {
				return told, err
			}
		}
		after = page[len(page)-1].ID
	}
}

func (s *Service) forgetIn(ctx context.Context, hook, email string) (told int, err error) {
	docs, err := s.documents(ctx, hook)
	if err != nil {
		return 0, err
	}
	for _, d := range docs {
		p, err := s.decodePayload(hook, d)
		if err != nil {
			return told, err
		}
		if !p.without(email) {
			continue
		}
		told++
		if len(p.Body) > 0 {
			err = s.replace(ctx, &p, d.Version)
		} else {
			err = s.drop(ctx, &p)
		}
		if err != nil {
			return told, err
		}
	}
	return told, nil
}

// without cuts a person out of the body and reports whether they were in it. Nothing stays of a body that is not a list.
func (p *Payload) without(email string) bool {
	items, err := decode(p.ContentType, p.Body)
	if err != nil {
		items = []item{{raw: p.Body, leaves: []leaf{{value: string(p.Body)}}}}
	}
	keep, results := items[:0:0], p.Results[:0:0]
	for i, it := range items {
		if !it.tellsOf(email) {
			keep = append(keep, it)
			if i < len(p.Results) {
				results = append(results, p.Results[i])
			}
		}
	}
	if len(keep) == len(items) {
		return false
	}
	p.Body, p.Results = nil, results
	if len(keep) > 0 {
		list := make([]json.RawMessage, len(keep))
		for i, it := range keep {
			list[i] = it.raw
		}
		p.Body, _ = json.Marshal(list) // each was JSON before
	}
	if !slices.ContainsFunc(results, func(r Result) bool { return r.Status == Kept }) && p.State == Waiting {
		p.State, p.Reason = Taken, ""
	}
	return true
}

func (it item) tellsOf(email string) bool {
	return slices.ContainsFunc(it.leaves, func(l leaf) bool { return strings.Contains(strings.ToLower(l.value), email) }) ||
		bytes.Contains(bytes.ToLower(it.raw), []byte(email))
}

// drop removes a payload.
func (s *Service) drop(ctx context.Context, p *Payload) error {
	sh, err := s.open(ctx, p.Hook)
	if err != nil {
		return err
	}
	defer sh.mu.Unlock()
	if err := s.remove(ctx, payloadKey(p.Hook, p.ID.String())); err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	sh.kept = slices.DeleteFunc(sh.kept, func(k keptPayload) bool { return k.id == p.ID })
	return nil
}
