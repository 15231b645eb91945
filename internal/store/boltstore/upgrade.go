package boltstore

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	bolt "go.etcd.io/bbolt"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// addBuckets gives the accounts of an older file the buckets that have come since, with what stood in their forerunners.
// Most files have them all, and cost no commit.
func (s *Store) addBuckets() (err error) {
	defer guard(&err)
	defer faultsPanic()()
	lacking, err := s.lacking()
	if err != nil || len(lacking) == 0 {
		return err
	}
	return s.db.Update(func(tx *bolt.Tx) error {
		for _, name := range lacking {
			if err := s.upgrade(tx, attribution.AccountID(name)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Store) upgrade(tx *bolt.Tx, id attribution.AccountID) error {
	brokenDown := tx.Bucket(accountsBucket).Bucket([]byte(id)).Bucket([]byte("breakdowns")) != nil
	dated := tx.Bucket(accountsBucket).Bucket([]byte(id)).Bucket([]byte("undated")) != nil
	listed := tx.Bucket(accountsBucket).Bucket([]byte(id)).Bucket([]byte("parked")) != nil
	owned := tx.Bucket(accountsBucket).Bucket([]byte(id)).Bucket([]byte("owned")) != nil
	b, err := createAccount(tx, id)
	if err != nil {
		return err
	}
	a, err := s.newTxn(tx).account(id)
	if err == nil && b.Bucket([]byte("visitors")) != nil {
		err = a.joinMarks()
	}
	if err == nil && !brokenDown {
		err = a.breakDownAll()
	}
	if err == nil && !owned {
		err = a.listOwned()
	}
	if err == nil && !listed {
		err = a.listParked()
	}
	if err == nil && !dated {
		err = a.listAllUndated()
	}
	return err
}

// listOwned fills the index of opt-ins by affiliate and status, which takes the place of the one by affiliate. It is written in
// the order of its keys: bbolt moves what lies behind a new key, so any other order would take hours with a million.
func (a *accountTx) listOwned() error {
	var keys [][]byte
	err := a.table("optins").ascend(nil, nil, func(key, payload []byte) (bool, error) {
		var o attribution.OptIn
		if err := json.Unmarshal(payload, &o); err != nil {
			return false, fmt.Errorf("%w: opt-in %x: %w", store.ErrDamaged, key, err)
		}
		keys = append(keys, ownedEntry(&o))
		return true, nil
	})
	if err != nil {
		return fmt.Errorf("listing opt-ins by affiliate and status: %w", err)
	}
	slices.SortFunc(keys, bytes.Compare)
	for _, key := range keys {
		if err := a.table("owned").put(key, nil); err != nil {
			return err
		}
	}
	if a.bucket.Bucket([]byte("refs")) == nil {
		return nil
	}
	return a.bucket.DeleteBucket([]byte("refs"))
}

// listParked fills the index of parked jobs, which older files have not.
func (a *accountTx) listParked() error {
	prefix := jobKey(a.id, "")
	return a.tx.jobs().ascend(prefix, nil, func(key, _ []byte) (bool, error) {
		j, err := a.tx.job(key)
		if err == nil && j.State == store.Parked {
			err = a.table("parked").put(parkedKey(&j), nil)
		}
		return err == nil, err
	})
}

// lacking names the accounts that miss a bucket.
func (s *Store) lacking() (names [][]byte, err error) {
	err = s.db.View(func(tx *bolt.Tx) error {
		accounts := tx.Bucket(accountsBucket)
		if accounts == nil {
			return fmt.Errorf("%w: no accounts", store.ErrDamaged)
		}
		return accounts.ForEachBucket(func(name []byte) error {
			for _, bucket := range accountBuckets {
				if accounts.Bucket(name).Bucket([]byte(bucket)) == nil {
					names = append(names, append([]byte(nil), name...))
					return nil
				}
			}
			return nil
		})
	})
	return names, err
}

// sortLanes gives the jobs of an older file their lanes: its schedule had one. Most files need nothing, and cost no commit.
func (s *Store) sortLanes() (err error) {
	defer guard(&err)
	defer faultsPanic()()
	strays, err := s.strays()
	if err != nil || len(strays) == 0 {
		return err
	}
	return s.db.Update(func(tx *bolt.Tx) error {
		t := s.newTxn(tx)
		for _, stray := range strays {
			if err := t.due().move(stray.from, stray.to); err != nil {
				return fmt.Errorf("moving a job to its lane: %w", err)
			}
		}
		return nil
	})
}

type stray struct{ from, to []byte }

// strays are the places in the slow lane whose jobs belong to the fast one. What does not fit together is left for Check.
func (s *Store) strays() (found []stray, err error) {
	err = s.view(func(tx *txn) error {
		return tx.due().ascend(nil, lanes[1].from, func(key, _ []byte) (bool, error) {
			at, name := dueAt(key)
			var j store.Job
			there, err := tx.jobs().getJSON(name, &j)
			if j.Due = at; err == nil && there && j.IsFresh() {
				found = append(found, stray{bytes.Clone(key), dueKey(&j, name)})
			}
			return true, err
		})
	})
	return found, err
}
