package whatif

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// arrival is one event of an opt-in, with what decides who earns.
type arrival struct {
	attribution.Event
	optIn uuid.UUID // that it made, or went into
}

// arrivals are those of the span, and those before it that may name an affiliate for them.
type arrivals struct {
	all   []arrival // in the order in which they came
	read  int       // events that were looked at
	since time.Time // where the limits cut the span off: opt-ins before it are not judged; zero where they did not
}

// slack is how far an event may lie from its time in the log: it stands under the id that its browser made.
const slack = 24 * time.Hour

// arrivals reads the log backwards, in small steps: first what stands above the present, where ids that no time leads
// are, and then the span itself and the windows before it.
func (r Reading) arrivals(ctx context.Context, q Question) (found arrivals, err error) {
	reader := &logReader{Reading: r, refs: map[attribution.Ref]attribution.Ref{}}
	if err := reader.down(ctx, uuid.Nil, r.Now.Add(slack)); err != nil {
		return found, err
	}
	back := q.From.Add(-max(q.Window, r.Today.Window) - slack)
	if err := reader.down(ctx, idAt(q.To.Add(slack)), back); err != nil {
		return found, err
	}
	found = arrivals{all: reader.kept, read: reader.read}
	if reader.full && reader.at.After(q.From) {
		found.since = reader.at
	}
	slices.SortFunc(found.all, func(a, b arrival) int {
		return cmp.Or(a.Received.Compare(b.Received), slices.Compare(a.ID[:], b.ID[:]))
	})
	return found, nil
}

// idAt is below every id of a time, and above those of before.
func idAt(at time.Time) (id uuid.UUID) {
	ms := at.UnixMilli()
	for i := range 6 {
		id[i] = byte(ms >> (40 - 8*i))
	}
	return id
}

type logReader struct {
	Reading
	refs map[attribution.Ref]attribution.Ref
	kept []arrival
	read int
	full bool
	at   time.Time // of the last event that was looked at
}

// down reads from an id down to those of a time.
func (l *logReader) down(ctx context.Context, before uuid.UUID, until time.Time) error {
	end := idAt(until)
	for !l.full {
		page, err := l.Store.Log(ctx, l.Account, before, l.Limits.Step)
		if err != nil {
			return err
		}
		for _, e := range page {
			if before = e.ID; slices.Compare(e.ID[:], end[:]) < 0 {
				return nil
			}
			if err := l.look(ctx, e); err != nil || l.full {
				return err
			}
		}
		if l.Progress != nil {
			l.Progress(l.read)
		}
		if len(page) < l.Limits.Step {
			return nil
		}
	}
	return nil
}

// look keeps what is an opt-in's, without what does not matter here: nothing of the person but their key.
func (l *logReader) look(ctx context.Context, e store.LoggedEvent) (err error) {
	l.read++
	l.at = e.At
	if e.Type == attribution.OptedIn && e.OptIn != uuid.Nil && (e.Disposition == store.Accepted || e.Disposition == store.Duplicate) {
		a := arrival{optIn: e.OptIn, Event: attribution.Event{
			ID: e.ID, Joins: e.Joins, Type: e.Type, At: e.At, Received: e.Received, Visitor: e.Visitor, Person: e.Person, Via: e.Via, First: e.First, Latest: e.Latest,
		}}
		if a.First.Ref, err = l.canonical(ctx, a.First.Ref); err != nil {
			return err
		}
		if a.Latest.Ref, err = l.canonical(ctx, a.Latest.Ref); err != nil {
			return err
		}
		l.kept = append(l.kept, a)
	}
	l.full = l.read >= l.Limits.Events || len(l.kept) >= l.Limits.Arrivals
	return nil
}

// canonical is the reference that everything of an affiliate is counted under.
func (l *logReader) canonical(ctx context.Context, ref attribution.Ref) (attribution.Ref, error) {
	if ref.IsZero() {
		return ref, nil
	}
	if known, ok := l.refs[ref]; ok {
		return known, nil
	}
	a, err := l.Store.Affiliate(ctx, l.Account, ref)
	switch {
	case errors.Is(err, store.ErrNotFound):
		l.refs[ref] = ref
	case err != nil:
		return ref, err
	default:
		l.refs[ref] = a.Ref()
	}
	return l.refs[ref], nil
}

// groups puts together what can decide for each other: all of one person, and what came without a person under the id of
// one of theirs.
func (f arrivals) groups() [][]arrival {
	whose := map[uuid.UUID]attribution.PersonKey{}
	for _, a := range f.all {
		if !a.Person.IsZero() {
			whose[a.optIn], whose[a.Claim()] = a.Person, a.Person
		}
	}
	type owner struct {
		person attribution.PersonKey
		optIn  uuid.UUID
	}
	place := map[owner]int{}
	var groups [][]arrival
	for _, a := range f.all {
		o := owner{person: a.Person}
		if o.person.IsZero() {
			o.person = whose[a.optIn]
		}
		if o.person.IsZero() {
			o.person = whose[a.Claim()]
		}
		if o.person.IsZero() {
			o.optIn = a.optIn
		}
		i, known := place[o]
		if !known {
			i = len(groups)
			place[o], groups = i, append(groups, nil)
		}
		groups[i] = append(groups[i], a)
	}
	return groups
}
