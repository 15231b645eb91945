package storetest

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// want says which news are kept; version is that of the document before.
func (b *bench) want(version int64, what string) int64 {
	b.t.Helper()
	version, err := b.Put(ctx, store.NewsKind, string(account), []byte(`{"wanted":[`+what+`],"more":"of others"}`), version)
	if err != nil {
		b.t.Fatalf("wanting news: %v", err)
	}
	return version
}

func (b *bench) news() []store.News {
	b.t.Helper()
	all, err := b.News(ctx, account, 100)
	if err != nil {
		b.t.Fatalf("reading news: %v", err)
	}
	return all
}

// wantNews compares what the news tell, oldest first.
func (b *bench) wantNews(want ...attribution.Status) {
	b.t.Helper()
	var got []attribution.Status
	for _, n := range b.news() {
		got = append(got, n.What)
	}
	if !slices.Equal(got, want) {
		b.t.Errorf("the news are %v, want %v", got, want)
	}
}

const allNews = `"received","credited","held","refused","failed","erased"`

var newsTests = map[string]func(*testing.T, *bench){
	"news come with the change that they tell, oldest first, and stay until they are passed on": func(t *testing.T, b *bench) {
		b.want(0, allNews)
		o := b.ingest(optIn(byID("7"), "ann", noon))[0].OptIn
		b.advance(b.claimCredit(noon.Add(time.Minute)), store.Settlement{State: store.Parked, Status: attribution.Held, Step: "held"})
		if _, err := b.Retry(ctx, account, store.JobID(store.CreditJob, o.String()), noon); err != nil {
			t.Fatal(err)
		}
		b.advance(b.claimCredit(noon.Add(2*time.Minute)), store.Settlement{State: store.Done, Status: attribution.Credited, ReferralID: "9", Step: "credited"})
		b.reopen()
		b.wantNews(attribution.Received, attribution.Held, attribution.Credited)
		told := b.news()
		for i, at := range []time.Time{noon.Add(time.Second), noon, noon} { // advance plays at noon
			if told[i].OptIn != o || !told[i].At.Equal(at) {
				t.Errorf("%+v, want opt-in %s at %s", told[i], o, at)
			}
		}
		if first, err := b.News(ctx, account, 1); err != nil || len(first) != 1 || first[0] != told[0] {
			t.Errorf("one of them: %+v, %v", first, err)
		}
		if err := b.PassedOn(ctx, account, []uuid.UUID{told[0].ID, told[2].ID, uuid.New()}); err != nil {
			t.Fatal(err)
		}
		b.reopen()
		b.wantNews(attribution.Held)
	},
	"news come of a correction and of an erasure": func(t *testing.T, b *bench) {
		b.want(0, allNews)
		o := b.ingest(optIn(byID("7"), "ann", noon))[0].OptIn
		if ok, err := b.Correct(ctx, account, noon, store.Correction{Seen: b.getOptIn(o), Status: attribution.Credited, ReferralID: "9", Step: "reconciled"}); !ok || err != nil {
			t.Fatal(ok, err)
		}
		b.erase("ann")
		b.wantNews(attribution.Received, attribution.Credited, attribution.Erased)
	},
	"what changes no status is no news": func(t *testing.T, b *bench) {
		b.want(0, allNews)
		first := optIn(byID("7"), "ann", noon)
		b.ingest(first, first, optIn(byID("7"), "ann", noon.Add(time.Hour)))
		b.advance(b.claimCredit(noon.Add(time.Minute)), store.Settlement{State: store.Ready, Due: noon.Add(time.Hour), Step: "put off"})
		b.ingest(click(byID("7"), uuid.New(), noon))
		test := optIn(byID("7"), "bob", noon)
		test.Test = true
		ignored := optIn(byID("7"), "cid", noon)
		ignored.Ignored = "a robot"
		b.ingest(test, ignored)
		b.wantNews(attribution.Received)
	},
	"only what is wanted is kept, from when it is wanted until it is not": func(t *testing.T, b *bench) {
		b.ingest(optIn(byID("7"), "ann", noon)) // before anybody asks
		version := b.want(0, `"credited"`)
		b.ingest(optIn(byID("7"), "bob", noon))
		b.wantNews()
		version = b.want(version, `"received"`)
		b.ingest(optIn(byID("7"), "cid", noon))
		b.reopen()
		b.ingest(optIn(byID("7"), "dan", noon))
		if err := b.Delete(ctx, store.NewsKind, string(account), version); err != nil {
			t.Fatal(err)
		}
		b.ingest(optIn(byID("7"), "eve", noon))
		b.wantNews(attribution.Received, attribution.Received)
		if _, err := b.Ingest(ctx, "other", policy, []attribution.Event{optIn(byID("7"), "fay", noon)}); err != nil {
			t.Fatal(err)
		}
		if theirs, err := b.News(ctx, "other", 10); err != nil || len(theirs) != 0 {
			t.Errorf("another account's: %v, %v", theirs, err)
		}
	},
	"a change that does not come about has no news": func(t *testing.T, b *bench) {
		b.want(0, allNews)
		b.ingest(optIn(byID("7"), "ann", noon))
		j := b.claimCredit(noon.Add(time.Minute))
		b.claimCredit(noon.Add(time.Hour))
		if err := b.Advance(ctx, j, noon, store.Settlement{State: store.Done, Status: attribution.Credited, Step: "credited"}); err == nil {
			t.Fatal("a stale claim was settled")
		}
		b.wantNews(attribution.Received)
	},
}
