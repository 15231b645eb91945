package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tributary/internal/store"
)

// sweepPage is how many documents are looked at in one read, so that no read lasts long.
const sweepPage = 500

// Sweep deletes what expired before now and returns how many documents that were. Nothing depends on it but the size of
// the store: what has expired opens nothing. Once an hour is plenty.
func (a *Auth) Sweep(ctx context.Context, now time.Time) (int, error) {
	swept := 0
	for _, kind := range []string{linkKind, sessionKind, deskLinkKind, deskSessionKind, knownKind, ceremonyKind} {
		n, err := a.sweep(ctx, kind, now)
		if swept += n; err != nil {
			return swept, err
		}
	}
	return swept, nil
}

func (a *Auth) sweep(ctx context.Context, kind string, now time.Time) (swept int, err error) {
	for after := ""; ; {
		docs, err := a.docs.List(ctx, kind, after, sweepPage)
		if err != nil {
			return swept, fmt.Errorf("listing %ss: %w", kind, err)
		}
		if len(docs) == 0 {
			return swept, nil
		}
		for _, doc := range docs {
			if gone, err := a.sweepOne(ctx, kind, doc, now); err != nil {
				return swept, err
			} else if gone {
				swept++
			}
		}
		after = docs[len(docs)-1].Key
	}
}

func (a *Auth) sweepOne(ctx context.Context, kind string, doc store.Document, now time.Time) (bool, error) {
	var g grant
	if err := json.Unmarshal(doc.Value, &g); err != nil {
		return false, fmt.Errorf("decoding a %s: %w", kind, err)
	}
	if now.Before(g.Expires) {
		return false, nil
	}
	err := a.docs.Delete(ctx, kind, doc.Key, doc.Version)
	if errors.Is(err, store.ErrConflict) { // renewed or used meanwhile
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("deleting an expired %s: %w", kind, err)
	}
	return true, nil
}
