package boltstore

import (
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// A click's id is made when its page loads, a moment before the touch is noted; where a visitor has to consent first,
// minutes before.
const (
	clickBefore = 10 * time.Minute
	clickAfter  = time.Second
)

// land notes where the click came in that brought an opt-in to its affiliate. The form often stands on another page than
// the one that the link led to, and that page's address has no campaign.
func (a *accountTx) land(o *attribution.OptIn, e *attribution.Event, policy attribution.Policy) error {
	if o.Landing != (attribution.Landing{}) || e.Visitor == uuid.Nil {
		return nil
	}
	touch, _ := policy.Earning(e.First, e.Latest, o.At)
	if touch.IsZero() {
		return nil
	}
	mine, err := a.canonical(touch.Ref)
	if err != nil || touch.Ref != o.Ref && mine != o.Ref {
		return err
	}
	o.Landing, err = a.landingOf(e.Visitor, touch)
	return err
}

// landingOf finds the click that a touch came from, and returns its landing, or none.
func (a *accountTx) landingOf(visitor uuid.UUID, touch attribution.Touch) (landing attribution.Landing, err error) {
	first, scanned := idAt(touch.At.Add(-clickBefore)), 0
	below := idAt(touch.At.Add(clickAfter))
	err = a.table("events").descend(nil, below[:], func(key, payload []byte) (bool, error) {
		if scanned++; scanned > store.LandingScan || string(key) < string(first[:]) {
			return false, nil
		}
		if visitorIn(payload) != visitor {
			return true, nil
		}
		e, err := a.decodeEvent(uuid.UUID(key), payload)
		if err != nil || !isClickOf(&e, touch) {
			return err == nil, err
		}
		landing = attribution.LandingOf(e.URL, e.UTM)
		return false, nil
	})
	return landing, err
}

// idAt is the first id of a time.
func idAt(at time.Time) (id uuid.UUID) {
	ms := max(at.UnixMilli(), 0)
	for i := range 6 {
		id[i] = byte(ms >> (40 - 8*i))
	}
	return id
}

func isClickOf(e *store.LoggedEvent, touch attribution.Touch) bool {
	return e.Type == attribution.Clicked && e.Disposition == store.Accepted && e.Latest.Ref == touch.Ref
}
