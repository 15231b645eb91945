// Package boltstore is the default storage engine: one bbolt file in the data folder, owned by one process.
package boltstore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"tributary/internal/attribution"
	"tributary/internal/durable"
	"tributary/internal/store"
)

const (
	fileName = "tributary.db"
	// lockWait is how long Open waits for another process to let go: long enough for a restart, short enough to tell.
	lockWait = time.Second
	// mapSize is address space reserved at open. Growing a mapping waits for every reader, so it should be rare.
	mapSize = 1 << 30
)

// Options configure an engine.
type Options struct {
	Dir string // the data folder; it is made when it is not there
	// QuarantineLimit is how many records the quarantine may hold; 0 means 100,000.
	QuarantineLimit int
	// Committed is told of every commit: how many writes it held, and how long it took to reach the disk.
	Committed func(writes int, took time.Duration)
}

// Store is a bbolt file with one committer. It implements store.Store.
type Store struct {
	db              *bolt.DB
	path            string
	ops             chan *op
	stop            chan struct{}
	gone            chan struct{} // closed when the committer has ended
	stopped         sync.WaitGroup
	closing         sync.Once
	quarantineLimit int
	committed       func(writes int, took time.Duration)

	versions  versions
	putOff    atomic.Int64 // credit jobs that were put off and are to be done again
	standings standings

	// Owned by the committer.
	quarantined int
	lookups     int
	caches      map[string]*accountCache
	tallies     map[tallyKey]attribution.Tally // of the transaction that runs
	parts       map[partKey]attribution.Part   // likewise
	arena       arena
	broken      error
	handed      uint64 // jobs that were handed out while both lanes had some
}

var _ store.Store = (*Store)(nil)

// Open opens or creates the store in a folder. store.ErrInUse when another process has it.
func Open(o Options) (*Store, error) {
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the data folder: %w", err)
	}
	path := filepath.Join(o.Dir, fileName)
	db, err := openFile(path)
	if err != nil {
		return nil, err
	}
	s := &Store{db: db, path: path, ops: make(chan *op, 4096), stop: make(chan struct{}), gone: make(chan struct{}), caches: map[string]*accountCache{}, tallies: map[tallyKey]attribution.Tally{}, parts: map[partKey]attribution.Part{}, versions: newVersions(), quarantineLimit: o.QuarantineLimit}
	if s.quarantineLimit == 0 {
		s.quarantineLimit = 100_000
	}
	if s.committed = o.Committed; s.committed == nil {
		s.committed = func(int, time.Duration) {}
	}
	if err := errors.Join(s.addBuckets(), s.sortLanes(), s.load()); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	s.stopped.Go(s.commitLoop)
	return s, nil
}

func openFile(path string) (*bolt.DB, error) {
	_, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return createFile(path)
	}
	if err != nil {
		return nil, fmt.Errorf("looking for the store: %w", err)
	}
	return openBolt(path)
}

// createFile makes the store under another name and moves it in place when it is whole, because a power cut in the
// middle of the very first write would leave a file that never opens again. The lock goes with the open file.
func createFile(path string) (*bolt.DB, error) {
	draft := path + ".new"
	db, err := openBolt(draft)
	if err != nil {
		return nil, err
	}
	if err := placeFile(db, draft, path); err != nil {
		return nil, errors.Join(fmt.Errorf("creating the store: %w", err), db.Close())
	}
	return db, nil
}

func placeFile(db *bolt.DB, draft, path string) error {
	if err := db.Update(createBuckets); err != nil {
		return err
	}
	if err := db.Sync(); err != nil {
		return err
	}
	if err := os.Rename(draft, path); err != nil {
		return err
	}
	return durable.SyncFolder(filepath.Dir(path))
}

func createBuckets(tx *bolt.Tx) error {
	for _, name := range topBuckets {
		if _, err := tx.CreateBucketIfNotExists(name); err != nil {
			return err
		}
	}
	return nil
}

func openBolt(path string) (db *bolt.DB, err error) {
	defer guard(&err)
	defer faultsPanic()()
	db, err = bolt.Open(path, 0o600, &bolt.Options{
		Timeout:         lockWait,
		FreelistType:    bolt.FreelistMapType,
		InitialMmapSize: mapSize,
		// The freelist is synced, although it costs a page in every commit: without it bbolt walks the whole file at open, in
		// a goroutine of its own, where the panic of a damaged page cannot be caught and ends the program.
		NoFreelistSync: false,
	})
	if errors.Is(err, bolterrors.ErrTimeout) {
		return nil, fmt.Errorf("%w: %s", store.ErrInUse, filepath.Dir(path))
	}
	for _, damage := range []error{bolterrors.ErrInvalid, bolterrors.ErrVersionMismatch, bolterrors.ErrChecksum} {
		if errors.Is(err, damage) {
			return nil, fmt.Errorf("%w: %s: %w", store.ErrDamaged, path, err)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	return db, nil
}

// load counts what has a limit.
func (s *Store) load() error {
	return s.view(func(tx *txn) error {
		s.quarantined = tx.quarantine().bucket.Stats().KeyN
		waiting, standing := int64(0), map[standing]int{}
		err := tx.jobs().ascend(nil, nil, func(key, _ []byte) (bool, error) {
			if isLookup(key) {
				s.lookups++
			}
			j, err := tx.job(key)
			waiting += one(isPutOff(&j))
			standing[standingOf(&j)]++
			return true, err
		})
		s.putOff.Store(waiting)
		s.standings.set(standing)
		return err
	})
}

// Close waits for what is being committed and releases the file. What was not yet begun returns store.ErrClosed.
func (s *Store) Close() (err error) {
	s.closing.Do(func() {
		close(s.stop)
		s.stopped.Wait()
		err = s.db.Close()
	})
	return err
}

// Ping commits an empty write.
func (s *Store) Ping(ctx context.Context) error {
	return s.write(ctx, func(*txn) error { return nil })
}
