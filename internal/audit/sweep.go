package audit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tributary/internal/store"
)

const (
	// Kept is how long an entry is kept.
	Kept = 2 * 365 * 24 * time.Hour
	// Most is how many are kept: a program that changes something each minute must not fill the disk.
	Most = 100_000
	// sweptAtOnce keeps one sweep from holding the store up: the next one goes on.
	sweptAtOnce = 2_000
)

// Sweep deletes entries that are older than Kept, and of more than Most the oldest.
func (l *Log) Sweep(ctx context.Context) error {
	after, err := l.oldestKept(ctx)
	if err != nil || after == "" {
		return err
	}
	docs, err := l.docs.List(ctx, Kind, after, sweptAtOnce)
	if err != nil {
		return fmt.Errorf("listing old entries of the audit log: %w", err)
	}
	for _, doc := range docs {
		if err := l.docs.Delete(ctx, Kind, doc.Key, doc.Version); err != nil && !errors.Is(err, store.ErrConflict) {
			return fmt.Errorf("deleting an old entry of the audit log: %w", err)
		}
	}
	return nil
}

// oldestKept is the key after which nothing is kept; "" where all is.
func (l *Log) oldestKept(ctx context.Context) (after string, err error) {
	cut := keyTime(l.now().Add(-Kept))
	for n := 0; n < Most; {
		docs, err := l.docs.List(ctx, Kind, after, min(findPage, Most-n))
		if err != nil {
			return "", fmt.Errorf("listing the audit log: %w", err)
		}
		if len(docs) == 0 {
			return "", nil
		}
		if docs[len(docs)-1].Key >= cut { // keys go down in time
			return cut, nil
		}
		n += len(docs)
		after = docs[len(docs)-1].Key
	}
	return after, nil
}
