package boltstore

import (
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// optIn makes a new opt-in, or merges into the one that the event belongs to.
func (a *accountTx) optIn(e *attribution.Event, policy attribution.Policy) (store.Outcome, error) {
	same, found, err := a.resolve(e, policy)
	if err != nil {
		return store.Outcome{}, err
	}
	if found {
		return store.Outcome{Disposition: store.Duplicate, Reason: "this person's opt-in is stored already: merged", OptIn: same.ID}, a.merge(same, e, policy)
	}
	id, err := a.freeID(e)
	if err != nil {
		return store.Outcome{}, err
	}
	earlier, err := a.lastTouch(e.Person)
	if err != nil {
		return store.Outcome{}, err
	}
	o := attribution.NewOptIn(id, *e, policy, earlier)
	if err := a.land(&o, e, policy); err != nil {
		return store.Outcome{}, err
	}
	a.countOptIn(&o)
	if err := errors.Join(a.follow(&attribution.OptIn{}, &o, e), a.saveOptIn(nil, &o)); err != nil {
		return store.Outcome{}, err
	}
	return store.Outcome{Disposition: store.Accepted, Reason: o.Reason, OptIn: o.ID}, nil
}

// resolve finds the opt-in that an event belongs to: by the id that it claims, or else by its person.
func (a *accountTx) resolve(e *attribution.Event, policy attribution.Policy) (attribution.OptIn, bool, error) {
	claimed, found, err := a.claimed(e.Claim())
	if err != nil {
		return claimed, false, err
	}
	if found && claimed.Joinable(*e) {
		return a.named(claimed, e, policy)
	}
	same, ok, err := a.sameOptIn(e, e.At, policy)
	if err == nil && !ok && e.ReopensOnly() {
		same, ok, err = a.lastOptIn(e)
	}
	if err != nil || !ok || found {
		return same, ok, err
	}
	claim := e.Claim() // what comes later with this id and without a person belongs there, too
	return same, true, a.table("joins").put(claim[:], same.ID[:])
}

// claimed finds an opt-in by its id, or by one that led to it.
func (a *accountTx) claimed(id uuid.UUID) (o attribution.OptIn, found bool, err error) {
	if found, err = a.table("optins").getJSON(id[:], &o); found || err != nil {
		return o, found, err
	}
	to, led, err := a.table("joins").get(id[:])
	if err != nil || !led {
		return o, false, err
	}
	found, err = a.table("optins").getJSON(to, &o)
	return o, found, err
}

// named looks whether an opt-in that nobody was known for turns out to be another one that the person has.
func (a *accountTx) named(claimed attribution.OptIn, e *attribution.Event, policy attribution.Policy) (attribution.OptIn, bool, error) {
	if !claimed.Person.IsZero() || e.Person.IsZero() {
		return claimed, true, nil
	}
	other, found, err := a.sameOptIn(e, claimed.At, policy)
	if err != nil || !found {
		return claimed, true, err
	}
	return a.absorb(claimed, other, e, policy)
}

// absorb makes two records of one opt-in one. The one that goes had no person, so it had no job either.
func (a *accountTx) absorb(gone, stays attribution.OptIn, e *attribution.Event, policy attribution.Policy) (attribution.OptIn, bool, error) {
	fixed, err := a.fixed(&stays)
	if err != nil {
		return stays, true, err
	}
	a.uncount(&gone, gone.Ref)
	a.count(attribution.Ref{}, attribution.HourOf(gone.At), attribution.Tally{OptIns: -1})
	before := stays
	stays.Absorb(gone, policy, e.Received, fixed)
	return stays, true, errors.Join(
		a.follow(&before, &stays, e), a.saveOptIn(&before, &stays),
		a.dropOptIn(&gone), a.table("joins").put(gone.ID[:], stays.ID[:]))
}

// freeID is the id of a new opt-in: the one that its event claims, unless another person's opt-in has it.
func (a *accountTx) freeID(e *attribution.Event) (uuid.UUID, error) {
	for _, id := range []uuid.UUID{e.Claim(), e.ID} {
		if _, taken, err := a.claimed(id); err != nil || !taken {
			return id, err
		}
	}
	return attribution.Apart(e.ID, e.Person), nil
}

func (a *accountTx) merge(o attribution.OptIn, e *attribution.Event, policy attribution.Policy) error {
	before := o
	person := o.Person
	if person.IsZero() {
		person = e.Person
	}
	earlier, err := a.lastTouch(person)
	if err != nil {
		return err
	}
	fixed, err := a.fixed(&o)
	if err != nil {
		return err
	}
	o.Merge(*e, policy, earlier, fixed)
	if err := a.land(&o, e, policy); err != nil {
		return err
	}
	return errors.Join(a.follow(&before, &o, e), a.saveOptIn(&before, &o))
}

// fixed reports whether an inherited affiliate may stand in Keap already.
func (a *accountTx) fixed(o *attribution.OptIn) (bool, error) {
	if !o.Inherited || o.IsRefusedByHand() {
		return true, nil
	}
	var j store.Job
	found, err := a.tx.jobs().getJSON(jobKey(a.id, store.JobID(store.CreditJob, o.ID.String())), &j)
	return o.Status == attribution.Credited || found && j.State == store.Sending, err
}

// sameOptIn finds the person's opt-in nearest to a time, within the merge window.
func (a *accountTx) sameOptIn(e *attribution.Event, at time.Time, policy attribution.Policy) (best attribution.OptIn, found bool, err error) {
	if e.Person.IsZero() {
		return best, false, nil
	}
	from := appendTime(append([]byte(nil), e.Person[:]...), at.Add(-policy.Merge))
	err = a.table("persons").ascend(e.Person[:], from, func(key, _ []byte) (bool, error) {
		if entryTime(key).Sub(at) > policy.Merge {
			return false, nil
		}
		o, err := a.getOptIn(entryID(key))
		if err != nil {
			return false, err
		}
		if !found || o.At.Sub(at).Abs() < best.At.Sub(at).Abs() {
			best, found = o, true
		}
		return true, nil
	})
	return best, found, err
}

// lastOptIn finds the opt-in that the person made last before an event, however long ago, where it came by the same way.
func (a *accountTx) lastOptIn(e *attribution.Event) (last attribution.OptIn, found bool, err error) {
	if e.Person.IsZero() {
		return last, false, nil
	}
	before := appendTime(append([]byte(nil), e.Person[:]...), e.At)
	err = a.table("persons").descend(e.Person[:], before, func(key, _ []byte) (bool, error) {
		last, err = a.getOptIn(entryID(key))
		found = err == nil && slices.Contains(last.Via, e.Via)
		return false, err
	})
	return last, found, err
}

// follow does what a change of an opt-in means: it is counted for its affiliate and person, the person's touch is
// kept, and a job credits it once it has both an affiliate and an e-mail.
func (a *accountTx) follow(before, o *attribution.OptIn, e *attribution.Event) (err error) {
	if o.Ref != before.Ref {
		if o.Ref, err = a.firstSight(o.Ref, e.Received); err != nil {
			return err
		}
	}
	if o.Ref != before.Ref {
		a.uncount(before, before.Ref)
		a.count(o.Ref, attribution.HourOf(o.At), attribution.Tally{OptIns: 1})
	}
	if err := a.countPersons(before, o); err != nil || o.Ref.IsZero() {
		return err
	}
	return a.intend(before, o, e)
}

// countPersons counts the person for the account and for the affiliate, once each.
func (a *accountTx) countPersons(before, o *attribution.OptIn) error {
	if o.Person.IsZero() || o.Person == before.Person && o.Ref == before.Ref {
		return nil
	}
	if err := a.countPerson(o.Person, attribution.Ref{}, o.At); err != nil || o.Ref.IsZero() {
		return err
	}
	touch := attribution.Touch{Ref: o.Ref, At: o.At}
	return errors.Join(a.countPerson(o.Person, o.Ref, o.At), a.table("people").putJSON(o.Person[:], touch))
}

// hearsay is how long an affiliate that only an earlier opt-in names waits for the page to name its own: form tools
// tell us before the browser does as often as after it.
const hearsay = time.Minute

// intend has the opt-in credited. A job that is there and was to credit another affiliate is taken out of the hand that
// may hold it.
func (a *accountTx) intend(before, o *attribution.OptIn, e *attribution.Event) error {
	known := len(before.Sealed) > 0 && o.Ref == before.Ref && o.Inherited == before.Inherited
	if len(o.Sealed) == 0 || known {
		return nil
	}
	due := e.Received
	if o.Inherited && e.Via == attribution.ViaHook {
		due = due.Add(hearsay)
	}
	j := store.Job{Account: a.id, ID: store.JobID(store.CreditJob, o.ID.String()), Kind: store.CreditJob, Subject: o.ID.String(), State: store.Ready, Due: due, Created: e.Received}
	var old store.Job
	found, err := a.tx.jobs().getJSON(jobKey(a.id, j.ID), &old)
	if err != nil {
		return err
	}
	if !found {
		return a.tx.saveJob(nil, &j)
	}
	j.Epoch = old.Epoch + 1
	return a.tx.saveJob(&old, &j)
}

func (a *accountTx) lastTouch(person attribution.PersonKey) (touch attribution.Touch, err error) {
	if person.IsZero() {
		return touch, nil
	}
	_, err = a.table("people").getJSON(person[:], &touch)
	return touch, err
}
