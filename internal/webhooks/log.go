package webhooks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// ErrDisabled is returned for what an endpoint that is disabled cannot be asked to do.
var ErrDisabled = errors.New("this webhook is disabled: enable it first")

// Deliveries lists up to limit deliveries of an endpoint, the latest event first, those after the one named ("" for the
// latest), of a state ("" for all).
func (s *Service) Deliveries(ctx context.Context, endpoint string, state State, after string, limit int) (found []Delivery, err error) {
	if _, err := s.Endpoint(ctx, endpoint); err != nil {
		return nil, err
	}
	from := ""
	if after != "" {
		if from, err = key(endpoint, after); err != nil {
			return nil, err
		}
	}
	waiting, err := s.shown(ctx, waitingKind, endpoint, state, from, limit)
	if err != nil {
		return nil, err
	}
	logged, err := s.shown(ctx, logKind, endpoint, state, from, limit)
	if err != nil {
		return nil, err
	}
	return merged(waiting, logged, limit), nil
}

// merged puts two lists in one order. One that is in both is replayed: the one that waits says how it stands.
func merged(waiting, logged []Delivery, limit int) []Delivery {
	logged = slices.DeleteFunc(logged, func(d Delivery) bool {
		return slices.ContainsFunc(waiting, func(w Delivery) bool { return w.ID == d.ID })
	})
	all := append(waiting, logged...)
	slices.SortFunc(all, func(a, b Delivery) int { return strings.Compare(b.ID, a.ID) })
	return all[:min(limit, len(all))]
}

func (s *Service) shown(ctx context.Context, kind, endpoint string, state State, from string, limit int) (found []Delivery, err error) {
	err = s.each(ctx, kind, endpoint, from, func(doc store.Document) (bool, error) {
		if len(found) == limit {
			return false, nil
		}
		var d Delivery
		if err := json.Unmarshal(doc.Value, &d); err != nil {
			return false, err
		}
		if state == "" || d.State == state {
			found = append(found, s.readable(d))
		}
		return true, nil
	})
	return found, err
}

// readable opens the answers of a delivery.
func (s *Service) readable(d Delivery) Delivery {
	for i := range d.Attempts {
		a := &d.Attempts[i]
		if len(a.Sealed) == 0 {
			continue
		}
		text, err := s.Sealer.OpenBytes(a.Sealed, answerKind, d.ID)
		if err != nil {
			text = []byte("(this answer cannot be read: it was stored with another secret key)")
		}
		a.Answer = strings.ToValidUTF8(string(text), "\ufffd")
	}
	return d
}

// Delivery returns one delivery of an endpoint, or store.ErrNotFound.
func (s *Service) Delivery(ctx context.Context, endpoint, id string) (Delivery, error) {
	k, err := key(endpoint, id)
	if err != nil {
		return Delivery{}, err
	}
	d, _, err := s.get(ctx, waitingKind, k)
	if isGone(err) {
		d, _, err = s.get(ctx, logKind, k)
	}
	return s.readable(d), err
}

// Replay sends an event again, under the same webhook-id: one that waits comes now, one of the log begins its schedule anew.
func (s *Service) Replay(ctx context.Context, endpoint, id string) (Delivery, error) {
	e, err := s.Endpoint(ctx, endpoint)
	if err != nil {
		return Delivery{}, err
	}
	if !e.Enabled {
		return Delivery{}, ErrDisabled
	}
	k, err := key(endpoint, id)
	if err != nil {
		return Delivery{}, err
	}
	d, version, err := s.get(ctx, waitingKind, k)
	if isGone(err) {
		d, _, err = s.get(ctx, logKind, k)
		d.State, d.Tries, d.Round, d.Reason = Waiting, 0, d.Round+1, ""
	}
	if err != nil {
		return d, err
	}
	if d.Type == Ping {
		return d, &Wrong{"delivery", "is a test: send another test"}
	}
	d.Due = s.Now().UTC()
	if err := s.put(ctx, waitingKind, k, &d, version); err != nil {
		return d, err
	}
	s.push(endpoint, k, d.Due)
	return s.readable(d), s.nudge(ctx)
}

// ReplayFailed sends all events again that were given up and happened at or after a time. It returns how many.
func (s *Service) ReplayFailed(ctx context.Context, endpoint string, since time.Time) (n int, err error) {
	e, err := s.Endpoint(ctx, endpoint)
	if err != nil {
		return 0, err
	}
	if !e.Enabled {
		return 0, ErrDisabled
	}
	err = s.each(ctx, logKind, endpoint, "", func(doc store.Document) (bool, error) {
		var d Delivery
		if err := json.Unmarshal(doc.Value, &d); err != nil {
			return false, err
		}
		if d.State != GaveUp || d.Type == Ping || d.At.Before(since) {
			return true, nil
		}
		_, err := s.Replay(ctx, endpoint, d.ID)
		if errors.Is(err, store.ErrConflict) { // another hand replays it at this moment
			return true, nil
		}
		n++
		return true, err
	})
	return n, err
}

// Test sends a ping now, once, to an endpoint that is enabled or not, and returns how it went.
func (s *Service) Test(ctx context.Context, endpoint string) (Delivery, error) {
	e, err := s.Endpoint(ctx, endpoint)
	if err != nil {
		return Delivery{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Delivery{}, err
	}
	d := newDelivery(id, endpoint, Ping, uuid.Nil, s.Now())
	a, _, err := s.send(ctx, &e, &d)
	if err != nil {
		return d, fmt.Errorf("testing webhook %s: %w", endpoint, err)
	}
	d.add(a)
	d.Tries, d.State, d.Reason = 1, GaveUp, a.Error
	if a.Succeeded() {
		d.State = Delivered
	}
	k, err := key(endpoint, d.ID)
	if err == nil {
		err = s.put(context.WithoutCancel(ctx), logKind, k, &d, 0)
	}
	return s.readable(d), err
}

// ForgetErased removes the answers that endpoints gave to events of people who are erased by now: they may repeat what
// they were told. It returns how many deliveries had any.
func (s *Service) ForgetErased(ctx context.Context) (n int, err error) {
	all, err := s.Endpoints(ctx)
	if err != nil {
		return 0, err
	}
	for _, e := range all {
		for _, kind := range []string{waitingKind, logKind} {
			err := s.each(ctx, kind, e.ID, "", func(doc store.Document) (bool, error) {
				had, err := s.forgetAnswers(ctx, kind, doc.Key)
				if had {
					n++
				}
				return true, err
			})
			if err != nil {
				return n, err
			}
		}
	}
	return n, nil
}

func (s *Service) forgetAnswers(ctx context.Context, kind, key string) (had bool, err error) {
	for {
		d, version, err := s.get(ctx, kind, key)
		if isGone(err) {
			return false, nil
		}
		told := slices.ContainsFunc(d.Attempts, func(a Attempt) bool { return len(a.Sealed) > 0 })
		if err != nil || !told || d.Type == Ping {
			return false, err
		}
		o, err := s.Store.OptIn(ctx, s.Account, d.OptIn)
		if err != nil && !isGone(err) || err == nil && o.Status != attribution.Erased {
			return false, err
		}
		for i := range d.Attempts {
			d.Attempts[i].Sealed = nil
		}
		err = s.put(ctx, kind, key, &d, version)
		if !errors.Is(err, store.ErrConflict) {
			return true, err
		}
	}
}
