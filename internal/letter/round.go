package letter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/lease"
	"tributary/internal/mail"
	"tributary/internal/store"
)

const (
	lookEvery = time.Minute
	roundLife = 10 * time.Minute
	// late is how long after its moment a digest still goes out, where the program was away.
	late = 24 * time.Hour
	// leastBetween keeps a change of the day from bringing two digests within days.
	leastBetween = 6 * 24 * time.Hour
	// roundKind is the kind of document that says up to which moment digests have been queued; its key is the account.
	roundKind = "digest-round"
)

type round struct {
	Done time.Time `json:"done"` // the moment of the last digest that is queued for everybody
}

// Run queues each week's digests when they are due, until ctx ends. Of many processes one does; a second time there is
// nothing to do, because a mail of an affiliate and a week is one mail.
func (l *Letters) Run(ctx context.Context, account attribution.AccountID, log *slog.Logger) {
	if !l.o.Queue.CanSend() {
		return
	}
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		n, err := l.Round(ctx, account)
		switch {
		case err != nil && ctx.Err() == nil:
			log.Error("queueing the weekly digests; it is tried again", "error", err)
		case n > 0:
			log.Info("queued the weekly digests", "mails", n)
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return
		}
	}
}

// Round queues the digests that are due, and returns how many it queued.
func (l *Letters) Round(ctx context.Context, account attribution.AccountID) (queued int, err error) {
	now := l.o.Now()
	s, err := l.o.Settings(ctx, account)
	if err != nil {
		return 0, err
	}
	due, wanted := s.LastDigest(now)
	if !wanted || now.Sub(due) > late {
		return 0, nil
	}
	last, version, err := l.lastRound(ctx, account)
	if err != nil || due.Sub(last.Done) < leastBetween {
		return 0, err
	}
	held, err := lease.Take(ctx, l.o.Docs, roundKind+" "+string(account), roundLife, now)
	if errors.Is(err, lease.ErrHeld) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, held.Release(context.WithoutCancel(ctx))) }()
	if queued, err = l.queueAll(ctx, account, due); err != nil {
		return queued, err
	}
	value, err := json.Marshal(round{due})
	if err != nil {
		return queued, err
	}
	_, err = l.o.Docs.Put(ctx, roundKind, string(account), value, version)
	if errors.Is(err, store.ErrConflict) {
		err = nil // another process came to the same end
	}
	return queued, err
}

func (l *Letters) lastRound(ctx context.Context, account attribution.AccountID) (r round, version int64, err error) {
	doc, err := l.o.Docs.Get(ctx, roundKind, string(account))
	if errors.Is(err, store.ErrNotFound) {
		return r, 0, nil
	}
	if err == nil {
		err = json.Unmarshal(doc.Value, &r)
	}
	if err != nil {
		return r, 0, fmt.Errorf("reading when digests were sent last: %w", err)
	}
	return r, doc.Version, nil
}

func (l *Letters) queueAll(ctx context.Context, account attribution.AccountID, due time.Time) (queued int, err error) {
	for after := ""; ; {
		some, err := l.o.Store.Affiliates(ctx, account, after, 500)
		if err != nil {
			return queued, fmt.Errorf("listing affiliates: %w", err)
		}
		if len(some) == 0 {
			return queued, nil
		}
		for _, a := range some {
			after = a.ID
			isNew, err := l.queueOne(ctx, account, a, due)
			if err != nil {
				return queued, err
			}
			if isNew {
				queued++
			}
		}
	}
}

// queueOne queues a digest for who had something in the week: most have not, and need no mail to be dropped later.
func (l *Letters) queueOne(ctx context.Context, account attribution.AccountID, a attribution.Affiliate, due time.Time) (bool, error) {
	if !reachable(a) {
		return false, nil
	}
	off, err := l.IsOff(ctx, account, a.ID)
	if err != nil || off {
		return false, err
	}
	first, end := Week(due)
	tally, err := l.count(ctx, account, a, first, end)
	if err != nil || tally.Clicks+tally.OptIns == 0 {
		return false, err
	}
	p, err := l.o.Vault.Open(a.Email.Sealed, a.Email.Key)
	if err != nil {
		return false, fmt.Errorf("opening the address of affiliate %s: %w", a.ID, err)
	}
	return l.o.Queue.Put(ctx, mail.Mail{
		ID: idOf(due, a.ID), Account: account, Class: mail.Digest, Affiliate: a.ID, Week: first.Format(dayLayout), Masked: attribution.MaskEmail(p.Email),
	})
}
