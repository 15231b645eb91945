package storetest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

func (b *bench) decide(id uuid.UUID, v attribution.Verdict) (attribution.OptIn, error) {
	b.t.Helper()
	return b.Decide(ctx, account, id, attribution.Decision{Verdict: v, By: "owner@example.com", At: noon, Reason: "looked into it"})
}

func (b *bench) decided(id uuid.UUID, v attribution.Verdict, want attribution.Status) attribution.OptIn {
	b.t.Helper()
	o, err := b.decide(id, v)
	if err != nil || o.Status != want {
		b.t.Fatalf("%s: %s, %v, want %s", v, o.Status, err, want)
	}
	if stored := b.getOptIn(id); stored.Status != want || len(stored.Trace) != len(o.Trace) {
		b.t.Errorf("%s is not what is stored: %+v", v, stored)
	}
	return o
}

func (b *bench) tooLate(id uuid.UUID, verdicts ...attribution.Verdict) {
	b.t.Helper()
	for _, v := range verdicts {
		if _, err := b.decide(id, v); !errors.Is(err, store.ErrDecided) {
			b.t.Errorf("%s: %v, want ErrDecided", v, err)
		}
	}
}

// held is an opt-in whose job was parked, with a flag.
func (b *bench) held() (id uuid.UUID) {
	b.t.Helper()
	id = b.ingest(optIn(byID("7"), "ann", noon.Add(-time.Hour)))[0].OptIn
	b.advance(b.claimCredit(noon), store.Settlement{
		State: store.Parked, Code: "suspicious", Reason: "their own", Status: attribution.Held, Step: "held",
		Flags: []attribution.Flag{{Code: "self_referral", Reason: "their own", Hold: true}},
	})
	return id
}

var decisionTests = map[string]func(*testing.T, *bench){
	"a credit waits until it cannot be taken back, and goes its usual way": func(t *testing.T, b *bench) {
		id := b.held()
		o := b.decided(id, attribution.Credit, attribution.Received)
		if o.Reason != "" || !o.Passes("self_referral") || !o.Passes("suspicious") || o.Passes("late") || o.Decision.By != "owner@example.com" {
			t.Errorf("decided: %+v", o.Decision)
		}
		for _, j := range b.claim(noon.Add(store.UndoWithin-time.Second), 10) {
			if j.Kind == store.CreditJob {
				t.Error("it went to Keap while it could be taken back")
			}
		}
		b.reopen()
		b.advance(b.claimCredit(noon.Add(store.UndoWithin)), store.Settlement{State: store.Done, Status: attribution.Credited, ReferralID: "9"})
		b.tooLate(id, attribution.Verdicts...)
		b.wantTotal(byID("7"), attribution.Tally{OptIns: 1, People: 1, Referrals: 1})
	},
	"a credit can be taken back before it was sent, even out of a worker's hand": func(t *testing.T, b *bench) {
		id := b.held()
		b.decided(id, attribution.Credit, attribution.Received)
		j := b.claimCredit(noon.Add(time.Minute))
		o := b.decided(id, attribution.Keep, attribution.Held)
		if o.Reason != "their own" || o.Decision != nil || len(o.Flags) != 1 {
			t.Errorf("taken back: %+v", o)
		}
		if err := b.Advance(ctx, j, noon, store.Settlement{State: store.Sending, Intended: noon}); !errors.Is(err, store.ErrStale) {
			t.Errorf("the worker goes on: %v", err)
		}
		if page, err := b.ListJobs(ctx, account, store.JobQuery{State: store.Parked, Code: "suspicious", Limit: 10}); err != nil || len(page.Jobs) != 1 {
			t.Errorf("parked again: %+v, %v", page, err)
		}
	},
	"what may stand in Keap is not refused": func(t *testing.T, b *bench) {
		id := b.ingest(optIn(byID("7"), "ann", noon.Add(-time.Hour)))[0].OptIn
		b.advance(b.claimCredit(noon), store.Settlement{State: store.Sending, Due: noon.Add(time.Hour), Intended: noon})
		b.tooLate(id, attribution.Verdicts...)
		b.advance(b.claimCredit(noon.Add(time.Hour)), store.Settlement{State: store.Parked, Code: "gave_up", Status: attribution.Failed})
		b.tooLate(id, attribution.Refuse, attribution.Keep)
		b.decided(id, attribution.Credit, attribution.Received)
	},
	"a refusal ends the job, holds against late arrivals, and can be taken back": func(t *testing.T, b *bench) {
		id := b.held()
		o := b.decided(id, attribution.Refuse, attribution.Refused)
		if o.Reason != "refused by owner@example.com: looked into it" || !o.IsRefusedByHand() {
			t.Errorf("refused: %+v", o)
		}
		late := optIn(byID("8"), "ann", noon.Add(-30*time.Minute))
		late.Via = attribution.ViaHook
		b.ingest(late)
		if again := b.getOptIn(id); again.Status != attribution.Refused || again.Ref != byID("7") {
			t.Errorf("after a late arrival: %+v", again)
		}
		b.reopen()
		o = b.decided(id, attribution.Keep, attribution.Held)
		if o.Reason != "their own" || o.Decision != nil {
			t.Errorf("taken back: %+v", o)
		}
		b.decided(id, attribution.Refuse, attribution.Refused)
		if o = b.decided(id, attribution.Credit, attribution.Received); !o.Passes("suspicious") || o.Decision.Why != "their own" {
			t.Errorf("credited after a refusal: %+v", o.Decision)
		}
		b.claimCredit(noon.Add(store.UndoWithin))
		b.wantTotal(byID("7"), attribution.Tally{OptIns: 1, People: 1})
	},
	"an inherited affiliate that was refused stays so": func(t *testing.T, b *bench) {
		b.ingest(optIn(byID("7"), "ann", noon.Add(-100*time.Hour)))
		plain := optIn(attribution.Ref{}, "ann", noon.Add(-time.Hour))
		plain.Via = attribution.ViaHook
		id := b.ingest(plain)[0].OptIn
		if o := b.decided(id, attribution.Refuse, attribution.Refused); !o.Inherited {
			t.Fatalf("not inherited: %+v", o)
		}
		b.ingest(optIn(byID("8"), "ann", noon.Add(-50*time.Minute)))
		if o := b.getOptIn(id); o.Status != attribution.Refused || o.Ref != byID("7") {
			t.Errorf("a later arrival took the refusal away: %+v", o)
		}
	},
	"what is nobody's or erased cannot be decided": func(t *testing.T, b *bench) {
		nobody := b.ingest(optIn(attribution.Ref{}, "bob", noon))[0].OptIn
		b.tooLate(nobody, attribution.Verdicts...)
		id := b.held()
		b.decided(id, attribution.Refuse, attribution.Refused)
		if _, err := b.Erase(ctx, account, person("ann"), noon); err != nil {
			t.Fatal(err)
		}
		b.tooLate(id, attribution.Verdicts...)
		if o := b.getOptIn(id); o.Decision != nil || o.Flags != nil {
			t.Errorf("erased: %+v", o)
		}
		if _, err := b.decide(uuid.New(), attribution.Credit); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("one that is not there: %v", err)
		}
	},
	"flagged opt-ins are listed": func(t *testing.T, b *bench) {
		id := b.held()
		b.ingest(optIn(byID("7"), "bob", noon))
		if got := b.optIns(store.Query{Flagged: true}); len(got) != 1 || got[0].ID != id {
			t.Errorf("flagged: %+v", got)
		}
		if got := b.optIns(store.Query{Flagged: true, Ref: byID("8")}); len(got) != 0 {
			t.Errorf("flagged of another affiliate: %+v", got)
		}
	},
	"opt-ins of an affiliate and some statuses": func(t *testing.T, b *bench) {
		want := map[attribution.Status][]uuid.UUID{}
		all := func(statuses ...attribution.Status) (ids []uuid.UUID) {
			for _, s := range statuses {
				ids = append(ids, want[s]...)
			}
			slices.SortFunc(ids, func(x, y uuid.UUID) int { return b.getOptIn(y).At.Compare(b.getOptIn(x).At) })
			return ids
		}
		for i := range 60 {
			ref, status := byID("7"), attribution.Received
			if i%3 == 0 {
				ref = byID("8")
			}
			id := b.ingest(optIn(ref, string(rune('A'+i)), noon.Add(time.Duration(i)*time.Second)))[0].OptIn
			if i%4 == 0 {
				status = attribution.Refused
				b.decided(id, attribution.Refuse, status)
			}
			if ref == byID("7") {
				want[status] = append(want[status], id)
			}
		}
		for name, c := range map[string]struct {
			q    store.Query
			want []uuid.UUID
		}{
			"one":         {store.Query{Status: attribution.Refused}, all(attribution.Refused)},
			"one of":      {store.Query{Statuses: []attribution.Status{attribution.Held, attribution.Refused}}, all(attribution.Refused)},
			"two":         {store.Query{Statuses: []attribution.Status{attribution.Refused, attribution.Received}}, all(attribution.Refused, attribution.Received)},
			"one twice":   {store.Query{Statuses: []attribution.Status{attribution.Refused, attribution.Refused}}, all(attribution.Refused)},
			"any":         {store.Query{}, all(attribution.Refused, attribution.Received)},
			"one and not": {store.Query{Status: attribution.Refused, Statuses: []attribution.Status{attribution.Held}}, nil},
		} {
			for _, limit := range []int{1, 3, 100} {
				c.q.Ref, c.q.Limit = byID("7"), limit
				var got []uuid.UUID
				for _, o := range b.optIns(c.q) {
					got = append(got, o.ID)
				}
				if !slices.Equal(got, c.want) {
					t.Errorf("%s, %d a page: %v, want %v", name, limit, got, c.want)
				}
			}
		}
		span := store.Query{Ref: byID("7"), Status: attribution.Refused, From: noon.Add(20 * time.Second), To: noon.Add(29 * time.Second)}
		if got := b.optIns(span); len(got) != 2 { // 20 and 28
			t.Errorf("%d in the span", len(got))
		}
		few, err := b.OptIns(ctx, account, store.Query{Ref: byID("7"), Statuses: []attribution.Status{attribution.Refused}, Limit: 100, Scan: len(want[attribution.Refused])})
		if err != nil || len(few.OptIns) != len(want[attribution.Refused]) || !few.Next.IsZero() {
			t.Errorf("%d found, next %v, %v: others were looked at", len(few.OptIns), few.Next, err)
		}
	},
}
