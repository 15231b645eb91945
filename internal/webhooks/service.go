package webhooks

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// Store is what webhooks need of the store.
type Store interface {
	store.Documents
	store.Newsroom
	OptIn(ctx context.Context, account attribution.AccountID, id uuid.UUID) (attribution.OptIn, error)
}

// Sealer keeps secrets and answers unreadable at rest, and reads persons.
type Sealer interface {
	SealBytes(text []byte, kind, id string) []byte
	OpenBytes(sealed []byte, kind, id string) ([]byte, error)
	Open(sealed []byte, key attribution.PersonKey) (attribution.Person, error)
}

// Options configure a Service. Zero fields get their defaults, where one is named.
type Options struct {
	Store   Store
	Sealer  Sealer
	Account attribution.AccountID
	// Show makes the data of an event: the opt-in as the REST API shows it, with this e-mail.
	Show func(ctx context.Context, o attribution.OptIn, email string) (any, error)
	// Alone says that no other process can have the store: what a dead one held is free at once.
	Alone    bool
	Loopback bool // for development: endpoints on this machine, by http as well
	// Dial connects; by default to public addresses alone. For tests on a network in memory.
	Dial    func(ctx context.Context, network, address string) (net.Conn, error)
	Now     func() time.Time
	Poll    time.Duration // how often to look for news; 200 ms
	Keep    int           // deliveries that each endpoint's log holds; 2,000
	Logger  *slog.Logger
	Observe func(succeeded bool, took time.Duration) // of each attempt
}

func (o Options) withDefaults() Options {
	if o.Dial == nil {
		o.Dial = guarded(o.Loopback).DialContext
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Poll == 0 {
		o.Poll = 200 * time.Millisecond
	}
	if o.Keep == 0 {
		o.Keep = 2000
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Observe == nil {
		o.Observe = func(bool, time.Duration) {}
	}
	return o
}

// Service keeps endpoints and tells them of opt-ins.
type Service struct {
	Options
	client *http.Client
	luck   func() float64

	editing sync.Mutex // the endpoints, so that only another process can come between

	mu    sync.Mutex
	lanes map[string]*lane
	book  book // as it was read last

	version int64 // of the book

	leads  atomic.Bool // this process delivers
	heeded int64       // the nudge that was last looked at
}

// New makes a Service. Nothing is sent until Run.
func New(o Options) *Service {
	o = o.withDefaults()
	return &Service{Options: o, client: newClient(o.Dial), luck: rand.Float64, lanes: map[string]*lane{}}
}

// dispatch passes on what happens until ctx ends, and returns when the last delivery is noted.
func (s *Service) dispatch(ctx context.Context) {
	s.leads.Store(true)
	defer s.leads.Store(false)
	var lanes sync.WaitGroup
	defer s.dropLanes()
	defer lanes.Wait()
	next := time.NewTicker(s.Poll)
	defer next.Stop()
	for read := (time.Time{}); ctx.Err() == nil; {
		n, err := s.round(ctx, &read, &lanes)
		if err != nil && ctx.Err() == nil {
			s.Logger.Error("passing on news to webhooks", "error", err)
		}
		if n > 0 {
			continue // there may be more
		}
		select {
		case <-next.C:
		case <-ctx.Done():
		}
	}
}

// dropLanes forgets what ran: who delivers next reads it from the store.
func (s *Service) dropLanes() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, l := range s.lanes {
		l.stop()
		delete(s.lanes, id)
	}
}

// reread is how often the endpoints are read although nothing happens: another process may have changed them.
const reread = 5 * time.Second

// round passes on some news. Lanes start after it, so that none finds a delivery whose news are still to be passed on.
func (s *Service) round(ctx context.Context, read *time.Time, lanes *sync.WaitGroup) (int, error) {
	if now := s.Now(); now.Sub(*read) >= reread {
		if _, err := s.look(ctx); err != nil {
			return 0, err
		}
		if err := s.heed(ctx); err != nil {
			return 0, err
		}
		*read = now
	}
	n, err := s.passOn(ctx)
	if err == nil {
		s.startLanes(ctx, lanes)
	}
	return n, err
}

// startLanes has a lane run for each endpoint that is enabled.
func (s *Service) startLanes(ctx context.Context, running *sync.WaitGroup) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.book.Endpoints {
		if e.Enabled && s.lanes[e.ID] == nil {
			l := newLane(s, e.ID)
			laneCtx, stop := context.WithCancel(ctx)
			l.stop = stop
			s.lanes[e.ID] = l
			running.Go(func() { l.run(laneCtx) })
		}
	}
}

// remember keeps what was read of the endpoints, unless it is older than what is known, and stops the lanes of those that
// are no longer enabled.
func (s *Service) remember(b book, version int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if version < s.version {
		return
	}
	s.book, s.version = b, version
	for id, l := range s.lanes {
		if e := b.find(id); e == nil || !e.Enabled {
			l.stop()
			delete(s.lanes, id)
		}
	}
}

// push has a lane take up a delivery, and returns how many that lane has; without a lane it waits in the store.
func (s *Service) push(endpoint, key string, due time.Time) int {
	s.mu.Lock()
	l := s.lanes[endpoint]
	s.mu.Unlock()
	if l == nil {
		return 0
	}
	return l.push(key, due)
}

// endpoint is one as it was read last; nil for one that is gone.
func (s *Service) endpoint(id string) *Endpoint {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.book.find(id); e != nil {
		known := *e
		return &known
	}
	return nil
}

// Standing is what is under way, for metrics.
type Standing struct {
	Endpoints, Disabled int
	Waiting             int // deliveries to endpoints that are enabled
}

// Standing returns what is known without asking the store.
func (s *Service) Standing() (now Standing) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now.Endpoints = len(s.book.Endpoints)
	for _, e := range s.book.Endpoints {
		if !e.Enabled {
			now.Disabled++
		}
	}
	for _, l := range s.lanes {
		now.Waiting += l.length()
	}
	return now
}

// isGone tells a record that is not there from a store that does not answer.
func isGone(err error) bool { return errors.Is(err, store.ErrNotFound) }
