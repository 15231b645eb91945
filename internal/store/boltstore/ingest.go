package boltstore

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// Ingest implements store.Events.
func (s *Store) Ingest(ctx context.Context, account attribution.AccountID, policy attribution.Policy, batch []attribution.Event) ([]store.Outcome, error) {
	var outcomes []store.Outcome
	err := s.write(ctx, func(tx *txn) error {
		a, err := tx.account(account)
		if err != nil {
			return err
		}
		outcomes = make([]store.Outcome, len(batch))
		for i := range batch {
			if outcomes[i], err = a.ingest(&batch[i], policy); err != nil {
				return fmt.Errorf("storing event %s: %w", batch[i].ID, err)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return outcomes, nil
}

func (a *accountTx) ingest(e *attribution.Event, policy attribution.Policy) (store.Outcome, error) {
	payload, found, err := a.table("events").get(e.ID[:])
	if err != nil {
		return store.Outcome{}, err
	}
	if found {
		return a.repeated(e.ID, payload)
	}
	outcome, counted, err := a.apply(e, policy)
	if err != nil {
		return store.Outcome{}, err
	}
	if e.Type == attribution.Referred && outcome.Disposition == store.Duplicate {
		return outcome, nil // its referral is in the log already, by another event
	}
	encoded, err := a.encodeEvent(a.tx.room(256), e, outcome, counted)
	if err != nil {
		return store.Outcome{}, err
	}
	if err := a.listUndated(e); err != nil {
		return store.Outcome{}, err
	}
	return outcome, a.table("events").put(e.ID[:], encoded)
}

// repeated answers for an event that the log has.
func (a *accountTx) repeated(id uuid.UUID, payload []byte) (store.Outcome, error) {
	logged, err := a.decodeEvent(id, payload)
	return store.Outcome{Disposition: store.Duplicate, Reason: "this event is stored already", OptIn: logged.OptIn}, err
}

// apply does what an event means for everything but the log. It also returns the reference that a click counts for.
func (a *accountTx) apply(e *attribution.Event, policy attribution.Policy) (o store.Outcome, counted attribution.Ref, err error) {
	switch {
	case e.IsTest():
		return store.Outcome{Disposition: store.Test, Reason: store.TestReason}, counted, nil
	case e.Ignored != "":
		return store.Outcome{Disposition: store.Ignored, Reason: e.Ignored}, counted, nil
	case e.Type == attribution.Clicked:
		counted, err = a.click(e)
		return store.Outcome{Disposition: store.Accepted}, counted, err
	case e.Type == attribution.Referred:
		o, err = a.imported(e)
		return o, counted, err
	default:
		o, err = a.optIn(e, policy)
		return o, counted, err
	}
}

func (a *accountTx) click(e *attribution.Event) (attribution.Ref, error) {
	ref, err := a.firstSight(e.Latest.Ref, e.Received)
	if err != nil {
		return ref, err
	}
	hour := attribution.HourOf(e.At)
	mine, all, err := a.markVisitor(e.Visitor, ref, hour)
	if err != nil {
		return ref, err
	}
	a.count(ref, hour, attribution.Tally{Clicks: 1, UniqueClicks: one(mine)})
	a.count(attribution.Ref{}, hour, attribution.Tally{Clicks: 1, UniqueClicks: one(all)})
	a.countParts(ref, hour, attribution.LandingOf(e.URL, e.UTM), attribution.Part{Clicks: 1})
	return ref, nil
}

func one(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}

// firstSight returns the reference under which ref is counted, and has it looked up in Keap when nobody knows it yet.
func (a *accountTx) firstSight(ref attribution.Ref, now time.Time) (attribution.Ref, error) {
	canonical, err := a.canonical(ref)
	if err != nil || a.cache.known[canonical] {
		return canonical, err
	}
	known, err := a.known(canonical)
	if err == nil && !known {
		err = a.lookUp(canonical, now)
	}
	if err != nil {
		return canonical, err
	}
	remember(a.cache.known, canonical, true)
	return canonical, nil
}

func (a *accountTx) known(ref attribution.Ref) (bool, error) {
	if ref.Kind != attribution.ByID {
		return false, nil
	}
	return a.table("partners").has([]byte(ref.Value))
}

// maxLookups bounds how many references wait to be looked up: anybody can make up parameters.
const maxLookups = 10_000

func (a *accountTx) lookUp(ref attribution.Ref, now time.Time) error {
	if a.tx.s.lookups >= maxLookups {
		return nil // an opt-in looks its affiliate up by itself
	}
	made, err := a.newJob(store.AffiliateJob, ref.String(), now)
	if made {
		a.tx.s.lookups++
	}
	return err
}

// canonical returns the reference under which ref is counted: the id, once the code is known.
func (a *accountTx) canonical(ref attribution.Ref) (attribution.Ref, error) {
	if ref.Kind != attribution.ByCode {
		return ref, nil
	}
	if c, ok := a.cache.canonical[ref]; ok {
		return c, nil
	}
	c, _, err := a.owner(ref)
	if err != nil {
		return ref, err
	}
	remember(a.cache.canonical, ref, c)
	return c, nil
}
