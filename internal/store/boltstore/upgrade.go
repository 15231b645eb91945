package boltstore

import (
	"fmt"

	bolt "go.etcd.io/bbolt"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// addBuckets gives the accounts of an older file the buckets that have come since, with what stood in their forerunners. Most files have them all, and cost no
// commit.
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
	b, err := createAccount(tx, id)
	if err != nil || b.Bucket([]byte("visitors")) == nil {
		return err
	}
	a, err := s.newTxn(tx).account(id)
	if err != nil {
		return err
	}
	return a.joinMarks()
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
