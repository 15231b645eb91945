// Package lease lets one of many do a thing: of all processes over one store, one holds a name for a while.
//
// It is made of documents alone, so every engine has it. A holder that dies is replaced when its time is over, which each
// reader judges by its own clock: the clocks of replicas must agree better than a lease is long. A holder that is stopped
// for longer than its lease does not know that it has lost it, so what it writes at the end must be guarded by
// compare-and-swap besides.
package lease

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tributary/internal/store"
)

// ErrHeld is returned while another holds the name.
var ErrHeld = errors.New("another process holds this lease")

const kind = "lease"

// held is a lease at rest. The document's version tells whose it is.
type held struct {
	Until time.Time `json:"until"`
}

// Lease is a name in this hand.
type Lease struct {
	docs    store.Documents
	name    string
	version int64
}

// Take takes a name until now+life, or returns ErrHeld.
func Take(ctx context.Context, docs store.Documents, name string, life time.Duration, now time.Time) (*Lease, error) {
	d, err := docs.Get(ctx, kind, name)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, fmt.Errorf("lease %s: %w", name, err)
	}
	var h held
	if err == nil {
		if err := json.Unmarshal(d.Value, &h); err != nil {
			return nil, fmt.Errorf("lease %s: %w", name, err)
		}
	}
	if now.Before(h.Until) {
		return nil, ErrHeld
	}
	return take(ctx, docs, name, now.Add(life), d.Version)
}

// Seize takes a name from whoever holds it: for a process that alone has the store, where that one must be dead.
func Seize(ctx context.Context, docs store.Documents, name string, life time.Duration, now time.Time) (*Lease, error) {
	d, err := docs.Get(ctx, kind, name)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, fmt.Errorf("lease %s: %w", name, err)
	}
	return take(ctx, docs, name, now.Add(life), d.Version)
}

func take(ctx context.Context, docs store.Documents, name string, until time.Time, version int64) (*Lease, error) {
	version, err := put(ctx, docs, name, until, version)
	if err != nil {
		return nil, err
	}
	return &Lease{docs, name, version}, nil
}

// Extend holds the name until now+life, or returns ErrHeld where it has passed to another.
func (l *Lease) Extend(ctx context.Context, life time.Duration, now time.Time) error {
	version, err := put(ctx, l.docs, l.name, now.Add(life), l.version)
	if err == nil {
		l.version = version
	}
	return err
}

// Release gives the name back before its time. One that has passed to another stays there.
func (l *Lease) Release(ctx context.Context) error {
	// It is not deleted: versions begin again after that, and a holder who comes too late could take a later lease for
	// its own.
	_, err := put(ctx, l.docs, l.name, time.Time{}, l.version)
	if errors.Is(err, ErrHeld) {
		return nil
	}
	return err
}

// writing bounds how long a stop waits for a write.
const writing = 5 * time.Second

// put writes to the end, also when ctx ends meanwhile: whoever stops must know whether the lease is its own, to give it back.
// Otherwise nobody would have it until its time is over.
func put(ctx context.Context, docs store.Documents, name string, until time.Time, version int64) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, fmt.Errorf("lease %s: %w", name, err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writing)
	defer cancel()
	value, err := json.Marshal(held{until})
	if err != nil {
		return 0, err
	}
	version, err = docs.Put(ctx, kind, name, value, version)
	if errors.Is(err, store.ErrConflict) {
		return 0, ErrHeld
	}
	if err != nil {
		return 0, fmt.Errorf("lease %s: %w", name, err)
	}
	return version, nil
}
