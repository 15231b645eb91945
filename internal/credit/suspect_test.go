package credit_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/keap/sandbox"
	"tributary/internal/settings"
	"tributary/internal/store"
)

// knows saves an affiliate with an e-mail, as the owner or a sync does.
func (w *world) knows(id, email, contact string) {
	w.t.Helper()
	key, sealed, err := w.vault.Seal(attribution.Person{Email: email})
	if err != nil {
		w.t.Fatal(err)
	}
	a := attribution.Affiliate{ID: id, ContactID: contact, Email: attribution.SealedEmail{Key: key, Sealed: sealed}}
	if err := w.store.PutAffiliate(context.Background(), account, a, time.Now()); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) decide(o attribution.OptIn, v attribution.Verdict) {
	w.t.Helper()
	d := attribution.Decision{Verdict: v, By: "owner@example.com", At: time.Now().UTC().Add(-store.UndoWithin)}
	if _, err := w.store.Decide(context.Background(), account, o.ID, d); err != nil {
		w.t.Fatal(err)
	}
}

func codesOf(o attribution.OptIn) string {
	var codes []string
	for _, f := range o.Flags {
		codes = append(codes, f.Code)
	}
	return strings.Join(codes, " ")
}

func TestAnAffiliatesOwnOptInWaitsForAPerson(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.box.AddAffiliate(sandbox.Affiliate{ID: "7", Code: "maria"})
	w.box.AddContact("maria@example.com", "", "")
	w.knows("7", "maria@example.com", "")
	w.start()
	id := w.optIn(byID("7"), "maria@example.com")
	o := w.await(id, attribution.Held)
	if o.Reason != "the e-mail is the affiliate's own" || codesOf(o) != "self_referral" || !o.Flags[0].Hold {
		t.Fatalf("held: %+v", o)
	}
	if n := calls(w.box); n != 0 {
		t.Errorf("%d calls for what waits for a person", n)
	}
	w.decide(o, attribution.Credit)
	o = w.await(id, attribution.Credited)
	if n := len(w.box.Referrals()); n != 1 || codesOf(o) != "self_referral" {
		t.Errorf("%d referrals, flags %v", n, o.Flags)
	}
	if n := calls(w.box); n != 3 {
		t.Errorf("%d calls, want 3", n)
	}
}

// TestTheAffiliatesContactIsKnownByItself: an address that only Keap knows to be theirs.
func TestTheAffiliatesContactIsKnownByItself(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	contact := w.box.AddContact("second@example.com", "", "")
	w.box.AddAffiliate(sandbox.Affiliate{ID: "7", ContactID: contact.ID})
	w.start()
	o := w.await(w.optIn(byID("7"), "second@example.com"), attribution.Held)
	if o.Reason != "the contact in Keap is the affiliate's own" {
		t.Errorf("held: %+v", o)
	}
	w.decide(o, attribution.Refuse)
	if o = w.get(o.ID); o.Status != attribution.Refused || len(w.box.Referrals()) != 0 {
		t.Errorf("refused: %+v", o)
	}
}

// TestAMarkHoldsNothing, and many at once are still credited once each.
func TestAMarkHoldsNothing(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.box.AddAffiliate(sandbox.Affiliate{ID: "7"})
	w.set(func(s *settings.Settings) { s.BurstOver, s.Disposable = 2, "hold" })
	ids := []uuid.UUID{}
	for i := range 6 {
		email := fmt.Sprintf("p%d@example.com", i)
		w.box.AddContact(email, "", "")
		ids = append(ids, w.optIn(byID("7"), email))
	}
	w.box.AddContact("x@yopmail.com", "", "")
	odd := w.optIn(byID("7"), "x@yopmail.com")
	w.start()
	marked := 0
	for _, id := range ids {
		if o := w.await(id, attribution.Credited); codesOf(o) == "burst" {
			marked++
		}
	}
	if marked < 3 || len(w.box.Referrals()) != 6 {
		t.Errorf("%d are marked, %d referrals", marked, len(w.box.Referrals()))
	}
	if o := w.await(odd, attribution.Held); !strings.Contains(o.Reason, "yopmail.com") || strings.Contains(o.Reason, "within a minute") {
		t.Errorf("held for what only marks: %+v", o)
	}
}

// TestADecisionPassesOverWhatWasSeen, and not over what turns up after it.
func TestADecisionPassesOverWhatWasSeen(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.box.AddAffiliate(sandbox.Affiliate{ID: "7"})
	contact := w.box.AddContact("x@yopmail.com", "", "")
	w.set(func(s *settings.Settings) { s.Disposable = "hold" })
	w.start()
	id := w.optIn(byID("7"), "x@yopmail.com")
	o := w.await(id, attribution.Held)
	w.box.AddReferral(sandbox.Referral{ContactID: contact.ID, ReferralPartnerID: "8", ReferralTime: time.Now().Add(-time.Hour).UTC().Format(time.RFC3339), Source: "by hand"})
	w.decide(o, attribution.Credit)
	w.awaitReason(id, "which we did not write")
	if n := len(w.box.Referrals()); n != 1 {
		t.Fatalf("%d referrals: it passed over what nobody had seen", n)
	}
	w.decide(w.get(id), attribution.Credit)
	w.await(id, attribution.Credited)
	if n := len(w.box.Referrals()); n != 2 {
		t.Errorf("%d referrals, want 2", n)
	}
}

func (w *world) awaitReason(id uuid.UUID, part string) {
	w.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if strings.Contains(w.get(id).Reason, part) {
			return
		}
	}
	w.t.Fatalf("no reason says %q: %+v", part, w.get(id))
}
