package whatif_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/store"
	"tributary/internal/store/boltstore"
	"tributary/internal/whatif"
)

const (
	account = attribution.DefaultAccount
	day     = 24 * time.Hour
)

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func open(t testing.TB) *boltstore.Store {
	t.Helper()
	s, err := boltstore.Open(boltstore.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// world makes opt-ins of few people by few affiliates, so that everything meets everything.
type world struct {
	*rand.Rand
	events []attribution.Event
	at     time.Time
}

func (w *world) id() (id uuid.UUID) {
	for i := range id {
		id[i] = byte(w.Uint32())
	}
	ms := w.at.UnixMilli()
	for i := range 6 {
		id[i] = byte(ms >> (40 - 8*i))
	}
	return id
}

// touch is one of before the present; none in a third of all cases, and by a code in some.
func (w *world) touch() attribution.Touch {
	refs := []attribution.Ref{{}, {}, {Kind: attribution.ByID, Value: "1"}, {Kind: attribution.ByID, Value: "2"}, {Kind: attribution.ByID, Value: "3"}, {Kind: attribution.ByCode, Value: "one"}, {Kind: attribution.ByCode, Value: "nobody"}}
	ref := refs[w.IntN(len(refs))]
	if ref.IsZero() {
		return attribution.Touch{}
	}
	return attribution.Touch{Ref: ref, At: w.at.Add(-time.Duration(w.IntN(60*24)) * time.Hour)}
}

func (w *world) fill(n int) {
	var last uuid.UUID
	for range n {
		w.at = w.at.Add(time.Duration(w.IntN(120)+1) * time.Minute)
		e := attribution.Event{ID: w.id(), Type: attribution.OptedIn, At: w.at, Received: w.at, Visitor: w.id(), Via: attribution.ViaForm, First: w.touch(), Latest: w.touch()}
		switch w.IntN(8) {
		case 0: // a page that tells nobody's e-mail
		case 1, 2: // a hook that names the page's opt-in
			e.Joins, e.Via = last, attribution.ViaHook
			e.First, e.Latest = attribution.Touch{}, attribution.Touch{}
			fallthrough
		default:
			e.Person = attribution.PersonKey{byte(w.IntN(25) + 1)}
			e.Sealed = []byte("sealed")
		}
		if w.IntN(10) == 0 {
			e.Via, e.First, e.Latest = attribution.ViaThankYou, attribution.Touch{}, attribution.Touch{}
		}
		if w.IntN(3) == 0 { // a click between them
			click := attribution.Event{ID: w.id(), Type: attribution.Clicked, At: w.at, Received: w.at, Visitor: e.Visitor, Latest: attribution.Touch{Ref: attribution.Ref{Kind: attribution.ByID, Value: "1"}, At: w.at}}
			w.events = append(w.events, click)
		}
		w.events, last = append(w.events, e), e.ID
	}
}

// stored puts the events into a store of their own under a policy, and returns who has each opt-in there.
func stored(t *testing.T, s *boltstore.Store, p attribution.Policy, events []attribution.Event) map[uuid.UUID]attribution.Ref {
	t.Helper()
	if err := s.PutAffiliate(t.Context(), account, attribution.Affiliate{ID: "1", Code: "one", Name: "One"}, now); err != nil {
		t.Fatal(err)
	}
	for batch := range slices.Chunk(events, 100) {
		if _, err := s.Ingest(t.Context(), account, p, batch); err != nil {
			t.Fatal(err)
		}
	}
	all, q := map[uuid.UUID]attribution.Ref{}, store.Query{Limit: 500}
	for {
		page, err := s.OptIns(t.Context(), account, q)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range page.OptIns {
			all[o.ID] = o.Ref
		}
		if q.Cursor = page.Next; q.Cursor.IsZero() {
			return all
		}
	}
}

func reading(s whatif.Store, today attribution.Policy) whatif.Reading {
	limits := whatif.DefaultLimits
	limits.Step, limits.Examples = 7, 10_000
	return whatif.Reading{Store: s, Account: account, Today: today, Limits: limits, Now: now}
}

// TestTheAnswerIsWhatAnotherPolicyWouldHaveStored takes for an oracle what the store itself makes of the same events under
// the other policy.
func TestTheAnswerIsWhatAnotherPolicyWouldHaveStored(t *testing.T) {
	changed := int64(0)
	for seed := range uint64(12) {
		w := &world{Rand: rand.New(rand.NewPCG(seed, 1)), at: now.Add(-60 * day)}
		w.fill(400)
		today := attribution.Policy{Rule: attribution.Latest, Window: 40 * day, Merge: 12 * time.Hour}
		other := attribution.Policy{Rule: attribution.First, Window: 15 * day, Merge: 12 * time.Hour}
		if seed%3 == 1 {
			today, other = other, today
		}
		if seed%3 == 2 {
			other = attribution.Policy{Rule: attribution.Latest, Window: 3 * day, Merge: 12 * time.Hour}
		}
		s := open(t)
		is, then := stored(t, s, today, w.events), stored(t, open(t), other, w.events)
		got, err := reading(s, today).Answer(t.Context(), whatif.Question{Rule: other.Rule, Window: other.Window, From: now.Add(-80 * day), To: now})
		if err != nil {
			t.Fatal(err)
		}
		changed += got.Changed
		compare(t, seed, got, is, then)
	}
	if changed < 100 {
		t.Errorf("only %d opt-ins differ: the worlds are too quiet to test anything", changed)
	}
}

func compare(t *testing.T, seed uint64, got whatif.Result, is, then map[uuid.UUID]attribution.Ref) {
	t.Helper()
	differs, rows := map[uuid.UUID]bool{}, map[attribution.Ref]whatif.Row{}
	note := func(ref attribution.Ref, add func(*whatif.Row)) {
		if !ref.IsZero() {
			row := rows[ref]
			add(&row)
			rows[ref] = row
		}
	}
	for id, ref := range is {
		note(ref, func(r *whatif.Row) { r.Today++ })
		note(then[id], func(r *whatif.Row) { r.Then++ })
		if ref != then[id] {
			differs[id] = true
			note(ref, func(r *whatif.Row) { r.Lost++ })
			note(then[id], func(r *whatif.Row) { r.Won++ })
		}
	}
	if got.OptIns != int64(len(is)) || got.Changed != int64(len(differs)) || got.NotJudged != 0 || !got.Since.IsZero() {
		t.Errorf("world %d: %d opt-ins, %d changed, %d not judged; the store says %d and %d", seed, got.OptIns, got.Changed, got.NotJudged, len(is), len(differs))
	}
	for _, e := range got.Examples {
		if !differs[e.OptIn] || e.Today != is[e.OptIn] || e.Then != then[e.OptIn] {
			t.Errorf("world %d: opt-in %s is %s and would be %s; the store says %s and %s", seed, e.OptIn, e.Today, e.Then, is[e.OptIn], then[e.OptIn])
		}
	}
	for _, row := range got.Rows {
		want := rows[row.Ref]
		if row.Today != want.Today || row.Then != want.Then || row.Won != want.Won || row.Lost != want.Lost {
			t.Errorf("world %d: %+v; the store says %+v", seed, row, want)
		}
	}
	if got.Same+len(got.Rows) != len(rows) {
		t.Errorf("world %d: %d affiliates with a difference and %d without, of %d", seed, len(got.Rows), got.Same, len(rows))
	}
}

func TestWithThePolicyOfTodayNothingDiffers(t *testing.T) {
	for seed := range uint64(4) {
		w := &world{Rand: rand.New(rand.NewPCG(seed, 2)), at: now.Add(-60 * day)}
		w.fill(300)
		s := open(t)
		stored(t, s, attribution.DefaultPolicy, w.events)
		for _, span := range [][2]time.Duration{{80 * day, 0}, {57 * day, 52 * day}} {
			q := whatif.Question{Rule: attribution.DefaultPolicy.Rule, Window: attribution.DefaultPolicy.Window, From: now.Add(-span[0]), To: now.Add(-span[1])}
			got, err := reading(s, attribution.DefaultPolicy).Answer(t.Context(), q)
			if err != nil || got.OptIns == 0 || got.Changed != 0 || len(got.Rows) != 0 || len(got.Examples) != 0 {
				t.Errorf("world %d: %+v, %v", seed, got, err)
			}
		}
	}
}

func TestWhatTheLimitsCutOffIsSaid(t *testing.T) {
	w := &world{Rand: rand.New(rand.NewPCG(1, 3)), at: now.Add(-30 * day)}
	w.fill(300)
	s := open(t)
	all := stored(t, s, attribution.DefaultPolicy, w.events)
	r := reading(s, attribution.DefaultPolicy)
	r.Limits.Arrivals = 50
	got, err := r.Answer(t.Context(), whatif.Question{Rule: attribution.First, Window: 90 * day, From: now.Add(-40 * day), To: now})
	if err != nil || got.Since.IsZero() || got.OptIns == 0 || got.OptIns > 50 || got.OptIns+got.NotJudged != int64(len(all)) {
		t.Errorf("%d judged since %s, %d not, of %d; %v", got.OptIns, got.Since, got.NotJudged, len(all), err)
	}
}

func TestAnIdThatNoTimeLeadsIsFound(t *testing.T) {
	s := open(t)
	e := attribution.Event{
		ID: uuid.MustParse("f4e6a0d2-52a5-5d57-9d0e-1f6f0f3a7b61"), Type: attribution.OptedIn, At: now.Add(-day), Received: now.Add(-day), Via: attribution.ViaAPI,
		Person: attribution.PersonKey{1}, Sealed: []byte("x"), Latest: attribution.Touch{Ref: attribution.Ref{Kind: attribution.ByID, Value: "1"}, At: now.Add(-20 * day)},
	}
	stored(t, s, attribution.DefaultPolicy, []attribution.Event{e})
	got, err := reading(s, attribution.DefaultPolicy).Answer(t.Context(), whatif.Question{Rule: attribution.Latest, Window: 10 * day, From: now.Add(-5 * day), To: now})
	if err != nil || got.OptIns != 1 || got.ToNobody != 1 || got.Rows[0].Name != "One" || got.Rows[0].Difference() != -1 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestAQuestionIsChecked(t *testing.T) {
	ok := whatif.Question{Rule: attribution.First, Window: day, From: now.Add(-90 * day), To: now}
	if err := ok.Check(); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(*whatif.Question){
		"rule": func(q *whatif.Question) { q.Rule = "newest" }, "short window": func(q *whatif.Question) { q.Window = time.Minute },
		"long window": func(q *whatif.Question) { q.Window = 401 * day }, "long span": func(q *whatif.Question) { q.From = now.Add(-92 * day) },
		"no span": func(q *whatif.Question) { q.To = q.From },
	} {
		q := ok
		change(&q)
		if _, err := reading(nil, attribution.DefaultPolicy).Answer(context.Background(), q); err == nil || name == "long span" && !errors.Is(err, whatif.ErrSpan) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
