package webhooks

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"tributary/internal/lease"
	"tributary/internal/store"
)

// Of several processes over one store one delivers, as long as it holds a lease: two would send each event twice, and an
// endpoint would get more at once than it should.
// leadLife is how long nothing is delivered after a crash, where another process takes over: 30 seconds as a rule. It is extended
// three times in that: it can fail twice, and an attempt that has begun ends before the lease does.
func (s *Service) leadLife() time.Duration { return 150 * s.Poll }

func (s *Service) leadExtend() time.Duration { return s.leadLife() / 3 }

// Run passes on what happens until ctx ends, and returns when the last delivery is noted. Any number of processes may run it
// over one store.
func (s *Service) Run(ctx context.Context) {
	defer s.client.CloseIdleConnections()
	take := lease.Take
	if s.Alone {
		take = lease.Seize
	}
	for ctx.Err() == nil {
		err := s.lead(ctx, take)
		if errors.Is(err, lease.ErrHeld) {
			_, err = s.look(ctx) // what the metrics tell of endpoints
		}
		if err != nil && ctx.Err() == nil {
			s.Logger.Error("becoming the one that delivers to webhooks", "error", err)
		}
		wait := time.NewTimer(reread)
		select {
		case <-wait.C:
		case <-ctx.Done():
		}
		wait.Stop()
	}
}

type taking func(ctx context.Context, docs store.Documents, name string, life time.Duration, now time.Time) (*lease.Lease, error)

// lead delivers for as long as the lease is this process's. lease.ErrHeld where it is another's.
func (s *Service) lead(ctx context.Context, take taking) error {
	held, err := take(ctx, s.Store, "webhooks/"+string(s.Account), s.leadLife(), s.Now())
	if err != nil {
		return err
	}
	mine, stop := context.WithCancel(ctx)
	var extending sync.WaitGroup
	extending.Go(func() {
		defer stop()
		s.extend(mine, held)
	})
	s.dispatch(mine)
	stop()
	extending.Wait()
	return held.Release(context.WithoutCancel(ctx))
}

// extend keeps the lease until ctx ends; it returns when the lease is lost, or about to be.
func (s *Service) extend(ctx context.Context, held *lease.Lease) {
	until := s.Now().Add(s.leadLife())
	next := time.NewTicker(s.leadExtend())
	defer next.Stop()
	for {
		select {
		case <-next.C:
		case <-ctx.Done():
			return
		}
		now := s.Now()
		err := held.Extend(ctx, s.leadLife(), now)
		switch {
		case err == nil:
			until = now.Add(s.leadLife())
		case ctx.Err() != nil:
			return
		case errors.Is(err, lease.ErrHeld) || !now.Add(s.leadExtend()).Before(until):
			s.Logger.Warn("another process may deliver to webhooks from now on", "error", err)
			return
		}
	}
}

// nudgeKind is the kind of a document that changes when a process that does not deliver has something for the one that does.
const nudgeKind = "webhook-nudge"

// nudge tells the process that delivers to look for what waits.
func (s *Service) nudge(ctx context.Context) error {
	if s.leads.Load() {
		return nil
	}
	version, err := s.nudges(ctx)
	if err == nil {
		_, err = s.Store.Put(ctx, nudgeKind, string(s.Account), []byte("{}"), version)
	}
	if errors.Is(err, store.ErrConflict) { // another process has just done so
		return nil
	}
	if err != nil {
		return fmt.Errorf("telling the process that delivers: %w", err)
	}
	return nil
}

func (s *Service) nudges(ctx context.Context) (int64, error) {
	doc, err := s.Store.Get(ctx, nudgeKind, string(s.Account))
	if isGone(err) {
		return 0, nil
	}
	return doc.Version, err
}

// heed takes up what another process has stored since it was looked for last.
func (s *Service) heed(ctx context.Context) error {
	version, err := s.nudges(ctx)
	if err != nil || version == s.heeded {
		return err
	}
	s.mu.Lock()
	lanes := make([]*lane, 0, len(s.lanes))
	for _, l := range s.lanes {
		lanes = append(lanes, l)
	}
	s.mu.Unlock()
	for _, l := range lanes {
		if err := l.load(ctx); err != nil {
			return err
		}
	}
	s.heeded = version
	return nil
}
