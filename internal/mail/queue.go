package mail

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"tributary/internal/store"
)

// The kinds of documents that mails are; the key of each is its id. Those of a class that wait lie apart, so that a login
// link never stands behind ten thousand digests.
const (
	waitingKind = "mail-waiting-" // and the class
	endedKind   = "mail-ended"
)

// Writer writes what a mail says, at the moment of sending. An error is ErrNobody, or something that may be over later.
type Writer func(ctx context.Context, m Mail) (Letter, error)

// Options of a queue. Docs is needed; without Send nothing can be queued.
type Options struct {
	Docs    store.Documents
	Send    func(ctx context.Context, id string, l Letter) error // see Server.Send
	Writers map[Class]Writer
	Now     func() time.Time
	Logger  *slog.Logger
	// Pace is the least time between two digests: mail servers limit how many they take.
	Pace    time.Duration
	Settled func(Class, State) // is told what became of each attempt: Sent, Failed or Waiting; may be nil
}

// Queue keeps mails until they are sent, and for a while after.
type Queue struct {
	o       Options
	wake    map[Class]chan struct{}
	waiting map[Class]*atomic.Int64
}

// NewQueue makes a queue over the store. Its writers can be set until Run.
func NewQueue(o Options) *Queue {
	if o.Settled == nil {
		o.Settled = func(Class, State) {}
	}
	q := &Queue{o: o, wake: map[Class]chan struct{}{}, waiting: map[Class]*atomic.Int64{}}
	for _, class := range Classes {
		q.wake[class], q.waiting[class] = make(chan struct{}, 1), new(atomic.Int64)
	}
	return q
}

// Write has a class of mails written by a Writer. It belongs before Run.
func (q *Queue) Write(class Class, w Writer) {
	if q.o.Writers == nil {
		q.o.Writers = map[Class]Writer{}
	}
	q.o.Writers[class] = w
}

// CanSend says whether there is a mail server.
func (q *Queue) CanSend() bool { return q.o.Send != nil }

// Waiting is how many mails of a class wait, as far as this process saw last.
func (q *Queue) Waiting(class Class) int { return int(q.waiting[class].Load()) }

// IDAt is the id of a mail of a time: newer ones come first in a list. The same time and name are the same mail.
func IDAt(at time.Time, name string) string {
	return fmt.Sprintf("%014x-%s", uint64(1)<<52-uint64(at.UnixMilli()), name)
}

// NewID is the id of a mail that is like no other.
func NewID(now time.Time) string { return IDAt(now, uuid.NewString()) }

// Put queues a mail: when it returns without an error the mail is on disk. A mail whose id is known, even one that has been
// sent, is not queued again: false.
func (q *Queue) Put(ctx context.Context, m Mail) (bool, error) {
	if !q.CanSend() {
		return false, ErrNoServer
	}
	if _, err := q.o.Docs.Get(ctx, endedKind, m.ID); !errors.Is(err, store.ErrNotFound) {
		return false, err
	}
	now := q.o.Now().UTC()
	m.State, m.Created, m.Due = Waiting, now, now
	_, err := q.save(ctx, waitingKind+string(m.Class), m, 0)
	if errors.Is(err, store.ErrConflict) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("queueing a mail: %w", err)
	}
	q.rouse(m.Class)
	return true, nil
}

func (q *Queue) rouse(class Class) {
	select {
	case q.wake[class] <- struct{}{}:
	default:
	}
}

func (q *Queue) save(ctx context.Context, kind string, m Mail, version int64) (int64, error) {
	value, err := json.Marshal(m)
	if err != nil {
		return 0, err
	}
	return q.o.Docs.Put(ctx, kind, m.ID, value, version)
}

// List returns at most limit mails after a cursor ("" for the newest), newest first; state "" is all of them. Those that have
// ended are kept for Kept.
func (q *Queue) List(ctx context.Context, state State, after string, limit int) ([]Mail, error) {
	var found []Mail
	for _, kind := range kindsOf(state) {
		some, err := q.listKind(ctx, kind, state, after, limit)
		if err != nil {
			return nil, err
		}
		found = append(found, some...)
	}
	slices.SortFunc(found, func(a, b Mail) int { return strings.Compare(a.ID, b.ID) })
	found = slices.CompactFunc(found, func(a, b Mail) bool { return a.ID == b.ID }) // one that has just ended
	return found[:min(len(found), limit)], nil
}

func kindsOf(state State) []string {
	var waiting []string
	for _, class := range Classes {
		waiting = append(waiting, waitingKind+string(class))
	}
	switch state {
	case Waiting, Sending:
		return waiting
	case Sent, Failed:
		return []string{endedKind}
	}
	return append([]string{endedKind}, waiting...)
}

const pageSize = 100

func (q *Queue) listKind(ctx context.Context, kind string, state State, after string, limit int) (found []Mail, err error) {
	for len(found) < limit {
		docs, err := q.o.Docs.List(ctx, kind, after, pageSize)
		if err != nil {
			return nil, fmt.Errorf("listing mails: %w", err)
		}
		for _, doc := range docs {
			m, err := decode(doc)
			if err != nil {
				return nil, err
			}
			if after = doc.Key; state == "" || m.State == state {
				found = append(found, m)
			}
		}
		if len(docs) < pageSize {
			break
		}
	}
	return found, nil
}

func decode(doc store.Document) (m Mail, err error) {
	if err := json.Unmarshal(doc.Value, &m); err != nil {
		return m, fmt.Errorf("decoding a mail: %w", err)
	}
	return m, nil
}

// Kept is how long a mail that has ended is listed. It is longer than any mail could be asked for a second time.
const Kept = 30 * 24 * time.Hour

// Sweep deletes what ended before Kept.
func (q *Queue) Sweep(ctx context.Context) error {
	for after := ""; ; {
		docs, err := q.o.Docs.List(ctx, endedKind, after, pageSize)
		if err != nil || len(docs) == 0 {
			return err
		}
		for _, doc := range docs {
			m, err := decode(doc)
			if err != nil {
				return err
			}
			if after = doc.Key; q.o.Now().Sub(m.Ended) < Kept {
				continue
			}
			if err := q.o.Docs.Delete(ctx, endedKind, doc.Key, doc.Version); err != nil && !errors.Is(err, store.ErrConflict) {
				return fmt.Errorf("deleting an old mail: %w", err)
			}
		}
	}
}
