package webhooks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tributary/internal/store"
)

// Kinds of document. A delivery lies under waitingKind until it has reached its end, and then, under the same key, under
// logKind. Both only while one that was delivered is replayed, or where a stop came between the two writes: the round
// tells which of the two holds.
const (
	waitingKind = "webhook-waiting"
	logKind     = "webhook-log"
	failingKind = "webhook-failing" // since when every attempt at an endpoint has failed; its key is the endpoint's id
)

// maxAge bounds the log, beside Options.Keep.
const maxAge = 30 * 24 * time.Hour

// get reads a delivery of a kind, or returns store.ErrNotFound.
func (s *Service) get(ctx context.Context, kind, key string) (d Delivery, version int64, err error) {
	doc, err := s.Store.Get(ctx, kind, key)
	if err != nil {
		return d, 0, err
	}
	return d, doc.Version, json.Unmarshal(doc.Value, &d)
}

func (s *Service) put(ctx context.Context, kind, key string, d *Delivery, version int64) error {
	value, err := json.Marshal(d)
	if err != nil {
		return err
	}
	_, err = s.Store.Put(ctx, kind, key, value, version)
	return err
}

func (s *Service) drop(ctx context.Context, kind, key string) error {
	for {
		doc, err := s.Store.Get(ctx, kind, key)
		if isGone(err) {
			return nil
		}
		if err == nil {
			err = s.Store.Delete(ctx, kind, key, doc.Version)
		}
		if !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
}

// shelve puts a delivery that has reached its end into the log, and only then takes it from those that wait.
func (s *Service) shelve(ctx context.Context, key string, d *Delivery) error {
	_, version, err := s.get(ctx, logKind, key)
	if err != nil && !isGone(err) {
		return err
	}
	d.Due = time.Time{}
	if err := s.put(ctx, logKind, key, d, version); err != nil {
		return fmt.Errorf("logging a delivery: %w", err)
	}
	return s.drop(ctx, waitingKind, key)
}

// list returns up to limit documents of an endpoint after a key, the latest first.
func (s *Service) list(ctx context.Context, kind, endpoint, after string, limit int) ([]store.Document, error) {
	prefix := keysOf(endpoint)
	docs, err := s.Store.List(ctx, kind, max(after, prefix), limit)
	if err != nil {
		return nil, err
	}
	end := slices.IndexFunc(docs, func(d store.Document) bool { return !strings.HasPrefix(d.Key, prefix) })
	if end >= 0 {
		docs = docs[:end]
	}
	return docs, nil
}

// chunk bounds one read.
const chunk = 200

// each calls fn for all documents of an endpoint of a kind, the latest first, until it returns false.
func (s *Service) each(ctx context.Context, kind, endpoint, after string, fn func(store.Document) (bool, error)) error {
	for {
		docs, err := s.list(ctx, kind, endpoint, after, chunk)
		if err != nil {
			return err
		}
		for _, d := range docs {
			if more, err := fn(d); err != nil || !more {
				return err
			}
		}
		if len(docs) < chunk {
			return nil
		}
		after = docs[len(docs)-1].Key
	}
}

// clear removes everything that is kept of an endpoint.
func (s *Service) clear(ctx context.Context, endpoint string) error {
	for _, kind := range []string{waitingKind, logKind} {
		err := s.each(ctx, kind, endpoint, "", func(d store.Document) (bool, error) { return true, s.drop(ctx, kind, d.Key) })
		if err != nil {
			return err
		}
	}
	return s.drop(ctx, failingKind, endpoint)
}

// prune takes from an endpoint's log what is too much or too old.
func (s *Service) prune(ctx context.Context, endpoint string) error {
	n, oldest := 0, s.Now().Add(-maxAge)
	return s.each(ctx, logKind, endpoint, "", func(doc store.Document) (bool, error) {
		var d Delivery
		if err := json.Unmarshal(doc.Value, &d); err != nil {
			return false, err
		}
		if n++; n <= s.Keep && d.At.After(oldest) {
			return true, nil
		}
		return true, s.drop(ctx, logKind, doc.Key)
	})
}

// failingSince is when the first of the failures came after which nothing has succeeded; zero while all is well.
func (s *Service) failingSince(ctx context.Context, endpoint string) (since time.Time, err error) {
	doc, err := s.Store.Get(ctx, failingKind, endpoint)
	if isGone(err) {
		return since, nil
	}
	if err == nil {
		err = since.UnmarshalText(doc.Value)
	}
	return since, err
}

func (s *Service) setFailing(ctx context.Context, endpoint string, since time.Time) error {
	if since.IsZero() {
		return s.drop(ctx, failingKind, endpoint)
	}
	value, err := since.UTC().MarshalText()
	if err != nil {
		return err
	}
	_, err = s.Store.Put(ctx, failingKind, endpoint, value, 0)
	if errors.Is(err, store.ErrConflict) { // it has been failing for longer
		return nil
	}
	return err
}

// FailingSince is when the attempts at an endpoint began to fail, all of them; zero while it works.
func (s *Service) FailingSince(ctx context.Context, endpoint string) (time.Time, error) {
	return s.failingSince(ctx, endpoint)
}
