package reconcile_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/keap"
	"tributary/internal/keap/sandbox"
	"tributary/internal/reconcile"
	"tributary/internal/store"
)

// history puts n referrals of maple in, a day apart, the last one yesterday.
func (w *world) history(n int) {
	for i := range n {
		w.box.AddReferral(sandbox.Referral{
			ContactID: fmt.Sprint(9000 + i), ReferralPartnerID: w.maple.ID, ReferralTime: time.Now().AddDate(0, 0, i-n).UTC().Format(time.RFC3339), ReferralType: "MANUAL",
		})
	}
}

func (w *world) backfill(since time.Time) reconcile.Backfill {
	w.t.Helper()
	if _, err := w.rec.StartBackfill(since); err != nil {
		w.t.Fatal(err)
	}
	return w.backfilled()
}

func (w *world) backfilled() reconcile.Backfill {
	w.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		b, err := w.rec.Backfill(w.t.Context())
		if err != nil {
			w.t.Fatal(err)
		}
		if b.State == reconcile.Finished || b.State == reconcile.Broken {
			return b
		}
	}
	w.t.Fatal("the import does not end")
	return reconcile.Backfill{}
}

func TestHistoryIsImportedOnce(t *testing.T) {
	w := newWorld(t, nil)
	w.history(20)
	b := w.backfill(time.Time{})
	if b.State != reconcile.Finished || b.Read != 20 || b.Imported != 20 || b.Pages != 3 {
		t.Errorf("import %+v", b)
	}
	if got := w.total(); got != (attribution.Tally{Referrals: 20}) {
		t.Errorf("counted %+v", got)
	}
	day := attribution.HourOf(time.Now().AddDate(0, 0, -3))
	ref := attribution.Ref{Kind: attribution.ByID, Value: w.maple.ID}
	if hours, err := w.store.Counters(t.Context(), account, ref, day, day+1); err != nil || len(hours) != 1 || hours[0].Referrals != 1 {
		t.Errorf("three days ago: %+v, %v", hours, err)
	}
	w.history(1)
	if b = w.backfill(time.Time{}); b.Imported != 1 || b.Already != 20 {
		t.Errorf("a second import %+v", b)
	}
	if got := w.total(); got.Referrals != 21 {
		t.Errorf("counted %+v", got)
	}
	if u, err := w.store.Usage(t.Context()); err != nil || len(u.Jobs) != 0 {
		t.Errorf("jobs %+v, %v", u.Jobs, err)
	}
	if w.box.Calls()["createReferral"] != 0 {
		t.Error("an import has written to Keap")
	}
}

func TestOursAreNotImported(t *testing.T) {
	w := newWorld(t, nil)
	ids := w.credited("ann@example.com", "bob@example.com")
	ann, bob := w.get(ids[0]), w.get(ids[1])
	// Another program has written the same opt-in, and Bob is credited by a referral of long ago.
	w.box.AddReferral(sandbox.Referral{ContactID: ann.ContactID, ReferralPartnerID: w.maple.ID, ReferralTime: ann.At.Format(time.RFC3339), Source: "iTracker"})
	old := w.box.AddReferral(sandbox.Referral{ContactID: bob.ContactID, ReferralPartnerID: w.maple.ID, ReferralTime: "2024-05-04T12:00:00Z"})
	if done, err := w.store.Correct(t.Context(), account, time.Now(), store.Correction{Seen: bob, Status: attribution.Credited, ContactID: bob.ContactID, ReferralID: old.ID}); !done || err != nil {
		t.Fatal(done, err)
	}
	b := w.backfill(time.Time{})
	if b.Imported != 0 || b.Ours != 3 || b.Already != 1 {
		t.Errorf("import %+v", b)
	}
	if got := w.total(); got.Referrals != 2 {
		t.Errorf("counted %+v", got)
	}
}

func TestWhatCannotBeCountedIsTold(t *testing.T) {
	w := newWorld(t, nil)
	w.history(3)
	now := time.Now().UTC()
	for _, r := range []sandbox.Referral{
		{ContactID: "1", ReferralTime: now.Format(time.RFC3339)},
		{ContactID: "2", ReferralPartnerID: w.maple.ID},
		{ContactID: "3", ReferralPartnerID: w.maple.ID, ReferralTime: "1970-01-01T00:00:00Z"},
		{ContactID: "4", ReferralPartnerID: w.maple.ID, ReferralTime: now.AddDate(1, 0, 0).Format(time.RFC3339)},
		{ContactID: "5", ReferralPartnerID: "0", ReferralTime: now.Format(time.RFC3339)},
	} {
		w.box.AddReferral(r)
	}
	b := w.backfill(now.AddDate(0, 0, -2).Add(-time.Hour))
	if b.Imported != 2 || b.Skipped["no_affiliate"] != 2 || b.Skipped["no_time"] != 3 || b.Skipped["before_since"] != 1 || b.Read != 8 {
		t.Errorf("import %+v", b)
	}
}

// TestAnImportGoesOnAfterACrash at the page where it was, also when that page was stored already.
func TestAnImportGoesOnAfterACrash(t *testing.T) {
	for name, refuse := range map[string]bool{"with Keap's token": false, "with a token that Keap has forgotten": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, nil)
			w.history(30)
			w.end() // it would take up what the first leaves
			dying, die := context.WithCancel(t.Context())
			pages := &mortal{Keap: w.keap, after: 2, die: die}
			first := reconcile.New(reconcile.Options{Store: w.store, Keap: pages, Account: account, Page: 7, Pause: time.Millisecond})
			if _, err := first.StartBackfill(time.Time{}); err != nil {
				t.Fatal(err)
			}
			first.Run(dying)
			if got := w.total().Referrals; got != 14 {
				t.Fatalf("%d were imported before the end", got)
			}
			second := &mortal{Keap: w.keap, refuse: refuse}
			w.rec = reconcile.New(reconcile.Options{Store: w.store, Keap: second, Account: account, Page: 7, Pause: time.Millisecond})
			w.background(w.rec.Run)
			b := w.backfilled()
			if b.State != reconcile.Finished || b.Imported != 30 || w.total().Referrals != 30 {
				t.Errorf("after the crash: %+v, counted %+v", b, w.total())
			}
			if want := map[bool]int{false: 3, true: 6}[refuse]; second.calls != want {
				t.Errorf("%d pages were read after the crash, want %d", second.calls, want)
			}
		})
	}
}

// mortal ends the program after some pages, or refuses the first token that it is given.
type mortal struct {
	reconcile.Keap
	after, calls int
	die          func()
	refuse       bool
}

func (m *mortal) Referrals(ctx context.Context, f keap.ReferralFilter, token string, size int) ([]keap.Referral, string, error) {
	m.calls++
	if m.after > 0 && m.calls > m.after {
		m.die()
		return nil, "", context.Canceled
	}
	if m.refuse && token != "" {
		m.refuse = false
		return nil, "", fmt.Errorf("listing: %w", keap.ErrInvalid)
	}
	return m.Keap.Referrals(ctx, f, token, size)
}
