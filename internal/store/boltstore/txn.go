package boltstore

import (
	"errors"
	"fmt"
	"runtime/debug"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// txn is one transaction with its tables.
type txn struct {
	*bolt.Tx
	s        *Store
	accounts map[attribution.AccountID]*accountTx
	tables   map[string]table
	tallies  map[tallyKey]attribution.Tally // nil in a read
	parts    map[partKey]attribution.Part   // likewise
	changed  map[changeKey]bool             // whose pages look different after the commit; likewise
}

type tallyKey struct {
	account attribution.AccountID
	ref     attribution.Ref
	hour    attribution.Hour
}

// accountTx is an account within a transaction. An account that nothing was written for has no tables in a read.
type accountTx struct {
	tx     *txn
	id     attribution.AccountID
	bucket *bolt.Bucket
	tables map[string]table     // those that were used
	cache  *accountCache        // nil in a read
	lists  map[valuesOf]*values // that were read, in a read
}

func (s *Store) newTxn(tx *bolt.Tx) *txn {
	return &txn{Tx: tx, s: s, accounts: map[attribution.AccountID]*accountTx{}, tables: map[string]table{}}
}

// view runs a read. A damaged page can make bbolt panic or read outside its mapping; both come back as ErrDamaged.
func (s *Store) view(fn func(*txn) error) (err error) {
	defer guard(&err)
	defer faultsPanic()()
	err = s.db.View(func(tx *bolt.Tx) error { return fn(s.newTxn(tx)) })
	if errors.Is(err, bolterrors.ErrDatabaseNotOpen) {
		return store.ErrClosed
	}
	return err
}

// guard turns a panic of bbolt on a damaged file into an error. Use it with defer, around every use of the file.
func guard(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("%w: %v", store.ErrDamaged, r)
	}
}

// faultsPanic lets guard catch a read outside the mapping, which otherwise ends the program. The runtime keeps this
// setting by goroutine; the returned func restores it.
func faultsPanic() func() {
	before := debug.SetPanicOnFault(true)
	return func() { debug.SetPanicOnFault(before) }
}

func (tx *txn) table(name []byte) table {
	t, ok := tx.tables[string(name)]
	if !ok {
		t = newTable(string(name), tx.Bucket(name), tx)
		tx.tables[string(name)] = t
	}
	return t
}

func (tx *txn) jobs() table       { return tx.table(jobsBucket) }
func (tx *txn) due() table        { return tx.table(dueBucket) }
func (tx *txn) quarantine() table { return tx.table(quarantineBucket) }

// documents returns the table of a kind; false in a read when there is none.
func (tx *txn) documents(kind string) (table, bool, error) {
	name := "documents/" + kind
	if t, ok := tx.tables[name]; ok {
		return t, true, nil
	}
	b, err := child(tx.Bucket(documentsBucket), []byte(kind), tx.Writable())
	if b == nil || err != nil {
		return table{}, false, err
	}
	tx.tables[name] = newTable(name, b, tx)
	return tx.tables[name], true, nil
}

func child(parent *bolt.Bucket, name []byte, create bool) (*bolt.Bucket, error) {
	if b := parent.Bucket(name); b != nil || !create {
		return b, nil
	}
	b, err := parent.CreateBucket(name)
	if err != nil {
		return nil, fmt.Errorf("creating bucket %s: %w", name, err)
	}
	return b, nil
}

// account returns an account's tables. In a write they are made when missing; in a read a missing account is
// store.ErrNotFound.
func (tx *txn) account(id attribution.AccountID) (*accountTx, error) {
	if a, ok := tx.accounts[id]; ok {
		return a, nil
	}
	b := tx.Bucket(accountsBucket).Bucket([]byte(id))
	if b == nil && !tx.Writable() {
		return nil, store.ErrNotFound
	}
	if b == nil {
		var err error
		if b, err = createAccount(tx.Tx, id); err != nil {
			return nil, err
		}
	}
	a := &accountTx{tx: tx, id: id, bucket: b, tables: map[string]table{}, lists: map[valuesOf]*values{}}
	if tx.Writable() {
		a.cache = tx.s.cache(id)
	}
	tx.accounts[id] = a
	return a, nil
}

func createAccount(tx *bolt.Tx, id attribution.AccountID) (*bolt.Bucket, error) {
	b, err := tx.Bucket(accountsBucket).CreateBucketIfNotExists([]byte(id))
	for _, name := range accountBuckets {
		if err == nil {
			_, err = b.CreateBucketIfNotExists([]byte(name))
		}
	}
	if err != nil {
		return nil, fmt.Errorf("creating the buckets of account %s: %w", id, err)
	}
	return b, nil
}

// Keys led by time are appended: half-full pages would stay so for ever. The record of a visitor who comes back for another
// affiliate grows by a byte or two, though, in the middle of a page, and splits one that is too full.
var fillPercents = map[string]float64{"events": 0.95, "visits": 0.85}

// table opens a table when it is first used: most transactions use a few.
func (a *accountTx) table(name string) table {
	if t, ok := a.tables[name]; ok {
		return t
	}
	b := a.bucket.Bucket([]byte(name)) // there since createAccount; where damage took it, guard catches the panic
	if fill, ok := fillPercents[name]; ok {
		b.FillPercent = fill
	}
	a.tables[name] = newTable(string(a.id)+"/"+name, b, a.tx)
	return a.tables[name]
}
