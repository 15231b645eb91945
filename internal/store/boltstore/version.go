package boltstore

import (
	"context"
	"strconv"
	"sync"
	"time"

	"tributary/internal/attribution"
)

// changeKey is whose counts or opt-ins have changed; the empty reference stands for the account.
type changeKey struct {
	account attribution.AccountID
	ref     attribution.Ref
}

// versions number the commits that changed something, by whom it belongs to. They live in memory: one process owns the
// file, and after a restart every page is a new one, because the era is.
type versions struct {
	mu  sync.Mutex
	era string
	n   uint64
	of  map[changeKey]uint64
}

// versionLimit bounds the references that are remembered: a flood of made-up ones begins a new era.
const versionLimit = 100_000

func newVersions() versions {
	return versions{era: newEra(), of: map[changeKey]uint64{}}
}

func newEra() string { return strconv.FormatInt(time.Now().UnixNano(), 36) }

// note gives what a commit has changed a new version.
func (v *versions) note(changed map[changeKey]bool) {
	if len(changed) == 0 {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.of)+len(changed) > versionLimit {
		clear(v.of)
		v.era = newEra()
	}
	v.n++
	for key := range changed {
		v.of[key] = v.n
	}
}

func (v *versions) version(key changeKey) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.era + "." + strconv.FormatUint(v.of[key], 36)
}

// Version implements store.Store.
func (s *Store) Version(_ context.Context, account attribution.AccountID, ref attribution.Ref) (string, error) {
	if ref.Kind == attribution.ByCode {
		err := s.readAccount(account, func(a *accountTx) (err error) {
			ref, err = a.canonicalInRead(ref)
			return err
		})
		if err != nil {
			return "", err
		}
	}
	return s.versions.version(changeKey{account, ref}), nil
}
