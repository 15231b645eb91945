package storetest

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// joinTests are the ways of one opt-in that do not all know the person.
var joinTests = map[string]func(*testing.T, *bench){
	"a hook and its page are one opt-in in both orders": func(t *testing.T, b *bench) {
		for i, who := range []string{"ann", "bob"} {
			page := optIn(byID("7"), who, noon)
			ways := []attribution.Event{page, hook(page.ID, who, noon.Add(time.Second))}
			if i == 1 {
				slices.Reverse(ways)
			}
			b.ingest(ways[0])
			b.ingest(ways[1])
			o := b.getOptIn(page.ID)
			if o.Ref != byID("7") || o.Status != attribution.Received || len(o.Via) != 2 {
				t.Errorf("%s: %+v", who, o)
			}
		}
		b.wantTotal(byID("7"), attribution.Tally{OptIns: 2, People: 2})
		b.wantTotal(attribution.Ref{}, attribution.Tally{OptIns: 2, People: 2})
		b.wantCredits(2)
	},
	"a thank-you page that is opened again weeks later is no new opt-in": func(t *testing.T, b *bench) {
		again := func(who string, at time.Time, ref attribution.Ref) store.Outcome {
			e := optIn(ref, who, at)
			e.Via = attribution.ViaThankYou
			return b.ingest(e)[0]
		}
		first := again("ann", noon, byID("7"))
		if out := again("ann", noon.Add(30*24*time.Hour), attribution.Ref{}); out.Disposition != store.Duplicate || out.OptIn != first.OptIn {
			t.Errorf("on a device that knows nobody: %+v", out)
		}
		if out := again("ann", noon.Add(31*24*time.Hour), byID("8")); out.Disposition != store.Accepted {
			t.Errorf("sent by somebody else: %+v", out)
		}
		if out := again("bob", noon, attribution.Ref{}); out.Disposition != store.Accepted {
			t.Errorf("of somebody new: %+v", out)
		}
		b.wantTotal(byID("7"), attribution.Tally{OptIns: 1, People: 1})
	},
	"without an e-mail it counts at once and waits for it": func(t *testing.T, b *bench) {
		page := nameless(optIn(byID("7"), "ann", noon))
		b.ingest(page)
		if o := b.getOptIn(page.ID); o.Status != attribution.Waiting || o.Reason == "" || o.Ref != byID("7") {
			t.Errorf("without an e-mail: %+v", o)
		}
		b.wantTotal(byID("7"), attribution.Tally{OptIns: 1})
		b.wantCredits(0)
		b.ingest(hook(page.ID, "ann", noon.Add(time.Hour)))
		if o := b.getOptIn(page.ID); o.Status != attribution.Received || o.Reason != "" || string(o.Sealed) != "sealed ann" {
			t.Errorf("with it: %+v", o)
		}
		b.wantTotal(byID("7"), attribution.Tally{OptIns: 1, People: 1})
		b.wantCredits(1)
		if got := b.optIns(store.Query{Person: person("ann")}); len(got) != 1 {
			t.Errorf("ann has %d opt-ins", len(got))
		}
	},
	"the hash of an e-mail waits for the e-mail": func(t *testing.T, b *bench) {
		page := optIn(byID("7"), "ann", noon)
		page.Sealed = nil
		b.ingest(page)
		if o := b.getOptIn(page.ID); o.Status != attribution.Waiting {
			t.Errorf("the hash alone: %+v", o)
		}
		b.wantTotal(byID("7"), attribution.Tally{OptIns: 1, People: 1})
		b.wantCredits(0)
		b.ingest(hook(uuid.Nil, "ann", noon.Add(time.Hour)))
		if o := b.getOptIn(page.ID); o.Status != attribution.Received || len(o.Via) != 2 {
			t.Errorf("with the e-mail: %+v", o)
		}
		b.wantTotal(byID("7"), attribution.Tally{OptIns: 1, People: 1})
		b.wantCredits(1)
	},
	"one that turns out to be the person's other opt-in is taken up": func(t *testing.T, b *bench) {
		thanks := optIn(attribution.Ref{}, "ann", noon.Add(time.Minute))
		page := nameless(optIn(byID("7"), "ann", noon.Add(-2*time.Hour)))
		b.ingest(thanks, page)
		b.wantTotal(attribution.Ref{}, attribution.Tally{OptIns: 2, People: 1})
		b.ingest(hook(page.ID, "ann", noon.Add(time.Hour)))
		if o := b.getOptIn(page.ID); o.ID != thanks.ID || o.Ref != byID("7") || o.Status != attribution.Received {
			t.Errorf("the page's id leads to %+v", o)
		}
		b.wantTotal(byID("7"), attribution.Tally{OptIns: 1, People: 1})
		b.wantTotal(attribution.Ref{}, attribution.Tally{OptIns: 1, People: 1})
		b.wantCredits(1)
		if got := b.optIns(store.Query{}); len(got) != 1 {
			t.Errorf("%d opt-ins are listed", len(got))
		}
		b.ingest(page, hook(page.ID, "ann", noon.Add(2*time.Hour)))
		b.wantTotal(attribution.Ref{}, attribution.Tally{OptIns: 1, People: 1})
	},
	"one id never stands for two e-mails": func(t *testing.T, b *bench) {
		page := optIn(byID("7"), "ann", noon)
		b.ingest(page)
		for range 3 {
			b.ingest(hook(page.ID, "bob", noon.Add(time.Minute)))
		}
		other := optIn(byID("8"), "cid", noon)
		b.ingest(hook(other.ID, "dan", noon), other)
		for who, want := range map[string]attribution.Ref{"ann": byID("7"), "bob": {}, "cid": byID("8"), "dan": {}} {
			if got := b.optIns(store.Query{Person: person(who)}); len(got) != 1 || got[0].Ref != want {
				t.Errorf("%s: %+v", who, got)
			}
		}
		b.wantTotal(attribution.Ref{}, attribution.Tally{OptIns: 4, People: 4})
	},
	"an id joins long after the window": func(t *testing.T, b *bench) {
		page := nameless(optIn(byID("7"), "ann", noon))
		b.ingest(page, hook(page.ID, "ann", noon.Add(30*24*time.Hour)))
		b.wantTotal(attribution.Ref{}, attribution.Tally{OptIns: 1, People: 1})
	},
	"the page's own affiliate beats that of an earlier opt-in": func(t *testing.T, b *bench) {
		b.ingest(optIn(byID("8"), "ann", noon.Add(-10*24*time.Hour)))
		b.claim(noon, 10)
		page := optIn(byID("7"), "ann", noon)
		b.ingest(hook(page.ID, "ann", noon))
		if early := b.claim(noon.Add(20*time.Second), 10); slices.ContainsFunc(early, credits) {
			t.Error("a hook that names nobody is credited before the page can")
		}
		held := b.claimCreditOf(page.ID, noon.Add(2*time.Minute))
		b.ingest(page)
		if o := b.getOptIn(page.ID); o.Ref != byID("7") || o.Inherited {
			t.Errorf("%+v", o)
		}
		if err := b.Advance(ctx, held, noon, store.Settlement{State: store.Sending, Intended: noon}); !errors.Is(err, store.ErrStale) {
			t.Errorf("a hand that read the other affiliate may write: %v", err)
		}
		b.wantTotal(byID("8"), attribution.Tally{OptIns: 1, People: 1})
		b.wantTotal(byID("7"), attribution.Tally{OptIns: 1, People: 1})
		b.wantTotal(attribution.Ref{}, attribution.Tally{OptIns: 2, People: 1})
	},
	"an affiliate that Keap may have been told stays": func(t *testing.T, b *bench) {
		b.ingest(optIn(byID("8"), "ann", noon.Add(-10*24*time.Hour)))
		page := optIn(byID("7"), "ann", noon)
		b.ingest(hook(page.ID, "ann", noon))
		j := b.claimCreditOf(page.ID, noon.Add(2*time.Minute))
		b.advance(j, store.Settlement{State: store.Sending, Due: noon.Add(time.Hour), Intended: noon})
		b.ingest(page)
		if o := b.getOptIn(page.ID); o.Ref != byID("8") {
			t.Errorf("it moved to %s", o.Ref)
		}
		b.advance(j, store.Settlement{State: store.Done, Status: attribution.Credited, ReferralID: "1"})
		b.ingest(optIn(byID("7"), "ann", noon.Add(time.Second)))
		b.wantTotal(byID("8"), attribution.Tally{OptIns: 2, People: 1, Referrals: 1})
		b.wantTotal(byID("7"), attribution.Tally{})
	},
	"all ways in any order are one opt-in": func(t *testing.T, b *bench) { allWays(t, b, 60) },
}

// allWays sends every way of many opt-ins, repeated and shuffled. The store's check at the end holds the counters
// against a recount.
func allWays(t *testing.T, b *bench, people int) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	var all []attribution.Event
	ids := make([]uuid.UUID, people)
	for i := range people {
		who := "p" + strconv.Itoa(i)
		if random.IntN(2) == 0 {
			b.ingest(optIn(byCode("ash"), who, noon.Add(-10*24*time.Hour)))
		}
		ways := waysOf(random, who)
		ids[i] = ways[0].ID
		for range 3 {
			all = append(all, ways...)
		}
	}
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for len(all) > 0 {
		n := min(1+random.IntN(20), len(all))
		b.ingest(all[:n]...)
		all = all[n:]
		if random.IntN(20) == 0 {
			b.must(b.PutAffiliate(ctx, account, attribution.Affiliate{ID: "7", Code: "oak"}, noon))
		}
	}
	for _, id := range ids {
		o := b.getOptIn(id)
		if o.Ref != byID("7") && o.Ref != byCode("oak") || o.Status != attribution.Received || len(o.Via) != 5 {
			t.Fatalf("seed %d: %+v", seed, o)
		}
	}
	recent := b.optIns(store.Query{From: noon.Add(-24 * time.Hour)})
	if len(recent) != people {
		t.Errorf("seed %d: %d opt-ins of %d people", seed, len(recent), people)
	}
	b.must(b.PutAffiliate(ctx, account, attribution.Affiliate{ID: "7", Code: "oak"}, noon))
	b.wantTotal(byID("7"), attribution.Tally{OptIns: int64(people), People: int64(people)})
	b.wantCredits(people + len(b.optIns(store.Query{To: noon.Add(-24 * time.Hour)})))
}

// waysOf is one opt-in as it comes from a page that tells the e-mail, its hash or nothing, from a frame, a thank-you
// page, a hook and the API. The first is the page's, whose id the hook and perhaps others know.
func waysOf(random *rand.Rand, who string) []attribution.Event {
	at := func() time.Time { return noon.Add(time.Duration(random.IntN(3600)) * time.Second) }
	page := optIn(byCode("oak"), who, at())
	switch random.IntN(3) {
	case 0:
		page.Sealed = nil
	case 1:
		page = nameless(page)
	}
	ways := []attribution.Event{page, hook(page.ID, who, at())}
	for _, via := range []attribution.Via{attribution.ViaMessage, attribution.ViaThankYou, attribution.ViaAPI} {
		e := hook(uuid.Nil, who, at())
		if random.IntN(2) == 0 {
			e.Joins = page.ID
		}
		e.Via = via
		ways = append(ways, e)
	}
	return ways
}

// hook is an opt-in that a form tool tells of: it names no affiliate, and the page's opt-in perhaps.
func hook(joins uuid.UUID, who string, at time.Time) attribution.Event {
	e := optIn(attribution.Ref{}, who, at)
	e.Via, e.Joins = attribution.ViaHook, joins
	return e
}

func nameless(e attribution.Event) attribution.Event {
	e.Person, e.Sealed = attribution.PersonKey{}, nil
	return e
}

func credits(j store.Job) bool { return j.Kind == store.CreditJob }

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// wantCredits counts the jobs that credit.
func (b *bench) wantCredits(want int) {
	b.t.Helper()
	jobs, err := b.Jobs(ctx, account, "", "", 10_000)
	b.must(err)
	got := 0
	for _, j := range jobs {
		if credits(j) {
			got++
		}
	}
	if got != want {
		b.t.Errorf("%d jobs credit, want %d", got, want)
	}
}

// claimCreditOf claims everything due and returns the job of one opt-in.
func (b *bench) claimCreditOf(id uuid.UUID, now time.Time) store.Job {
	b.t.Helper()
	for _, j := range b.claim(now, 100) {
		if j.ID == store.JobID(store.CreditJob, id.String()) {
			return j
		}
	}
	b.t.Fatalf("opt-in %s is not due", id)
	return store.Job{}
}
