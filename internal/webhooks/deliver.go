package webhooks

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"tributary/internal/attribution"
)

// again is when a delivery is tried again that failed for a reason of our own, such as a full disk. It costs no attempt.
const again = 5 * time.Second

// Days after which an endpoint that has only failed is disabled, and how many failures that takes.
const (
	longestFailing = 5 * 24 * time.Hour
	fewestFailures = 3
)

// deliver makes one attempt, and returns when the next one is due; zero for none.
func (l *lane) deliver(ctx context.Context, key string) time.Time {
	due, err := l.attempt(ctx, key)
	if err == nil {
		return due
	}
	if ctx.Err() == nil { // otherwise we stop: what was in hand comes again at the next start
		l.s.Logger.Error("delivering to a webhook", "webhook", l.id, "error", err)
	}
	due = l.s.Now().Add(again)
	l.mu.Lock()
	defer l.mu.Unlock()
	if due.After(l.rests) {
		l.rests = due
	}
	return due
}

func (l *lane) attempt(ctx context.Context, key string) (time.Time, error) {
	d, version, err := l.s.get(ctx, waitingKind, key)
	if isGone(err) {
		return time.Time{}, nil
	}
	e := l.s.endpoint(l.id)
	if err != nil || e == nil || !e.Enabled { // it stays where it is, for when the endpoint is enabled
		return time.Time{}, err
	}
	a, until, err := l.s.send(ctx, e, &d)
	var untold *errUntold
	if errors.As(err, &untold) {
		d.State, d.Reason = GaveUp, untold.why
		return time.Time{}, l.s.shelve(ctx, key, &d)
	}
	if err != nil {
		return time.Time{}, err
	}
	if ctx.Err() != nil && !a.Succeeded() {
		return time.Time{}, ctx.Err()
	}
	return l.note(context.WithoutCancel(ctx), key, d, version, a, until)
}

// note writes down how an attempt went and what follows.
func (l *lane) note(ctx context.Context, key string, d Delivery, version int64, a Attempt, until time.Time) (time.Time, error) {
	if err := l.s.unsayErased(ctx, &d, &a); err != nil {
		return time.Time{}, err
	}
	d.add(a)
	d.Tries++
	if a.Succeeded() {
		d.State, d.Reason = Delivered, ""
		return time.Time{}, errors.Join(l.s.shelve(ctx, key, &d), l.succeeded(ctx))
	}
	if err := l.failed(ctx, a, until); err != nil {
		return time.Time{}, err
	}
	d.Reason = a.Error
	due, more := Next(l.s.Now(), d.Tries, l.s.luck())
	if !more {
		d.State, d.Reason = GaveUp, fmt.Sprintf("given up after %d attempts: %s", d.Tries, a.Error)
		return time.Time{}, l.s.shelve(ctx, key, &d)
	}
	if d.Due = due.UTC(); until.After(due) {
		d.Due = until.UTC()
	}
	return d.Due, l.s.put(ctx, waitingKind, key, &d, version)
}

// unsayErased keeps nothing of an answer that may tell of a person who was erased while the endpoint answered.
func (s *Service) unsayErased(ctx context.Context, d *Delivery, a *Attempt) error {
	if len(a.Sealed) == 0 || d.Type == Ping {
		return nil
	}
	o, err := s.Store.OptIn(ctx, s.Account, d.OptIn)
	if err == nil && o.Status == attribution.Erased || isGone(err) {
		a.Sealed, a.Answer = nil, ""
		return nil
	}
	return err
}

func (l *lane) succeeded(ctx context.Context) error {
	l.mu.Lock()
	first := l.failures > 0 || l.done == 0
	l.failures, l.rests = 0, time.Time{}
	l.done++
	prune := l.done%max(1, l.s.Keep/4) == 0 // now and then: it reads the whole log
	l.mu.Unlock()
	var err error
	if first { // also after a start: who knows how it was before
		err = l.s.setFailing(ctx, l.id, time.Time{})
	}
	if prune {
		err = errors.Join(err, l.s.prune(ctx, l.id))
	}
	return err
}

func (l *lane) failed(ctx context.Context, a Attempt, until time.Time) error {
	now := l.s.Now()
	l.mu.Lock()
	l.failures++
	failures := l.failures
	pause := now.Add(rest(failures))
	if asked(a.Status) && until.After(pause) {
		pause = until
	}
	if pause.After(l.rests) {
		l.rests = pause
	}
	l.mu.Unlock()
	if a.Status == http.StatusGone {
		return l.disable(ctx, "it answered 410 Gone, which asks for no more")
	}
	if failures == 1 {
		if err := l.s.setFailing(ctx, l.id, a.At); err != nil {
			return err
		}
	}
	since, err := l.s.failingSince(ctx, l.id)
	if err != nil || since.IsZero() || now.Sub(since) < longestFailing || failures < fewestFailures {
		return err
	}
	return l.disable(ctx, fmt.Sprintf("every attempt has failed since %s, the last one because %s", since.Format(time.RFC3339), a.Error))
}

// asked reports whether an answer is about the endpoint as a whole: then its Retry-After holds for all deliveries.
func asked(status int) bool {
	return status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable || status == http.StatusBadGateway || status == http.StatusGatewayTimeout
}

func (l *lane) disable(ctx context.Context, reason string) error {
	return l.s.disable(ctx, l.id, reason)
}
