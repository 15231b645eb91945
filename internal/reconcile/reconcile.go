// Package reconcile holds what we credited against what stands in Keap, and brings in what stood there before us.
//
// Both go through Keap's referrals page by page, 1000 at a time. Of a comparison nothing stays in memory but the page, the
// first rows of the report, and 24 bytes for each referral under our tag: which opt-ins Keap has has to be known before
// those that it lacks can be told. 100,000 referrals are 4 MB so. An import keeps nothing but its page.
//
// Neither writes into Keap. What is missing there is made due again, and goes the ordinary way, which looks first.
package reconcile

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/keap"
	"tributary/internal/store"
)

// Store is what both need of the store.
type Store interface {
	store.Documents
	store.Corrections
	Ingest(ctx context.Context, account attribution.AccountID, policy attribution.Policy, batch []attribution.Event) ([]store.Outcome, error)
	OptIn(ctx context.Context, account attribution.AccountID, id uuid.UUID) (attribution.OptIn, error)
	OptIns(ctx context.Context, account attribution.AccountID, q store.Query) (store.Page, error)
	Affiliate(ctx context.Context, account attribution.AccountID, ref attribution.Ref) (attribution.Affiliate, error)
	Affiliates(ctx context.Context, account attribution.AccountID, after string, limit int) ([]attribution.Affiliate, error)
	Counters(ctx context.Context, account attribution.AccountID, ref attribution.Ref, from, to attribution.Hour) ([]attribution.HourTally, error)
}

// Keap is what both ask of Keap.
type Keap interface {
	Referrals(ctx context.Context, filter keap.ReferralFilter, pageToken string, pageSize int) (page []keap.Referral, next string, err error)
	Contacts(ctx context.Context, ids []string) ([]keap.Contact, error)
}

// Options configure a Reconciler. Zero fields get their defaults.
type Options struct {
	Store   Store
	Keap    Keap
	Account attribution.AccountID
	// Every is how often a comparison without fixes is run by itself; never when 0.
	Every time.Duration
	// Margin is how long an opt-in must have been left in peace to be compared; 1 minute. What changes during a run would be
	// taken for a difference.
	Margin time.Duration
	// Pause is how long to wait after a call of Keap that did not work, doubled each time; 2 seconds.
	Pause  time.Duration
	Page   int // referrals in one call of Keap; 1000
	Now    func() time.Time
	Logger *slog.Logger
}

func (o Options) withDefaults() Options {
	if o.Margin == 0 {
		o.Margin = time.Minute
	}
	if o.Pause == 0 {
		o.Pause = 2 * time.Second
	}
	if o.Page == 0 {
		o.Page = 1000
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// ErrRunning is returned when something is asked for while it is being done.
var ErrRunning = errors.New("this is running already")

// Reconciler runs comparisons and imports, one after the other.
type Reconciler struct {
	o    Options
	work chan func(context.Context)

	mu        sync.Mutex
	comparing *Report   // as far as it is known; nil while none runs or waits
	importing *Backfill // likewise
}

// New makes a Reconciler. It does nothing before Run.
func New(o Options) *Reconciler {
	return &Reconciler{o: o.withDefaults(), work: make(chan func(context.Context), 2)}
}

// background marks calls of Keap that may wait for those of fresh opt-ins.
func background(ctx context.Context) context.Context { return keap.Background(ctx) }

// Run does what was started, and what is due by itself, until ctx ends. An import that the last run of the program did not
// end goes on.
func (r *Reconciler) Run(ctx context.Context) {
	ctx = background(ctx)
	r.takeUp(ctx)
	check := time.NewTicker(time.Hour)
	defer check.Stop()
	for {
		r.startDue(ctx)
		select {
		case <-ctx.Done():
			return
		case do := <-r.work:
			do(ctx)
		case <-check.C:
		}
	}
}

// startDue starts a comparison when the last one is too long ago.
func (r *Reconciler) startDue(ctx context.Context) {
	if r.o.Every == 0 {
		return
	}
	last, err := r.Latest(ctx)
	if err != nil || r.now().Sub(last.Started) < r.o.Every {
		return
	}
	if _, err := r.Start(false); err != nil && !errors.Is(err, ErrRunning) {
		r.o.Logger.Error("starting a comparison with Keap", "error", err)
	}
}

func (r *Reconciler) now() time.Time { return r.o.Now().UTC().Truncate(time.Millisecond) }

// Start begins a comparison and returns its report as it begins. ErrRunning while one runs.
func (r *Reconciler) Start(fix bool) (Report, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.comparing != nil {
		return *r.comparing, ErrRunning
	}
	report := newReport(fix, r.now())
	begun := *report
	begun.Counts.Found = map[Kind]int64{} // the run writes into its own
	r.comparing = &begun
	r.work <- func(ctx context.Context) { r.compare(ctx, report) }
	return begun, nil
}

// The kinds of document that are kept; the key is the account.
const (
	reportKind   = "reconcile"
	backfillKind = "backfill"
)

// Latest returns the comparison that runs, as far as it has come, or else the last one.
func (r *Reconciler) Latest(ctx context.Context) (Report, error) {
	r.mu.Lock()
	running := r.comparing
	r.mu.Unlock()
	if running != nil {
		return *running, nil
	}
	kept := Report{State: Never, Rows: []Row{}, ByAffiliate: []AffiliateRow{}, Counts: Counts{Found: map[Kind]int64{}}}
	_, err := r.load(ctx, reportKind, &kept)
	if kept.State == Running {
		kept.State, kept.Reason = Interrupted, "the program ended before the comparison did: start it again"
	}
	return kept, err
}

// compare runs one comparison and keeps its report.
func (r *Reconciler) compare(ctx context.Context, report *Report) {
	c := &comparison{Reconciler: r, report: report, seen: map[uuid.UUID]uint64{}, inKeap: map[string]int64{}, credited: map[string]int64{}}
	if err := r.save(ctx, reportKind, report); err != nil {
		r.o.Logger.Error("keeping the report", "error", err)
	}
	report.State = Finished
	if err := c.run(ctx); err != nil {
		report.State, report.Reason = Broken, err.Error()
	}
	report.Finished = r.now()
	if ctx.Err() != nil {
		report.State, report.Reason = Interrupted, "the program ended before the comparison did: start it again"
	}
	if err := r.save(context.WithoutCancel(ctx), reportKind, report); err != nil {
		r.o.Logger.Error("keeping the report", "error", err)
	}
	r.o.Logger.Info("compared with Keap", "state", report.State, "reason", report.Reason, "differences", report.Differences(), "fixed", report.Counts.Fixed)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.comparing = nil
}

// show lets others see how far the comparison is.
func (r *Reconciler) show(report *Report) {
	shown := *report
	shown.State, shown.Rows, shown.ByAffiliate = Running, []Row{}, []AffiliateRow{}
	shown.Counts.Found = map[Kind]int64{}
	for kind, n := range report.Counts.Found {
		shown.Counts.Found[kind] = n
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.comparing = &shown
}

func (r *Reconciler) load(ctx context.Context, kind string, into any) (version int64, err error) {
	d, err := r.o.Store.Get(ctx, kind, string(r.o.Account))
	if errors.Is(err, store.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	if err := json.Unmarshal(d.Value, into); err != nil {
		return 0, fmt.Errorf("reading what was kept: %w", err)
	}
	return d.Version, nil
}

// save replaces what was kept. Only this program writes it, and only one run at a time.
func (r *Reconciler) save(ctx context.Context, kind string, what any) error {
	value, err := json.Marshal(what)
	if err != nil {
		return err
	}
	var version int64
	d, err := r.o.Store.Get(ctx, kind, string(r.o.Account))
	switch {
	case err == nil:
		version = d.Version
	case !errors.Is(err, store.ErrNotFound):
		return err
	}
	_, err = r.o.Store.Put(ctx, kind, string(r.o.Account), value, version)
	return err
}

// patience is how often a call of Keap is tried: nothing here is urgent, and starting over costs more.
const patience = 5

// ask calls Keap until it answers. What Keap refuses is not tried again.
func (r *Reconciler) ask(ctx context.Context, call func() error) (err error) {
	wait := r.o.Pause
	for range patience {
		if err = call(); err == nil || keap.IsRefused(err) || keap.IsKeyRefused(err) || ctx.Err() != nil {
			return err
		}
		pause := time.NewTimer(min(max(wait, keap.RetryAfter(err)), 15*time.Minute))
		select {
		case <-ctx.Done():
			pause.Stop()
			return ctx.Err()
		case <-pause.C:
		}
		wait *= 2
	}
	return err
}
