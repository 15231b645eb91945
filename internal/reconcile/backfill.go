package reconcile

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/credit"
	"tributary/internal/keap"
	"tributary/internal/store"
)

// Backfill is how far an import of Keap's referrals has come.
//
// A referral that Keap had before us counts for its affiliate at the time that Keap gives it. It is an event of the log like
// everything else, under an id that follows from Keap's, so that it counts once however often it is imported. It is nobody's
// opt-in: no e-mail is kept of it, no job comes of it, and Keap is told nothing.
type Backfill struct {
	ID       string           `json:"id,omitempty"`
	State    State            `json:"state"`
	Reason   string           `json:"reason,omitempty"`
	Since    time.Time        `json:"since,omitzero"` // referrals before it are left out
	Started  time.Time        `json:"started,omitzero"`
	Finished time.Time        `json:"finished,omitzero"`
	Pages    int64            `json:"pages"`
	Read     int64            `json:"read"`     // referrals that Keap showed
	Imported int64            `json:"imported"` // of them, those that are new here
	Already  int64            `json:"already"`  // imported before
	Ours     int64            `json:"ours"`     // of opt-ins that we credited
	Skipped  map[string]int64 `json:"skipped"`  // the rest, by reason

	Next string `json:"-"` // Keap's token of the page to come
}

// keptBackfill is what is stored of it: callers have no use for Keap's token.
type keptBackfill struct {
	Backfill
	Next string `json:"next,omitempty"`
}

// The reasons why a referral is left out.
const (
	skipNoPartner = "no_affiliate" // it credits nobody
	skipNoTime    = "no_time"      // it has no time that could be true, so no day to count it on
	skipEarlier   = "before_since"
)

// StartBackfill begins an import and returns it as it begins. ErrRunning while one runs.
func (r *Reconciler) StartBackfill(since time.Time) (Backfill, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.importing != nil {
		return *r.importing, ErrRunning
	}
	b := &Backfill{ID: uuid.Must(uuid.NewV7()).String(), State: Running, Since: since, Started: r.now(), Skipped: map[string]int64{}}
	r.enqueue(b)
	return *r.importing, nil
}

// enqueue has an import done. r.mu is held.
func (r *Reconciler) enqueue(b *Backfill) {
	begun := b.copy()
	r.importing = &begun
	r.work <- func(ctx context.Context) { r.backfill(ctx, b) }
}

// takeUp goes on with an import that the last run of the program did not end.
func (r *Reconciler) takeUp(ctx context.Context) {
	var kept keptBackfill
	if _, err := r.load(ctx, backfillKind, &kept); err != nil {
		r.o.Logger.Error("reading how far the import was", "error", err)
		return
	}
	if kept.State != Running {
		return
	}
	b := kept.Backfill
	b.Next = kept.Next
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.importing == nil {
		r.enqueue(&b)
	}
}

// Backfill returns the import that runs, as far as it has come, or else the last one.
func (r *Reconciler) Backfill(ctx context.Context) (Backfill, error) {
	r.mu.Lock()
	running := r.importing
	r.mu.Unlock()
	if running != nil {
		return *running, nil
	}
	kept := keptBackfill{Backfill: Backfill{State: Never, Skipped: map[string]int64{}}}
	_, err := r.load(ctx, backfillKind, &kept)
	return kept.Backfill, err
}

func (b *Backfill) copy() Backfill {
	c := *b
	c.Skipped = maps.Clone(b.Skipped)
	return c
}

// backfill imports page by page. How far it is stands in the store after each page: what a crash leaves undone goes on
// there, and the page that it may have done already counts nothing twice.
func (r *Reconciler) backfill(ctx context.Context, b *Backfill) {
	err := r.pages(ctx, b)
	if ctx.Err() == nil { // where the program ends, it stays as it is and goes on at the next start
		b.State, b.Finished = Finished, r.now()
		if err != nil {
			b.State, b.Reason = Broken, err.Error()+"; start it again: what is imported stays"
		}
		if err := r.keep(ctx, b); err != nil {
			r.o.Logger.Error("keeping how far the import is", "error", err)
		}
		r.o.Logger.Info("imported Keap's referrals", "state", b.State, "reason", b.Reason, "read", b.Read, "imported", b.Imported)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.importing = nil
}

func (r *Reconciler) keep(ctx context.Context, b *Backfill) error {
	return r.save(ctx, backfillKind, keptBackfill{*b, b.Next})
}

func (r *Reconciler) pages(ctx context.Context, b *Backfill) error {
	if err := r.keep(ctx, b); err != nil {
		return err
	}
	for {
		page, next, err := r.referrals(ctx, b)
		if err != nil {
			return fmt.Errorf("reading Keap's referrals: %w", err)
		}
		if err := r.take(ctx, b, page); err != nil {
			return fmt.Errorf("storing referrals: %w", err)
		}
		b.Pages, b.Next = b.Pages+1, next
		if err := r.keep(ctx, b); err != nil {
			return err
		}
		shown := b.copy()
		r.mu.Lock()
		r.importing = &shown
		r.mu.Unlock()
		if next == "" {
			return nil
		}
	}
}

// referrals reads the next page. A token that Keap does not take any more, such as one of before a long stop, begins the
// list again.
func (r *Reconciler) referrals(ctx context.Context, b *Backfill) (page []keap.Referral, next string, err error) {
	call := func() (err error) {
		page, next, err = r.o.Keap.Referrals(ctx, keap.ReferralFilter{}, b.Next, r.o.Page)
		return err
	}
	err = r.ask(ctx, call)
	if b.Next != "" && keap.IsRefused(err) {
		b.Next = ""
		err = r.ask(ctx, call)
	}
	return page, next, err
}

// take stores a page.
func (r *Reconciler) take(ctx context.Context, b *Backfill, page []keap.Referral) error {
	var events []attribution.Event
	for _, referral := range page {
		b.Read++
		if _, ours := credit.Tagged(referral.Source); ours {
			b.Ours++
			continue
		}
		e, skip := r.event(referral, b.Since)
		if skip != "" {
			b.Skipped[skip]++
			continue
		}
		same, err := r.isOurs(ctx, e, referral)
		if err != nil {
			return err
		}
		if same {
			b.Ours++
			continue
		}
		events = append(events, e)
	}
	if len(events) == 0 {
		return nil
	}
	outcomes, err := r.o.Store.Ingest(ctx, r.o.Account, attribution.DefaultPolicy, events)
	for _, o := range outcomes {
		if o.Disposition == store.Accepted {
			b.Imported++
		} else {
			b.Already++
		}
	}
	return err
}

// oldest is before Keap was, and so before any referral.
var oldest = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// event gives a referral the shape of the domain, or says why it is left out.
func (r *Reconciler) event(referral keap.Referral, since time.Time) (e attribution.Event, skip string) {
	ref, err := attribution.NewRef(attribution.ByID, referral.ReferralPartnerID)
	at := referral.ReferralTime
	switch {
	case err != nil:
		return e, skipNoPartner
	case at.Before(oldest) || at.After(r.now().Add(24*time.Hour)):
		return e, skipNoTime
	case at.Before(since):
		return e, skipEarlier
	}
	return attribution.Event{
		ID: r.eventID(referral.ID, at), Type: attribution.Referred, At: at, Received: r.now(), Via: attribution.ViaImport,
		Latest: attribution.Touch{Ref: ref, At: at}, Referral: referral.ID,
	}, ""
}

// eventID follows from the referral's id alone, but for the time that puts it where it belongs in the log.
func (r *Reconciler) eventID(referral string, at time.Time) (id uuid.UUID) {
	sum := sha256.Sum256([]byte("keap referral\x00" + string(r.o.Account) + "\x00" + referral))
	copy(id[:], sum[:])
	ms := at.UnixMilli()
	for i := range 6 {
		id[i] = byte(ms >> (40 - 8*i))
	}
	id[6], id[8] = id[6]&0x0f|0x70, id[8]&0x3f|0x80
	return id
}

// isOurs finds a referral that another program wrote for an opt-in that we have credited: the same contact, affiliate and
// second. One that an opt-in is credited by is found by the store, by its id.
func (r *Reconciler) isOurs(ctx context.Context, e attribution.Event, referral keap.Referral) (bool, error) {
	q := store.Query{Ref: e.Latest.Ref, Status: attribution.Credited, From: e.At.Add(-time.Second), To: e.At.Add(2 * time.Second), Limit: 100}
	for {
		page, err := r.o.Store.OptIns(ctx, r.o.Account, q)
		if err != nil {
			return false, err
		}
		for _, o := range page.OptIns {
			if o.ContactID == referral.ContactID {
				return true, nil
			}
		}
		if q.Cursor = page.Next; q.Cursor.IsZero() {
			return false, nil
		}
	}
}
