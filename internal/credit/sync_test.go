package credit_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/credit"
	"tributary/internal/keap/sandbox"
)

func (w *world) sync() (credit.Synced, error) {
	w.t.Helper()
	return w.crediter.Sync(context.Background(), account)
}

func (w *world) affiliate(ref attribution.Ref) attribution.Affiliate {
	w.t.Helper()
	a, err := w.store.Affiliate(context.Background(), account, ref)
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

func TestASyncLearnsAllAffiliatesAndThenOnlyWhatDiffers(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	zeros := w.box.AddAffiliate(sandbox.Affiliate{Code: "00123", Name: "Änn " + strings.Repeat("Ü", 300)})
	plain := w.box.AddAffiliate(sandbox.Affiliate{Code: "123"})
	box := w.box.AddContact("Partner@Example.com", "Pat", "Example")
	mailed := w.box.AddAffiliate(sandbox.Affiliate{Code: "maple", ContactID: box.ID})
	for i := range 1200 {
		w.box.AddAffiliate(sandbox.Affiliate{Code: fmt.Sprintf("code%d", i), ContactID: box.ID})
	}
	first, err := w.sync()
	if err != nil || !first.Complete || first.Seen != 1203 || first.New != 1203 || first.Changed+first.Gone != 0 {
		t.Fatalf("first: %+v, %v", first, err)
	}
	if a, b := w.affiliate(byCode("00123")), w.affiliate(byCode("123")); a.ID != zeros.ID || b.ID != plain.ID || a.Code != "00123" || len(a.Name) < 300 {
		t.Errorf("00123 is %+v, 123 is %+v", a, b)
	}
	again, err := w.sync()
	if err != nil || again.New+again.Changed+again.Gone != 0 || again.Seen != 1203 {
		t.Errorf("again: %+v, %v", again, err)
	}
	w.box.ChangeAffiliate(plain.ID, func(a *sandbox.Affiliate) bool { a.Status, a.Code = "INACTIVE", "456"; return true })
	w.box.ChangeAffiliate(mailed.ID, func(*sandbox.Affiliate) bool { return false })
	third, err := w.sync()
	if err != nil || third.Changed != 1 || third.Gone != 1 {
		t.Errorf("third: %+v, %v", third, err)
	}
	if a := w.affiliate(byCode("456")); a.ID != plain.ID || a.Status != "INACTIVE" {
		t.Errorf("changed to %+v", a)
	}
	if a := w.affiliate(byID(mailed.ID)); a.Gone.IsZero() || a.Code != "maple" {
		t.Errorf("gone: %+v", a)
	}
	if fourth, err := w.sync(); err != nil || fourth.Gone != 0 || fourth.Calls > 3 {
		t.Errorf("what is gone was asked for again: %+v, %v", fourth, err)
	}
}

func TestASyncTakesEMailAndNameFromTheContact(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	contact := w.box.AddContact("Partner@Example.com", "Pat", "Example")
	nameless := w.box.AddAffiliate(sandbox.Affiliate{Code: "maple", ContactID: contact.ID})
	told := w.box.AddAffiliate(sandbox.Affiliate{Code: "birch", ContactID: w.box.AddContact("theirs@example.com", "", "").ID})
	key, sealed, err := w.vault.Seal(attribution.Person{Email: "given@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	given := attribution.Affiliate{ID: told.ID, Email: attribution.SealedEmail{Key: key, Sealed: sealed}}
	if err := w.store.PutAffiliate(context.Background(), account, given, time.Now()); err != nil {
		t.Fatal(err)
	}
	if _, err := w.sync(); err != nil {
		t.Fatal(err)
	}
	a := w.affiliate(byID(nameless.ID))
	p, err := w.vault.Open(a.Email.Sealed, a.Email.Key)
	if err != nil || p.Email != "partner@example.com" || a.Name != "Pat Example" || a.EmailVia != attribution.ViaKeap {
		t.Errorf("learned %+v of %+v, %v", p, a, err)
	}
	if a := w.affiliate(byID(told.ID)); a.Email.Key != key {
		t.Error("an e-mail that the owner gave was replaced")
	}
	other := w.box.AddContact("new@example.com", "", "")
	w.box.ChangeAffiliate(nameless.ID, func(a *sandbox.Affiliate) bool { a.ContactID = other.ID; return true })
	if _, err := w.sync(); err != nil {
		t.Fatal(err)
	}
	if a := w.affiliate(byID(nameless.ID)); a.Email.Key != w.vault.Key("new@example.com") {
		t.Error("the e-mail did not follow the contact")
	}
}

func TestASyncThatFailsKeepsWhatItLearned(t *testing.T) {
	for _, kind := range []sandbox.Kind{sandbox.Status503, sandbox.Blank200, sandbox.Truncated} {
		t.Run(string(kind), func(t *testing.T) {
			w := newWorld(t, sandbox.Options{})
			for i := range 1500 {
				w.box.AddAffiliate(sandbox.Affiliate{Code: fmt.Sprintf("code%d", i), ContactID: "1"})
			}
			last := w.box.Affiliates()[0]
			if err := w.store.PutAffiliate(context.Background(), account, attribution.Affiliate{ID: "99", Code: "old"}, time.Now()); err != nil {
				t.Fatal(err)
			}
			if err := w.box.AddFault(sandbox.Fault{Operation: "listAffiliate", Kind: kind, Skip: 1}); err != nil {
				t.Fatal(err)
			}
			report, err := w.sync()
			if err == nil || report.Complete || report.Error == "" || report.Seen != 1000 || report.Gone != 0 {
				t.Errorf("%+v, %v", report, err)
			}
			w.affiliate(byID(last.ID))
			if a := w.affiliate(byID("99")); !a.Gone.IsZero() {
				t.Error("who was not asked for was taken for gone")
			}
			if w.crediter.LastSync() != report {
				t.Errorf("the last is %+v", w.crediter.LastSync())
			}
			if report, err = w.sync(); err != nil || report.New != 500 || report.Gone != 1 {
				t.Errorf("then: %+v, %v", report, err)
			}
		})
	}
}

func TestTwoSyncsAtOnceAreOne(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	if err := w.box.AddFault(sandbox.Fault{Operation: "listAffiliate", Kind: sandbox.ApplyThenHang, Times: 1, Delay: sandbox.Duration(300e6)}); err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() { _, err := w.sync(); done <- err }()
	for w.box.Calls()["listAffiliate"] == 0 {
		time.Sleep(time.Millisecond)
	}
	if _, err := w.sync(); !errors.Is(err, credit.ErrSyncing) {
		t.Errorf("the second: %v", err)
	}
	if err := <-done; err != nil {
		t.Errorf("the first: %v", err)
	}
}
