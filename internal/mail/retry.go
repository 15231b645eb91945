package mail

import (
	"context"
	"errors"
	"fmt"

	"tributary/internal/store"
)

var (
	// ErrNotFailed is returned by Retry for a mail that was not given up.
	ErrNotFailed = errors.New("this mail was not given up")
	// ErrAddressGone is returned by Retry for a mail to whoever has an address: the address is not kept after its end.
	ErrAddressGone = errors.New("the address of this mail was not kept: whom it was for asks for another one")
)

// Retry has a mail that was given up written and sent anew, and returns the new one: it says what is true now, and goes to the
// address of now. The old one stays in the list. A second Retry of the same gives the same. store.ErrNotFound,
// ErrNotFailed, ErrAddressGone or ErrNoServer.
func (q *Queue) Retry(ctx context.Context, id string) (Mail, error) {
	if !q.CanSend() {
		return Mail{}, ErrNoServer
	}
	old, err := q.one(ctx, id)
	if err != nil {
		return old, err
	}
	if old.State != Failed {
		return old, ErrNotFailed
	}
	if old.Affiliate == "" && old.User == "" {
		return old, ErrAddressGone
	}
	again := Mail{ID: old.ID + "-again", Account: old.Account, Class: old.Class, Affiliate: old.Affiliate, User: old.User, Week: old.Week, Language: old.Language, Masked: old.Masked}
	if _, err := q.Put(ctx, again); err != nil {
		return old, err
	}
	again.State, again.Created, again.Due = Waiting, q.o.Now().UTC(), q.o.Now().UTC()
	if known, err := q.one(ctx, again.ID); err == nil {
		return known, nil
	}
	return again, nil // it has just passed from one list to the other
}

// one is a mail by its id, ended or not.
func (q *Queue) one(ctx context.Context, id string) (Mail, error) {
	for _, kind := range kindsOf("") {
		doc, err := q.o.Docs.Get(ctx, kind, id)
		if err == nil {
			return decode(doc)
		}
		if !errors.Is(err, store.ErrNotFound) {
			return Mail{}, fmt.Errorf("reading a mail: %w", err)
		}
	}
	return Mail{}, store.ErrNotFound
}

// CanRetry tells whether Retry would take a mail.
func (m Mail) CanRetry() bool { return m.State == Failed && (m.Affiliate != "" || m.User != "") }
