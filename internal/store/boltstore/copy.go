package boltstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"tributary/internal/durable"
	"tributary/internal/store"
)

// FileIn is the path of the store in a data folder.
func FileIn(dir string) string { return filepath.Join(dir, fileName) }

// Snapshot implements store.Store. While it runs bbolt cannot use freed pages again, so the file grows meanwhile.
func (s *Store) Snapshot(ctx context.Context, open func(size int64) io.Writer) error {
	return s.view(func(tx *txn) error {
		n, err := tx.WriteTo(open(tx.Size()))
		if err != nil {
			return fmt.Errorf("copying the store, after %d of %d bytes: %w", n, tx.Size(), err)
		}
		return nil
	})
}

// OpenFile opens a store's file for reading alone: only Check and Snapshot may be called, and Release at the end.
// store.ErrInUse when a process that writes has it.
func OpenFile(path string) (s *Store, err error) {
	defer guard(&err)
	defer faultsPanic()()
	if info, err := os.Stat(path); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a file", path)
	}
	db, err := bolt.Open(path, 0o600, &bolt.Options{Timeout: lockWait, ReadOnly: true, PreLoadFreelist: true, FreelistType: bolt.FreelistMapType})
	if errors.Is(err, bolterrors.ErrTimeout) {
		return nil, fmt.Errorf("%w: %s", store.ErrInUse, filepath.Dir(path))
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %s cannot be opened: %w", store.ErrDamaged, path, err)
	}
	return &Store{db: db, path: path}, nil
}

// Release closes what OpenFile opened.
func (s *Store) Release() error { return s.db.Close() }

// CheckFile verifies a store's file as Check does.
func CheckFile(ctx context.Context, path string) error {
	s, err := OpenFile(path)
	if err != nil {
		return err
	}
	return errors.Join(s.Check(ctx), s.Release())
}

// compactStep bounds what one commit of a compaction holds in memory.
const compactStep = 16 << 20

// Compact writes the store of a data folder anew, without the pages that nothing uses any more: they take up room, and
// hold what was deleted. It returns the sizes before and after. store.ErrInUse while a process has the store open.
func Compact(ctx context.Context, dir string) (before, after int64, err error) {
	path := FileIn(dir)
	if _, err := os.Stat(path); err != nil {
		return 0, 0, err
	}
	db, err := openBolt(path) // for writing, although nothing is written: it keeps everybody else out
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	draft := path + ".compact"
	if err := os.Remove(draft); err != nil && !errors.Is(err, os.ErrNotExist) {
		return 0, 0, err
	}
	if err := compactInto(ctx, draft, db); err != nil {
		_ = os.Remove(draft) // the next compaction does it otherwise
		return 0, 0, fmt.Errorf("compacting: %w", err)
	}
	if before, after, err = sizes(path, draft); err != nil {
		return before, after, err
	}
	if err := os.Rename(draft, path); err != nil {
		return before, after, err
	}
	return before, after, durable.SyncFolder(dir)
}

// compactInto makes and verifies the new file. What is damaged in the old one must not become whole by a copy.
func compactInto(ctx context.Context, draft string, from *bolt.DB) (err error) {
	if err := (&Store{db: from, path: from.Path()}).Check(ctx); err != nil {
		return err
	}
	to, err := bolt.Open(draft, 0o600, &bolt.Options{FreelistType: bolt.FreelistMapType, NoSync: true})
	if err != nil {
		return err
	}
	if err := errors.Join(bolt.Compact(to, from, compactStep), to.Sync(), to.Close()); err != nil {
		return err
	}
	return CheckFile(ctx, draft)
}

func sizes(paths ...string) (first, second int64, err error) {
	var n [2]int64
	for i, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return 0, 0, err
		}
		n[i] = info.Size()
	}
	return n[0], n[1], nil
}
