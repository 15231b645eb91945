package storetest

import (
	"errors"
	"testing"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// imported is a referral that Keap had before us.
func imported(r attribution.Ref, id string, at time.Time) attribution.Event {
	return attribution.Event{
		ID: newID(at), Type: attribution.Referred, At: at, Received: noon, Via: attribution.ViaImport, Referral: id,
		Latest: attribution.Touch{Ref: r, At: at},
	}
}

// waiting ingests an opt-in whose contact was looked for once and is not there.
func (b *bench) waiting(who string) attribution.OptIn {
	b.t.Helper()
	id := b.ingest(optIn(byID("7"), who, noon))[0].OptIn
	b.advance(b.claimCredit(noon.Add(time.Minute)), store.Settlement{
		State: store.Ready, Due: noon.Add(6 * time.Hour), Attempt: 9, Status: attribution.Waiting, Reason: "no contact yet",
	})
	return b.getOptIn(id)
}

func (b *bench) wake(want int, who ...string) {
	b.t.Helper()
	keys := make([]attribution.PersonKey, len(who))
	for i, name := range who {
		keys[i] = person(name)
	}
	if n, err := b.Wake(ctx, account, keys, noon.Add(2*time.Minute)); err != nil || n != want {
		b.t.Errorf("woke %d, %v, want %d", n, err, want)
	}
}

func (b *bench) wantWaits(want bool) {
	b.t.Helper()
	if got, err := b.Waits(ctx); err != nil || got != want {
		b.t.Errorf("waits: %v, %v, want %v", got, err, want)
	}
}

func (b *bench) correct(want bool, c store.Correction) {
	b.t.Helper()
	if done, err := b.Correct(ctx, account, noon.Add(time.Hour), c); err != nil || done != want {
		b.t.Errorf("corrected: %v, %v, want %v", done, err, want)
	}
}

var correctionTests = map[string]func(*testing.T, *bench){
	"a new contact wakes who waits for it, and nobody else": func(t *testing.T, b *bench) {
		b.wantWaits(false)
		ann := b.waiting("ann")
		b.wantWaits(true)
		b.reopen()
		b.wantWaits(true)
		b.wake(0, "bob")
		b.wake(1, "bob", "ann")
		j := b.claimCredit(noon.Add(2 * time.Minute))
		if j.Subject != ann.ID.String() || j.Attempt != 0 {
			t.Errorf("woken: %+v", j)
		}
		got := b.getOptIn(ann.ID)
		if got.Status != attribution.Waiting || got.Reason != "no contact yet" || got.Trace[len(got.Trace)-1].Step != "woken" {
			t.Errorf("the woken opt-in %+v", got)
		}
	},
	"a wake takes the job out of the hand that has just found nothing": func(t *testing.T, b *bench) {
		b.ingest(optIn(byID("7"), "ann", noon))
		inHand := b.claimCredit(noon.Add(time.Minute))
		b.wake(1, "ann")
		err := b.Advance(ctx, inHand, noon, store.Settlement{State: store.Ready, Due: noon.Add(6 * time.Hour), Attempt: 1, Status: attribution.Waiting})
		if !errors.Is(err, store.ErrStale) {
			t.Errorf("the hand may still put it off: %v", err)
		}
		b.claimCredit(noon.Add(2 * time.Minute))
	},
	"a wake leaves alone what may be written, is parked, waits for its affiliate, or has not looked": func(t *testing.T, b *bench) {
		for who, s := range map[string]store.Settlement{
			"ann": {State: store.Sending, Due: noon.Add(time.Hour), Intended: noon},
			"bob": {State: store.Parked, Reason: "gave up", Status: attribution.Held},
			"cyd": {State: store.Ready, Due: noon.Add(time.Hour), Attempt: 1, Code: store.UnknownAffiliate, Status: attribution.Held},
		} {
			b.ingest(optIn(byID("7"), who, noon))
			b.advance(b.claimCredit(noon.Add(time.Minute)), s)
		}
		b.ingest(optIn(byID("7"), "dan", noon.Add(time.Hour)))
		b.wake(0, "ann", "bob", "cyd", "dan")
	},
	"a zero person wakes nobody": func(t *testing.T, b *bench) {
		b.waiting("ann")
		if n, err := b.Wake(ctx, account, []attribution.PersonKey{{}}, noon); n != 0 || err != nil {
			t.Errorf("woke %d, %v", n, err)
		}
	},
	"an opt-in that Keap has is credited, counted once, and its job is gone": func(t *testing.T, b *bench) {
		o := b.waiting("ann")
		c := store.Correction{Seen: o, Status: attribution.Credited, ContactID: "5", ReferralID: "50", Step: "reconciled", Detail: "found"}
		b.correct(true, c)
		b.correct(false, c) // it has changed since
		got := b.getOptIn(o.ID)
		if got.Status != attribution.Credited || got.ContactID != "5" || got.ReferralID != "50" || got.Reason != "" {
			t.Errorf("corrected: %+v", got)
		}
		b.wantWaits(false)
		if jobs, err := b.Jobs(ctx, account, "", "credit:~", 10); err != nil || len(jobs) > 0 && jobs[0].Kind == store.CreditJob {
			t.Errorf("jobs %+v, %v", jobs, err)
		}
		c.Seen, c.ContactID = got, "6" // two contacts were merged
		b.correct(true, c)
		if got = b.getOptIn(o.ID); got.ContactID != "6" {
			t.Errorf("followed to contact %s", got.ContactID)
		}
		b.wantTotal(byID("7"), attribution.Tally{OptIns: 1, People: 1, Referrals: 1})
	},
	"a referral that is gone is looked for again, and counted no longer": func(t *testing.T, b *bench) {
		o := b.waiting("ann")
		b.correct(true, store.Correction{Seen: o, Status: attribution.Credited, ContactID: "5", ReferralID: "50", Step: "reconciled"})
		o = b.getOptIn(o.ID)
		b.correct(true, store.Correction{Seen: o, Status: attribution.Received, Step: "reconciled", Detail: "gone"})
		b.wantTotal(byID("7"), attribution.Tally{OptIns: 1, People: 1})
		j := b.claimCredit(noon.Add(time.Hour))
		if got := b.getOptIn(o.ID); j.State != store.Sending || got.Status != attribution.Received || got.ContactID != "5" || got.ReferralID != "" {
			t.Errorf("job %+v of opt-in %+v", j, got)
		}
		b.advance(j, store.Settlement{State: store.Done, Status: attribution.Credited, ReferralID: "51"})
		b.wantTotal(byID("7"), attribution.Tally{OptIns: 1, People: 1, Referrals: 1})
	},
	"an erased opt-in is corrected no more": func(t *testing.T, b *bench) {
		o := b.waiting("ann")
		if _, err := b.Erase(ctx, account, person("ann"), noon); err != nil {
			t.Fatal(err)
		}
		b.correct(false, store.Correction{Seen: o, Status: attribution.Credited, ContactID: "5", ReferralID: "50"})
		b.correct(false, store.Correction{Seen: b.getOptIn(o.ID), Status: attribution.Credited, ContactID: "5", ReferralID: "50"})
	},
	"correcting what is not there": func(t *testing.T, b *bench) {
		b.waiting("ann")
		if _, err := b.Correct(ctx, account, noon, store.Correction{Seen: attribution.OptIn{ID: newID(noon)}}); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("got %v", err)
		}
	},
	"an imported referral counts once, at its time, and makes no job": func(t *testing.T, b *bench) {
		long := noon.AddDate(-3, 0, 0)
		e := imported(byID("7"), "50", long)
		if out := b.ingest(e, e, imported(byID("7"), "50", noon)); out[0].Disposition != store.Accepted || out[1].Disposition != store.Duplicate || out[2].Disposition != store.Duplicate {
			t.Errorf("outcomes %+v", out)
		}
		b.wantTotal(byID("7"), attribution.Tally{Referrals: 1})
		b.wantTotal(attribution.Ref{}, attribution.Tally{Referrals: 1})
		if hours, err := b.Counters(ctx, account, byID("7"), attribution.HourOf(long), attribution.HourOf(long)+1); err != nil || len(hours) != 1 {
			t.Errorf("at its time: %+v, %v", hours, err)
		}
		if jobs := b.claim(noon.AddDate(1, 0, 0), 10); len(jobs) != 0 {
			t.Errorf("jobs %+v", jobs)
		}
		log, err := b.Log(ctx, account, newID(noon.AddDate(1, 0, 0)), 10)
		if err != nil || len(log) != 1 || log[0].Type != attribution.Referred || log[0].Referral != "50" || log[0].Via != attribution.ViaImport || log[0].Latest.Ref != byID("7") {
			t.Errorf("log %+v, %v", log, err)
		}
	},
	"a referral that credits an opt-in and was imported counts once, whichever came first": func(t *testing.T, b *bench) {
		b.ingest(imported(byID("7"), "50", noon.AddDate(-1, 0, 0)))
		ann, bob := b.waiting("ann"), b.waiting("bob")
		b.correct(true, store.Correction{Seen: ann, Status: attribution.Credited, ContactID: "5", ReferralID: "50"})
		b.correct(true, store.Correction{Seen: bob, Status: attribution.Credited, ContactID: "6", ReferralID: "60"})
		b.wantTotal(byID("7"), attribution.Tally{OptIns: 2, People: 2, Referrals: 2})
		if out := b.ingest(imported(byID("7"), "60", noon.AddDate(-1, 0, 0))); out[0].Disposition != store.Duplicate {
			t.Errorf("outcome %+v", out)
		}
		b.wantTotal(byID("7"), attribution.Tally{OptIns: 2, People: 2, Referrals: 2})
	},
}
