package credit_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/keap/sandbox"
	"tributary/internal/settings"
)

// TestTwoOptInsOfOnePersonAtOnce: they get one contact, and the older never takes the credit from the newer, although
// Keap answers every look so slowly that both could look before either writes.
func TestTwoOptInsOfOnePersonAtOnce(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	a, b := w.box.AddAffiliate(sandbox.Affiliate{Code: "maple"}), w.box.AddAffiliate(sandbox.Affiliate{Code: "birch"})
	w.set(func(s *settings.Settings) { s.Contact, s.ContactGrace = settings.Create, 0 })
	for _, op := range []string{"listReferrals", "listContacts"} {
		if err := w.box.AddFault(sandbox.Fault{Operation: op, Kind: sandbox.ApplyThenHang, Times: 1000, Delay: sandbox.Duration(40 * time.Millisecond)}); err != nil {
			t.Fatal(err)
		}
	}
	const n = 8
	var older, newer []uuid.UUID
	for i := range n {
		p := attribution.Person{Email: fmt.Sprintf("p%d@example.com", i)}
		older = append(older, w.optInAt(byID(a.ID), p, time.Now().Add(-48*time.Hour)))
		newer = append(newer, w.optInAt(byID(b.ID), p, time.Now()))
	}
	w.start()
	for i := range n {
		second := w.await(newer[i], attribution.Credited)
		first := w.settled(older[i])
		if first.Status == attribution.Credited && number(first.ReferralID) > number(second.ReferralID) {
			t.Errorf("the older opt-in was written after the newer: referral %s after %s", first.ReferralID, second.ReferralID)
		}
		if first.Status == attribution.Credited && first.ContactID != second.ContactID {
			t.Errorf("contacts %s and %s", first.ContactID, second.ContactID)
		}
	}
	if made := len(w.box.Contacts()) - 2; made != n {
		t.Errorf("%d contacts were made of %d persons", made, n)
	}
}

// settled waits until an opt-in is credited or held.
func (w *world) settled(id uuid.UUID) attribution.OptIn {
	w.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if o := w.get(id); o.Status == attribution.Credited || o.Status == attribution.Held {
			return o
		}
	}
	w.t.Fatalf("neither credited nor held: %+v", w.get(id))
	return attribution.OptIn{}
}

func number(id string) int {
	n, _ := strconv.Atoi(id)
	return n
}
