package credit_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/keap/sandbox"
	"tributary/internal/settings"
	"tributary/internal/store"
)

// link is an affiliate's address in these tests.
func (w *world) link(_ context.Context, _ attribution.AccountID, affiliate string) (string, error) {
	return fmt.Sprintf("https://go.example.com/portal/a/%s-%d", affiliate, w.renewed.Load()), nil
}

// keepLinks runs the rounds until the test ends.
func (w *world) keepLinks() {
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); w.crediter.KeepLinks(ctx, account, slog.New(slog.DiscardHandler)) }()
	w.t.Cleanup(func() { stop(); <-done })
}

// partners are affiliates with a contact each, which has another value in another field.
func (w *world) partners(n int, other string) (all []sandbox.Affiliate) {
	for i := range n {
		c := w.box.AddContactWith(fmt.Sprintf("partner%d@example.com", i), sandbox.CustomField{ID: other, Content: "kept"})
		all = append(all, w.box.AddAffiliate(sandbox.Affiliate{Code: fmt.Sprintf("code%d", i), ContactID: c.ID}))
	}
	return all
}

func (w *world) mustSync() {
	w.t.Helper()
	if _, err := w.sync(); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) wantLink(a sandbox.Affiliate, field string) {
	w.t.Helper()
	url, _ := w.link(context.Background(), account, a.ID)
	w.awaitTotal(a.ContactID, field, url)
}

// quiet waits until no job of a link is open.
func (w *world) quiet() {
	w.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		page, err := w.store.ListJobs(context.Background(), account, store.JobQuery{State: store.Ready, Kind: store.LinkJob, Limit: 1})
		if err != nil {
			w.t.Fatal(err)
		}
		if len(page.Jobs) == 0 {
			return
		}
	}
	w.t.Error("jobs of links stay open")
}

// TestEachAffiliatesLinkIsWrittenOnce, in more than one portion, and a new affiliate's when they come.
func TestEachAffiliatesLinkIsWrittenOnce(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	field, other := w.box.AddContactField("Login address", "TEXT"), w.box.AddContactField("Colour", "TEXT")
	w.set(func(s *settings.Settings) { s.LinkField = field.ID })
	const n = 70
	all := w.partners(n, other.ID)
	gone := w.box.AddAffiliate(sandbox.Affiliate{Code: "gone"})
	w.mustSync()
	w.box.ChangeAffiliate(gone.ID, func(*sandbox.Affiliate) bool { return false })
	w.mustSync()
	w.start()
	w.keepLinks()
	for _, a := range all {
		w.wantLink(a, field.ID)
		w.awaitTotal(a.ContactID, other.ID, "kept")
	}
	w.quiet()
	if patched := w.box.Calls()["updateContact"]; patched != n {
		t.Errorf("%d writes for %d affiliates", patched, n)
	}
	before := calls(w.box)
	late := w.box.AddAffiliate(sandbox.Affiliate{Code: "late"})
	w.mustSync()
	w.wantLink(late, field.ID)
	w.quiet()
	if more := calls(w.box) - before; more > 2+10 { // its own, and those of the sync
		t.Errorf("%d calls for one new affiliate", more)
	}
}

// TestALinkThatBecameAnotherIsWrittenAgain: one alone, and all of them with another base address.
func TestALinkThatBecameAnotherIsWrittenAgain(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	field := w.box.AddContactField("Login address", "TEXT")
	all := w.partners(3, field.ID)
	w.mustSync()
	if err := w.crediter.WantLink(context.Background(), account, all[0].ID); err != nil {
		t.Fatal(err)
	}
	w.start()
	w.keepLinks()
	w.quiet()
	if n := w.box.Calls()["updateContact"]; n != 0 {
		t.Errorf("%d writes without a field", n)
	}
	w.set(func(s *settings.Settings) { s.LinkField = field.ID })
	w.crediter.CheckLinks()
	for _, a := range all {
		w.wantLink(a, field.ID)
	}
	w.quiet()
	w.renewed.Add(1)
	if err := w.crediter.WantLink(context.Background(), account, all[0].ID); err != nil {
		t.Fatal(err)
	}
	w.wantLink(all[0], field.ID)
	w.crediter.CheckLinks()
	for _, a := range all {
		w.wantLink(a, field.ID)
	}
	w.quiet()
	w.box.ClearField(all[1].ContactID, field.ID)
	if err := w.crediter.RewriteLinks(context.Background(), account); err != nil {
		t.Fatal(err)
	}
	w.wantLink(all[1], field.ID)
	w.quiet()
	if n := w.box.Calls()["updateContact"]; n != 3+3+1 {
		t.Errorf("%d writes, want 7", n)
	}
}

// TestLinksWhateverHappensToTheAnswer: each arrives, and nothing else of the contact is lost.
func TestLinksWhateverHappensToTheAnswer(t *testing.T) {
	const n = 20
	for _, kind := range []sandbox.Kind{sandbox.ApplyThenReset, sandbox.ApplyThen500, sandbox.Status503, sandbox.Reset, sandbox.HTML} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Options{})
			field, other := w.box.AddContactField("Login address", "TEXT"), w.box.AddContactField("Colour", "TEXT")
			w.set(func(s *settings.Settings) { s.LinkField = field.ID })
			all := w.partners(n, other.ID)
			w.mustSync()
			for _, op := range []string{"updateContact", "getContact"} {
				if err := w.box.AddFault(sandbox.Fault{Operation: op, Kind: kind, Times: n / 2}); err != nil {
					t.Fatal(err)
				}
			}
			w.start()
			w.keepLinks()
			for _, a := range all {
				w.wantLink(a, field.ID)
				w.awaitTotal(a.ContactID, other.ID, "kept")
			}
			w.quiet()
			jobs, err := w.store.Jobs(context.Background(), account, "", "", 10)
			if err != nil || len(jobs) != 0 {
				t.Errorf("left: %+v, %v", jobs, err)
			}
		})
	}
}

// TestAFieldThatIsGoneParksSomeLinksAndNoMore, and they go on when they are retried.
func TestAFieldThatIsGoneParksSomeLinksAndNoMore(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	other := w.box.AddContactField("Colour", "TEXT")
	w.set(func(s *settings.Settings) { s.LinkField = "999" })
	all := w.partners(170, other.ID)
	w.mustSync()
	w.start()
	w.keepLinks()
	j := w.awaitParked(store.LinkJob)
	if j.Code != "link_refused" || !strings.Contains(j.Reason, "999") || strings.Contains(j.Reason, "/portal/a/") {
		t.Errorf("parked as %q: %q", j.Code, j.Reason)
	}
	parked := 0
	for before := -1; before != parked; time.Sleep(300 * time.Millisecond) { // several portions
		before = parked
		jobs, err := w.store.Jobs(context.Background(), account, store.Parked, "", 1000)
		if err != nil {
			t.Fatal(err)
		}
		parked = len(jobs)
	}
	if parked < 100 || parked > 160 {
		t.Errorf("%d jobs are parked", parked)
	}
	field := w.box.AddContactField("Login address", "TEXT")
	w.set(func(s *settings.Settings) { s.LinkField = field.ID })
	if _, err := w.store.RetryMany(context.Background(), account, store.JobQuery{Kind: store.LinkJob, Limit: 200}, time.Now()); err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		w.wantLink(a, field.ID)
	}
}
