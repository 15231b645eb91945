package boltstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"syscall"
	"time"

	"tributary/internal/store"
)

// op is one write on its way to disk.
type op struct {
	apply func(*txn) error
	err   error
	done  chan struct{}
	begun atomic.Bool // by the committer, or by a caller who goes away before that: whoever is first has it
}

// begin says whether the op is still to be had.
func (o *op) begin() bool { return o.begun.CompareAndSwap(false, true) }

// maxBatch bounds one commit, so that a burst cannot make one caller wait for all others.
const maxBatch = 2048

// write hands fn to the committer and waits until its effect is on disk. fn may run more than once, with what it did
// before undone. When it returns one of the answers below, it must not have written anything. When ctx ends, fn either does not
// run at all, or write waits for its outcome: nobody is left in doubt, and fn may set what its caller returns.
func (s *Store) write(ctx context.Context, fn func(*txn) error) error {
	o := &op{apply: fn, done: make(chan struct{})}
	select {
	case s.ops <- o:
	case <-s.stop:
		return store.ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-o.done:
		return o.err
	case <-s.gone:
		return o.left()
	case <-ctx.Done():
	}
	if o.begin() {
		return ctx.Err()
	}
	select {
	case <-o.done:
		return o.err
	case <-s.gone:
		return o.left()
	}
}

// left is what became of an op when the committer went: nobody is there to look at it, unless it was finished just before.
func (o *op) left() error {
	select {
	case <-o.done:
		return o.err
	default:
		return store.ErrClosed
	}
}

// isAnswer tells an answer, which leaves the transaction as it was, from a failure, which spoils it.
func isAnswer(err error) bool {
	return errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrStale) || errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrDecided) || errors.Is(err, store.ErrFull)
}

// commitLoop is the only writer. It commits what has arrived while the last commit was syncing: no artificial delay,
// and the slower the disk, the larger the batch.
func (s *Store) commitLoop() {
	defer close(s.gone)
	defer faultsPanic()()
	for {
		select {
		case first := <-s.ops:
			s.commitAll(s.gather(first))
		case <-s.stop:
			s.refuseRest()
			return
		}
	}
}

func (s *Store) gather(first *op) []*op {
	batch := []*op{first}
	for len(batch) < maxBatch {
		select {
		case o := <-s.ops:
			batch = append(batch, o)
		default:
			return batch
		}
	}
	return batch
}

func (s *Store) refuseRest() {
	for {
		select {
		case o := <-s.ops:
			o.finish(store.ErrClosed)
		default:
			return
		}
	}
}

func (o *op) finish(err error) {
	o.err = err
	close(o.done)
}

// commitAll commits a batch. An op that fails is taken out and the others are tried again, so that one caller's bad
// luck is not everybody's.
func (s *Store) commitAll(batch []*op) {
	batch = slices.DeleteFunc(batch, func(o *op) bool { return !o.begin() })
	for len(batch) > 0 {
		bad, err := s.tryCommit(batch)
		if err == nil {
			for _, o := range batch {
				close(o.done)
			}
			return
		}
		s.forget()
		if bad < 0 {
			for _, o := range batch {
				o.finish(err)
			}
			return
		}
		batch[bad].finish(err)
		batch = append(batch[:bad], batch[bad+1:]...)
	}
}

// tryCommit applies and commits a batch. On failure bad is the op to blame, or -1 when it is nobody's.
func (s *Store) tryCommit(batch []*op) (bad int, err error) {
	bad = -1
	if s.broken != nil {
		return bad, s.broken
	}
	defer guard(&err)
	btx, err := s.db.Begin(true)
	if err != nil {
		return bad, fmt.Errorf("beginning a commit: %w", err)
	}
	defer btx.Rollback()
	s.arena.reset()
	tx := s.newTxn(btx)
	clear(s.tallies)
	clear(s.parts)
	tx.tallies, tx.parts, tx.changed = s.tallies, s.parts, map[changeKey]bool{}
	for i, o := range batch {
		bad = i
		if o.err = o.apply(tx); o.err != nil && !isAnswer(o.err) {
			return bad, o.err
		}
	}
	bad = -1
	if err := tx.flushTallies(); err != nil {
		return bad, err
	}
	start := time.Now()
	if err := btx.Commit(); err != nil {
		return bad, s.commitFailed(err)
	}
	s.committed(len(batch), time.Since(start))
	s.versions.note(tx.changed)
	return bad, nil
}

// commitFailed decides whether the file can still be trusted. A full disk is told before anything is overwritten, and
// passes. After any other error the kernel may have dropped pages that it could not write and will report success the
// next time, so nothing more is written until the program has been started again.
func (s *Store) commitFailed(err error) error {
	err = fmt.Errorf("committing: %w", err)
	if !errors.Is(err, syscall.ENOSPC) && !errors.Is(err, syscall.EDQUOT) {
		s.broken = fmt.Errorf("%w; the store refuses writes until a restart", err)
	}
	return err
}

// forget drops what was remembered of a transaction that did not happen.
func (s *Store) forget() {
	clear(s.caches)
	s.recount()
}

// recount restores the counts that a transaction may have changed before it failed.
func (s *Store) recount() {
	s.quarantined, s.lookups = 0, 0
	_ = s.load() // what cannot be read now fails the next write by itself
}

// arena hands out memory that lives until the next commit.
type arena struct {
	chunk []byte
}

const arenaChunk = 1 << 16

func (a *arena) reset() { a.chunk = a.chunk[:0] }

func (a *arena) room(n int) []byte {
	if cap(a.chunk)-len(a.chunk) < n {
		a.chunk = make([]byte, 0, max(arenaChunk, n))
	}
	start := len(a.chunk)
	a.chunk = a.chunk[:start+n]
	return a.chunk[start : start : start+n]
}

func (tx *txn) room(n int) []byte { return tx.s.arena.room(n) }
