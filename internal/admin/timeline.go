package admin

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"tributary/internal/store"
)

// timeline goes backwards through the log in the order of time. The ids of most events tell it; those of hooks and programs
// may not, and are put in by when they came.
type timeline struct {
	log     uuid.UUID    // events below this id are still to come
	undated store.Cursor // likewise, of those whose id tells no time

	dated, others []store.LoggedEvent // read, and not passed yet
	read          uuid.UUID           // of the log: how far
	ended         [2]bool             // there are no more
}

// newest is the first id that no event of now can have: one whose clock is ahead is listed by when it came.
func (k *desk) newest() uuid.UUID { return idAt(k.Now().Add(10 * time.Minute)) }

// idAt is the first id of version 7 of a time.
func idAt(at time.Time) (id uuid.UUID) {
	ms := at.UnixMilli()
	for i := range 6 {
		id[i] = byte(ms >> (40 - 8*i))
	}
	return id
}

// timelineAt begins at the newest event, or where an address goes on.
func (k *desk) timelineAt(cursor string) (t timeline, err error) {
	if cursor == "" {
		return timeline{log: k.newest()}, nil
	}
	id, rest, both := strings.Cut(cursor, "_")
	if t.log, err = uuid.Parse(id); err != nil {
		return t, err
	}
	t.undated = store.Cursor{At: store.TimeOf(t.log)}
	if !both {
		return t, nil
	}
	at, id, _ := strings.Cut(rest, "_")
	ms, err := strconv.ParseInt(at, 10, 64)
	if err != nil {
		return t, err
	}
	t.undated.At = time.UnixMilli(ms)
	t.undated.ID, err = uuid.Parse(id)
	return t, err
}

// cursor is where the timeline goes on.
func (t *timeline) cursor() string {
	if t.undated.At.IsZero() { // none was passed: it begins below what was
		return t.log.String()
	}
	return t.log.String() + "_" + strconv.FormatInt(t.undated.At.UnixMilli(), 10) + "_" + t.undated.ID.String()
}

// fill reads on where nothing is left to be passed.
func (t *timeline) fill(ctx context.Context, k *desk, batch int) error {
	for len(t.dated) == 0 && !t.ended[0] {
		if t.read == uuid.Nil {
			t.read = t.log
		}
		read, err := k.Store.Log(ctx, account, t.read, batch)
		if err != nil {
			return err
		}
		t.ended[0] = len(read) < batch
		for _, e := range read {
			if t.read = e.ID; !store.IsUndated(e.Event) { // one that is has its place among the others
				t.dated = append(t.dated, e)
			}
		}
	}
	if len(t.others) > 0 || t.ended[1] {
		return nil
	}
	read, err := k.Store.Undated(ctx, account, t.undated, batch)
	t.others, t.ended[1] = read, len(read) < batch
	return err
}

// next passes the newest event that is left; false at the end.
func (t *timeline) next(ctx context.Context, k *desk, batch int) (e store.LoggedEvent, ok bool, err error) {
	if err := t.fill(ctx, k, batch); err != nil {
		return e, false, err
	}
	switch {
	case len(t.dated) == 0 && len(t.others) == 0:
		return e, false, nil
	case len(t.others) == 0 || len(t.dated) > 0 && store.TimeOf(t.dated[0].ID).After(t.others[0].Received):
		e, t.dated = t.dated[0], t.dated[1:]
		t.log = e.ID
	default:
		e, t.others = t.others[0], t.others[1:]
		t.undated = store.Cursor{At: e.Received, ID: e.ID}
	}
	return e, true, nil
}

// search goes backwards until a page is full or enough was looked at. next is where it would go on; "" at the end.
func (k *desk) search(ctx context.Context, from timeline, f eventFilter) (found []store.LoggedEvent, next string, err error) {
	for range eventsScan {
		e, ok, err := from.next(ctx, k, f.batch())
		if err != nil || !ok {
			return found, "", err
		}
		if f.takes(e) {
			found = append(found, e)
		}
		if len(found) == eventsPage {
			break
		}
	}
	return found, from.cursor(), nil
}

// latest are the newest events.
func (k *desk) latest(ctx context.Context, most int) (all []store.LoggedEvent, err error) {
	from := timeline{log: k.newest()}
	for len(all) < most {
		e, ok, err := from.next(ctx, k, most)
		if err != nil || !ok {
			return all, err
		}
		all = append(all, e)
	}
	return all, nil
}
