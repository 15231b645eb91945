package boltstore

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// addTo adds to a recount what countParts counts.
func (a *accountTx) addTo(parts map[partKey]attribution.Part, ref attribution.Ref, at time.Time, l attribution.Landing, p attribution.Part) {
	if ref.IsZero() {
		return
	}
	row := partRow{a.id, ref, attribution.DayOf(attribution.HourOf(at))}
	for i, value := range l.Values() {
		if k := (partKey{row, uint8(i), value, false}); value != "" {
			parts[k] = parts[k].Add(p)
		}
	}
}

// compareParts holds the breakdowns against a recount. What the recount has too much is of values beyond the list; what is
// then left of either is a fault.
func (a *accountTx) compareParts(parts map[partKey]attribution.Part) error {
	err := a.table("breakdowns").ascend(nil, nil, func(key, payload []byte) (bool, error) {
		ref, err := attribution.ParseRef(string(key[:len(key)-5]))
		if err != nil {
			return false, fmt.Errorf("%w: a breakdown: %w", store.ErrDamaged, err)
		}
		err = a.partsOf(partRow{a.id, ref, keyDay(key)}, payload, func(k partKey, p attribution.Part) error {
			parts[k] = parts[k].Less(p)
			return nil
		})
		return err == nil, err
	})
	if err != nil {
		return err
	}
	if err := a.foldOther(parts); err != nil {
		return err
	}
	for k, p := range parts {
		if p != (attribution.Part{}) {
			return fmt.Errorf("%w: a recount of %s by %s of %q on %s differs by %+v", store.ErrDamaged,
				k.ref, attribution.Dimensions[k.dimension], k.value, k.day.Time().Format(time.DateOnly), p)
		}
	}
	return nil
}

// foldOther counts as "other" what is not told apart.
func (a *accountTx) foldOther(parts map[partKey]attribution.Part) error {
	for k, p := range parts {
		if k.other || p == (attribution.Part{}) {
			continue
		}
		apart, err := a.isApart(k)
		if err != nil {
			return err
		}
		if !apart {
			other := partKey{partRow: k.partRow, dimension: k.dimension, other: true}
			parts[other] = parts[other].Add(p)
			delete(parts, k)
		}
	}
	return nil
}

// isApart reports whether everything of a value is counted under it.
func (a *accountTx) isApart(k partKey) (bool, error) {
	v, err := a.values(valuesOf{k.ref, k.dimension})
	if err != nil || v.mixed {
		return false, err
	}
	payload, found, err := a.table("strings").get([]byte(k.value))
	if err != nil || !found {
		return false, err
	}
	n, err := numberOf(payload)
	return slices.Contains(v.numbers, n), err
}

// breakDownStep is how many events are gathered before they are written.
const breakDownStep = 100_000

// breakDownAll breaks down what an older file holds: the log's clicks and all opt-ins.
func (a *accountTx) breakDownAll() error {
	a.tx.parts, a.tx.changed = map[partKey]attribution.Part{}, map[changeKey]bool{}
	gathered := 0
	add := func(ref attribution.Ref, at time.Time, l attribution.Landing, p attribution.Part) error {
		a.addTo(a.tx.parts, ref, at, l, p)
		if gathered++; gathered%breakDownStep != 0 {
			return nil
		}
		return a.tx.flushParts()
	}
	if err := a.eachCounted(add); err != nil {
		return fmt.Errorf("breaking down what is stored: %w", err)
	}
	return a.tx.flushParts()
}

// eachCounted calls fn for every click and opt-in that is broken down.
func (a *accountTx) eachCounted(fn func(attribution.Ref, time.Time, attribution.Landing, attribution.Part) error) error {
	err := a.table("events").ascend(nil, nil, func(key, payload []byte) (bool, error) {
		e, err := a.decodeEvent(uuid.UUID(key), payload)
		if err != nil || e.Type != attribution.Clicked || e.Disposition != store.Accepted {
			return err == nil, err
		}
		ref := e.Counted
		if ref.Kind == attribution.ByCode {
			_, ref, err = a.owner(ref)
		}
		if err == nil {
			err = fn(ref, e.At, attribution.LandingOf(e.URL, e.UTM), attribution.Part{Clicks: 1})
		}
		return err == nil, err
	})
	if err != nil {
		return err
	}
	return a.table("optins").ascend(nil, nil, func(key, payload []byte) (bool, error) {
		var o attribution.OptIn
		if err := json.Unmarshal(payload, &o); err != nil {
			return false, fmt.Errorf("%w: opt-in %x: %w", store.ErrDamaged, key, err)
		}
		err := fn(o.Ref, o.At, o.Landed(), partOf(&o))
		return err == nil, err
	})
}
