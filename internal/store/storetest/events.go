package storetest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

var eventTests = map[string]func(*testing.T, *bench){
	"an event sent 100 times counts once": func(t *testing.T, b *bench) {
		c, o := click(byID("7"), newID(noon), noon), optIn(byID("7"), "ann", noon)
		for i := range 50 {
			for j, out := range b.ingest(c, o, c, o) {
				want := store.Duplicate
				if i == 0 && j < 2 {
					want = store.Accepted
				}
				if out.Disposition != want {
					t.Fatalf("round %d, event %d: %s, want %s", i, j, out.Disposition, want)
				}
			}
		}
		b.wantTotal(byID("7"), attribution.Tally{Clicks: 1, UniqueClicks: 1, OptIns: 1, People: 1})
	},
	"a duplicate opt-in names the opt-in that it is": func(t *testing.T, b *bench) {
		o := optIn(byID("7"), "ann", noon)
		first, again := b.ingest(o)[0], b.ingest(o)[0]
		if first.OptIn != o.ID || again.OptIn != o.ID {
			t.Errorf("opt-in %s, answered %s and then %s", o.ID, first.OptIn, again.OptIn)
		}
	},
	"a visitor is unique once for each affiliate and once for the account": func(t *testing.T, b *bench) {
		visitor := newID(noon)
		b.ingest(click(byID("7"), visitor, noon), click(byID("7"), visitor, noon.Add(50*time.Hour)), click(byID("8"), visitor, noon))
		b.wantTotal(byID("7"), attribution.Tally{Clicks: 2, UniqueClicks: 1})
		b.wantTotal(byID("8"), attribution.Tally{Clicks: 1, UniqueClicks: 1})
		b.wantTotal(attribution.Ref{}, attribution.Tally{Clicks: 3, UniqueClicks: 1})
	},
	"a program that visits for every affiliate is unique for a bounded number": func(t *testing.T, b *bench) {
		program := newID(noon)
		affiliate := func(i int) attribution.Ref { return byID(strconv.Itoa(i + 1)) }
		var batch []attribution.Event
		for i := range store.RefsOfVisitor + 50 {
			batch = append(batch, click(affiliate(i), program, noon))
		}
		for part := range slices.Chunk(batch, 50) {
			b.ingest(part...)
		}
		b.wantTotal(affiliate(0), attribution.Tally{Clicks: 1, UniqueClicks: 1})
		b.wantTotal(affiliate(store.RefsOfVisitor-1), attribution.Tally{Clicks: 1, UniqueClicks: 1})
		b.wantTotal(affiliate(store.RefsOfVisitor), attribution.Tally{Clicks: 1})
		b.wantTotal(attribution.Ref{}, attribution.Tally{Clicks: store.RefsOfVisitor + 50, UniqueClicks: 1})
	},
	"one affiliate's name within another's is another": func(t *testing.T, b *bench) {
		b.ingest(click(byID("1"), newID(noon), noon), click(byID("12"), newID(noon), noon), click(byCode("1"), newID(noon), noon))
		for _, r := range []attribution.Ref{byID("1"), byID("12"), byCode("1")} {
			b.wantTotal(r, attribution.Tally{Clicks: 1, UniqueClicks: 1})
		}
	},
	"what is ignored is kept and not counted": func(t *testing.T, b *bench) {
		e := click(byID("7"), newID(noon), noon)
		e.Ignored = "a crawler"
		if out := b.ingest(e)[0]; out.Disposition != store.Ignored || out.Reason != "a crawler" {
			t.Errorf("outcome %+v", out)
		}
		b.wantTotal(byID("7"), attribution.Tally{})
		if log, err := b.Log(ctx, account, uuid.Nil, 10); err != nil || len(log) != 1 || log[0].Reason != "a crawler" {
			t.Errorf("log %+v, %v", log, err)
		}
	},
	"a test is kept and counted nowhere": func(t *testing.T, b *bench) {
		said, byID7, joining := optIn(byID("7"), "ann", noon), click(byID("7"), newID(noon), noon), optIn(byID("7"), "bea", noon)
		said.Test = true
		byID7.ID[6], byID7.ID[7] = 0x87, 0xe5
		joining.Via, joining.Joins = attribution.ViaHook, byID7.ID
		for i, out := range b.ingest(said, byID7, joining) {
			if out.Disposition != store.Test || out.Reason != store.TestReason || out.OptIn != uuid.Nil {
				t.Errorf("event %d: %+v", i, out)
			}
		}
		for _, r := range []attribution.Ref{byID("7"), {}} {
			b.wantTotal(r, attribution.Tally{})
		}
		if usage, err := b.Usage(ctx); err != nil || usage.Jobs[store.Ready] != 0 {
			t.Errorf("jobs %v, %v", usage.Jobs, err)
		}
		log, err := b.Log(ctx, account, uuid.Nil, 10)
		if err != nil || len(log) != 3 {
			t.Fatalf("log %+v, %v", log, err)
		}
		for _, e := range log {
			if e.Disposition != store.Test || e.Reason != store.TestReason {
				t.Errorf("logged %+v", e.Outcome)
			}
		}
		if out := b.ingest(optIn(byID("7"), "ann", noon))[0]; out.Disposition != store.Accepted {
			t.Errorf("the person's real opt-in afterwards: %+v", out)
		}
		b.wantTotal(byID("7"), attribution.Tally{OptIns: 1, People: 1})
	},
	"ways of one opt-in in any order are one opt-in": func(t *testing.T, b *bench) {
		for round := range 40 {
			who := fmt.Sprint("person ", round)
			ways := []attribution.Event{
				optIn(byID("7"), who, noon), optIn(attribution.Ref{}, who, noon.Add(3*time.Second)),
				optIn(byID("7"), who, noon.Add(23*time.Hour)), optIn(attribution.Ref{}, who, noon.Add(-20*time.Minute)),
			}
			for i, via := range []attribution.Via{attribution.ViaForm, attribution.ViaHook, attribution.ViaThankYou, attribution.ViaAPI} {
				ways[i].Via = via
			}
			ways = append(ways, ways...)
			rand.Shuffle(len(ways), func(i, j int) { ways[i], ways[j] = ways[j], ways[i] })
			b.ingest(ways[:3]...)
			b.ingest(ways[3:]...)
			all := b.optIns(store.Query{Person: person(who)})
			if len(all) != 1 || len(all[0].Via) != 4 || all[0].Ref != byID("7") || all[0].Status != attribution.Received {
				t.Fatalf("round %d: %+v", round, all)
			}
		}
		b.wantTotal(byID("7"), attribution.Tally{OptIns: 40, People: 40})
		b.wantTotal(attribution.Ref{}, attribution.Tally{OptIns: 40, People: 40})
		if jobs, _ := b.Jobs(ctx, account, "", "", 100); len(jobs) != 41 { // and the look-up of affiliate 7
			t.Errorf("%d jobs for 40 opt-ins", len(jobs))
		}
	},
	"later than the window is a new opt-in of the same person": func(t *testing.T, b *bench) {
		b.ingest(optIn(byID("7"), "ann", noon), optIn(byID("7"), "ann", noon.Add(25*time.Hour)))
		b.wantTotal(byID("7"), attribution.Tally{OptIns: 2, People: 1})
	},
	"a merged arrival never moves credit": func(t *testing.T, b *bench) {
		first := b.ingest(optIn(byID("7"), "ann", noon))[0]
		b.ingest(optIn(byID("8"), "ann", noon.Add(time.Minute)))
		if o := b.getOptIn(first.OptIn); o.Ref != byID("7") {
			t.Errorf("credit moved to %s", o.Ref)
		}
		b.wantTotal(byID("8"), attribution.Tally{})
	},
	"an opt-in that names nobody earns for the person's earlier touch": func(t *testing.T, b *bench) {
		b.ingest(optIn(byID("7"), "ann", noon))
		late := b.ingest(optIn(attribution.Ref{}, "ann", noon.Add(30*24*time.Hour)))[0]
		if o := b.getOptIn(late.OptIn); o.Ref != byID("7") {
			t.Errorf("earned for %q: %s", o.Ref, o.Reason)
		}
		tooLate := b.ingest(optIn(attribution.Ref{}, "ann", noon.Add(200*24*time.Hour)))[0]
		if o := b.getOptIn(tooLate.OptIn); o.Status != attribution.Unattributed {
			t.Errorf("after 200 days: %s to %q", o.Status, o.Ref)
		}
	},
	"nobody sent this person": func(t *testing.T, b *bench) {
		out := b.ingest(optIn(attribution.Ref{}, "ann", noon))[0]
		if o := b.getOptIn(out.OptIn); o.Status != attribution.Unattributed || o.Reason == "" {
			t.Errorf("status %s, reason %q", o.Status, o.Reason)
		}
		if jobs := b.claim(noon.Add(time.Hour), 10); len(jobs) != 0 {
			t.Errorf("jobs %+v for an opt-in that nobody earns", jobs)
		}
		b.wantTotal(attribution.Ref{}, attribution.Tally{OptIns: 1, People: 1})
	},
	"opt-ins are listed latest first by every filter": func(t *testing.T, b *bench) {
		for i := range 60 {
			e := optIn(byID(fmt.Sprint(1+i%3)), fmt.Sprint("p", i), noon.Add(time.Duration(i*i%60)*time.Hour))
			e.Site = fmt.Sprint("st_", i%2)
			b.ingest(e)
		}
		for name, c := range map[string]struct {
			q    store.Query
			want int
		}{
			"all":       {store.Query{}, 60},
			"affiliate": {store.Query{Ref: byID("2")}, 20},
			"person":    {store.Query{Person: person("p5")}, 1},
			"status":    {store.Query{Status: attribution.Received}, 60},
			"other":     {store.Query{Status: attribution.Credited}, 0},
			"site":      {store.Query{Site: "st_1"}, 30},
			"two":       {store.Query{Site: "st_1", Ref: byID("2")}, 10},
			"nobody":    {store.Query{Ref: byID("99")}, 0},
			"one of":    {store.Query{Ref: byID("2"), Statuses: []attribution.Status{attribution.Held, attribution.Received}}, 20},
			"none of":   {store.Query{Statuses: []attribution.Status{attribution.Held, attribution.Credited}}, 0},
			"scanning":  {store.Query{Ref: byID("2"), Site: "st_1", Scan: 3}, 10},
		} {
			for _, limit := range []int{1, 7, 100} {
				c.q.Limit = limit
				got := b.optIns(c.q)
				if len(got) != c.want || !slices.IsSortedFunc(got, latestFirst) {
					t.Errorf("%s, %d a page: %d opt-ins, want %d, sorted %v", name, limit, len(got), c.want, slices.IsSortedFunc(got, latestFirst))
				}
			}
		}
	},
	"a bounded scan ends a page early, and the next goes on": func(t *testing.T, b *bench) {
		for i := range 20 {
			e := optIn(byID("7"), fmt.Sprint("p", i), noon.Add(-time.Duration(i)*time.Hour))
			if i == 19 {
				e.Site = "st_old"
			}
			b.ingest(e)
		}
		q := store.Query{Ref: byID("7"), Site: "st_old", Limit: 5, Scan: 8}
		page, err := b.OptIns(ctx, account, q)
		if err != nil || len(page.OptIns) != 0 || !page.Next.At.Equal(noon.Add(-7*time.Hour)) {
			t.Errorf("the first page: %+v, %v", page, err)
		}
		if found := b.optIns(q); len(found) != 1 {
			t.Errorf("%d found in all", len(found))
		}
	},
	"a span includes its start and not its end": func(t *testing.T, b *bench) {
		for i := range 10 {
			b.ingest(optIn(byID("7"), fmt.Sprint("p", i), noon.Add(time.Duration(i)*time.Hour)))
		}
		for _, q := range []store.Query{{}, {Ref: byID("7")}, {Status: attribution.Received}} {
			q.From, q.To = noon.Add(2*time.Hour), noon.Add(5*time.Hour)
			if got := b.optIns(q); len(got) != 3 {
				t.Errorf("%d opt-ins in three hours", len(got))
			}
		}
		hours, err := b.Counters(ctx, account, byID("7"), attribution.HourOf(noon)+2, attribution.HourOf(noon)+5)
		if err != nil || len(hours) != 3 || hours[0].Hour != attribution.HourOf(noon)+2 {
			t.Errorf("counters %+v, %v", hours, err)
		}
	},
	"what is not there is not found": func(t *testing.T, b *bench) {
		if _, err := b.OptIn(ctx, account, uuid.New()); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("opt-in: %v", err)
		}
		if log, err := b.Log(ctx, "nobody", uuid.Nil, 10); len(log) != 0 || err != nil {
			t.Errorf("log of an account that is not there: %v, %v", log, err)
		}
		b.wantTotal(byID("7"), attribution.Tally{})
	},
	"accounts do not see each other": func(t *testing.T, b *bench) {
		e := optIn(byID("7"), "ann", noon)
		b.ingest(e)
		if out, err := b.Ingest(ctx, "other", policy, []attribution.Event{e}); err != nil || out[0].Disposition != store.Accepted {
			t.Fatalf("the same id in another account: %+v, %v", out, err)
		}
		b.wantTotal(byID("7"), attribution.Tally{OptIns: 1, People: 1})
		if jobs := b.claim(noon.Add(time.Hour), 10); len(jobs) != 4 {
			t.Errorf("%d jobs due over two accounts, want 4", len(jobs))
		}
	},
	"everything is there after a restart": func(t *testing.T, b *bench) {
		o := b.ingest(optIn(byID("7"), "ann", noon), click(byID("7"), newID(noon), noon))[0]
		before := b.getOptIn(o.OptIn)
		b.reopen()
		if after := b.getOptIn(o.OptIn); !reflect.DeepEqual(before, after) {
			t.Errorf("before %+v\nafter  %+v", before, after)
		}
		b.wantTotal(byID("7"), attribution.Tally{Clicks: 1, UniqueClicks: 1, OptIns: 1, People: 1})
	},
	"many writers at once lose nothing": func(t *testing.T, b *bench) {
		var all sync.WaitGroup
		for w := range 16 {
			all.Go(func() {
				for i := range 50 {
					at := noon.Add(time.Duration(i) * time.Minute)
					out, err := b.Ingest(ctx, account, policy, []attribution.Event{
						click(byID(fmt.Sprint(i%5)+"1"), newID(at), at), optIn(byCode("abc"), fmt.Sprint("p", w*50+i), at),
					})
					if err != nil || out[0].Disposition != store.Accepted || out[1].Disposition != store.Accepted {
						t.Errorf("writer %d: %+v, %v", w, out, err)
					}
				}
			})
		}
		all.Wait()
		b.wantTotal(attribution.Ref{}, attribution.Tally{Clicks: 800, UniqueClicks: 800, OptIns: 800, People: 800})
	},
	"a closed store says so": func(t *testing.T, b *bench) {
		b.close()
		if _, err := b.Ingest(ctx, account, policy, nil); !errors.Is(err, store.ErrClosed) {
			t.Errorf("ingest: %v", err)
		}
		if _, err := b.OptIn(ctx, account, uuid.New()); !errors.Is(err, store.ErrClosed) {
			t.Errorf("opt-in: %v", err)
		}
		b.Store = b.open(t, "store")
	},
}

func latestFirst(a, b attribution.OptIn) int { return b.At.Compare(a.At) }
