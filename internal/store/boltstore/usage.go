package boltstore

import (
	"context"
	"os"

	"tributary/internal/store"
)

// Usage implements store.Store.
func (s *Store) Usage(ctx context.Context) (u store.Usage, err error) {
	err = s.view(func(tx *txn) error {
		u = store.Usage{Jobs: map[store.JobState]int{}}
		err := tx.jobs().ascend(nil, nil, func(key, _ []byte) (bool, error) {
			j, err := tx.job(key)
			u.Jobs[j.State]++
			return err == nil, err
		})
		if err != nil {
			return err
		}
		u.Quarantined = tx.quarantine().bucket.Stats().KeyN
		u.OldestDue, err = tx.firstDue()
		return err
	})
	if err != nil {
		return u, err
	}
	info, err := os.Stat(s.path)
	if err != nil {
		return u, err
	}
	stats := s.db.Stats()
	u.Bytes, u.FreePages = info.Size(), stats.FreePageN+stats.PendingPageN
	return u, nil
}
