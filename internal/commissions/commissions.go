// Package commissions keeps what Keap says that affiliates have earned, to be shown beside their counts. Keap is never
// asked while somebody waits for a page: what was read last is shown with its age, and asking for it has it read again in
// the background, for many affiliates in one call.
package commissions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/keap"
	"tributary/internal/store"
)

const (
	// documentKind keeps one document for each affiliate, under account/id.
	documentKind = "commissions"

	// freshFor is how long what was read is not read again.
	freshFor = 15 * time.Minute
	// gather is how long the first affiliate of a call waits for others.
	gather = 2 * time.Second
	// retryAfter is the pause after a failure, where Keap asks for none.
	retryAfter = 5 * time.Minute
	// maxWanted bounds how many affiliates wait; the others come with their next view.
	maxWanted = 10_000
)

// Source is Keap.
type Source interface {
	CommissionSummaries(ctx context.Context, affiliateIDs []string) ([]keap.CommissionSummary, error)
}

// Options are what a Keeper works with. All are needed.
type Options struct {
	Store   store.Documents
	Keap    Source
	Account attribution.AccountID
	Logger  *slog.Logger
	Now     func() time.Time
	// Connected reports whether Keap can be asked at all.
	Connected func() bool
}

// Keeper keeps the commissions of one account.
type Keeper struct {
	o      Options
	signal chan struct{}

	mu      sync.Mutex
	wanted  map[string]bool
	failed  bool // the last call
	changes map[string]int
}

// New returns a Keeper. It asks Keap for nothing before Run.
func New(o Options) *Keeper {
	return &Keeper{o: o, signal: make(chan struct{}, 1), wanted: map[string]bool{}, changes: map[string]int{}}
}

// Earnings are what an affiliate has earned in all, as Keap said at Read.
type Earnings struct {
	Earned    keap.Cents `json:"earned"`
	Clawbacks keap.Cents `json:"clawbacks"`
	Balance   keap.Cents `json:"balance"`
	Read      time.Time  `json:"read"`
}

// State is how much is known.
type State string

const (
	Known        State = "known"
	Asking       State = "asking"       // never read yet: it is about to be
	Failing      State = "failing"      // Keap did not answer as it should; Earnings are what was read before, if ever
	Disconnected State = "disconnected" // there is no Keap to ask; likewise
)

// Of returns what is known of an affiliate at once, and has it read again where that is long ago.
func (k *Keeper) Of(ctx context.Context, affiliate string) (Earnings, State, error) {
	var e Earnings
	d, err := k.o.Store.Get(ctx, documentKind, k.key(affiliate))
	if err == nil {
		err = json.Unmarshal(d.Value, &e)
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return e, "", fmt.Errorf("reading commissions: %w", err)
	}
	return e, k.state(affiliate, e), nil
}

func (k *Keeper) key(affiliate string) string { return string(k.o.Account) + "/" + affiliate }

func (k *Keeper) state(affiliate string, e Earnings) State {
	if !k.o.Connected() {
		return Disconnected
	}
	if k.o.Now().Sub(e.Read) < freshFor {
		return Known
	}
	if failed := k.want(affiliate); failed {
		return Failing
	}
	if e.Read.IsZero() {
		return Asking
	}
	return Known
}

// want has an affiliate read, and reports whether the last call failed.
func (k *Keeper) want(affiliate string) (failed bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.wanted) < maxWanted {
		k.wanted[affiliate] = true
	}
	select {
	case k.signal <- struct{}{}:
	default:
	}
	return k.failed
}

// Version counts how often what is known of an affiliate has changed since the start.
func (k *Keeper) Version(affiliate string) int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.changes[affiliate]
}

// Run reads what is wanted until ctx ends. Call it while Keap is connected.
func (k *Keeper) Run(ctx context.Context) {
	for k.wait(ctx) && pause(ctx, gather) {
		rest := k.round(ctx)
		if rest > 0 && !pause(ctx, rest) {
			return
		}
	}
}

// wait waits until somebody is wanted.
func (k *Keeper) wait(ctx context.Context) bool {
	for {
		k.mu.Lock()
		some := len(k.wanted) > 0
		k.mu.Unlock()
		if some {
			return ctx.Err() == nil
		}
		select {
		case <-k.signal:
		case <-ctx.Done():
			return false
		}
	}
}

// round makes one call, and returns how long to wait before the next.
func (k *Keeper) round(ctx context.Context) time.Duration {
	ids := k.take()
	err := k.read(ctx, ids)
	if ctx.Err() != nil {
		return 0
	}
	k.mu.Lock()
	k.failed = err != nil
	k.mu.Unlock()
	if err == nil {
		return 0
	}
	k.o.Logger.Warn("commissions could not be read from Keap: the affiliates' pages show the older ones", "affiliates", len(ids), "error", err)
	return max(retryAfter, keap.RetryAfter(err))
}

// take takes up to a call's worth of those who are wanted.
func (k *Keeper) take() (ids []string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for id := range k.wanted {
		if len(ids) == keap.MostSummaries {
			break
		}
		ids = append(ids, id)
		delete(k.wanted, id)
	}
	return ids
}

func (k *Keeper) read(ctx context.Context, ids []string) error {
	found, err := k.o.Keap.CommissionSummaries(keap.Background(ctx), ids)
	if err != nil {
		return err
	}
	all := map[string]Earnings{}
	for _, id := range ids { // one who has earned nothing may be left out
		all[id] = Earnings{Read: k.o.Now().UTC()}
	}
	for _, s := range found {
		if e, asked := all[s.AffiliateID]; asked {
			e.Earned, e.Clawbacks, e.Balance = s.Earned, s.Clawbacks, s.Balance
			all[s.AffiliateID] = e
		}
	}
	for id, e := range all {
		if err := k.save(ctx, id, e); err != nil {
			return err
		}
	}
	return nil
}

func (k *Keeper) save(ctx context.Context, id string, e Earnings) error {
	value, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("saving commissions: %w", err)
	}
	d, err := k.o.Store.Get(ctx, documentKind, k.key(id))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("saving commissions: %w", err)
	}
	_, err = k.o.Store.Put(ctx, documentKind, k.key(id), value, d.Version)
	if err != nil && !errors.Is(err, store.ErrConflict) { // another process has just read the same
		return fmt.Errorf("saving commissions: %w", err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.changes[id]++
	return nil
}

func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
