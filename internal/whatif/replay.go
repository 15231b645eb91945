package whatif

import (
	"github.com/google/uuid"

	"tributary/internal/attribution"
)

// replayed are the opt-ins of one group, as a policy judges them.
type replayed struct {
	optins map[uuid.UUID]*judged
	order  []uuid.UUID // as they came
	people map[attribution.PersonKey]attribution.Touch
	policy attribution.Policy
}

// judged is an opt-in with the touches that its arrivals brought.
type judged struct {
	attribution.OptIn
	first, latest attribution.Touch // of the arrival that named any first
}

// replay goes through arrivals as the store did when they came. What may have been written into Keap between two of them
// is left out: it depends on how fast Keap was, and not on the policy.
func replay(group []arrival, p attribution.Policy) *replayed {
	r := &replayed{optins: map[uuid.UUID]*judged{}, people: map[attribution.PersonKey]attribution.Touch{}, policy: p}
	for _, a := range group {
		r.absorb(a)
		r.arrive(a)
	}
	return r
}

func (r *replayed) arrive(a arrival) {
	o := r.optins[a.optIn]
	if o == nil {
		o = &judged{OptIn: attribution.NewOptIn(a.optIn, a.Event, r.policy, r.people[a.Person])}
		r.optins[a.optIn], r.order = o, append(r.order, a.optIn)
		r.keep(o, a, attribution.OptIn{})
		return
	}
	before, person := o.OptIn, o.Person
	if person.IsZero() {
		person = a.Person
	}
	o.Merge(a.Event, r.policy, r.touchOf(person), !o.Inherited)
	r.keep(o, a, before)
}

// touchOf is what a person's last opt-in leaves for the next.
func (r *replayed) touchOf(person attribution.PersonKey) attribution.Touch {
	if person.IsZero() {
		return attribution.Touch{}
	}
	return r.people[person]
}

// keep remembers what an arrival has changed for the person, and for the words of an example.
func (r *replayed) keep(o *judged, a arrival, before attribution.OptIn) {
	if o.first.IsZero() && o.latest.IsZero() {
		o.first, o.latest = a.First, a.Latest
	}
	o.Trace = nil
	if o.Person.IsZero() || o.Ref.IsZero() || o.Person == before.Person && o.Ref == before.Ref {
		return
	}
	r.people[o.Person] = attribution.Touch{Ref: o.Ref, At: o.At}
}

// absorb makes two opt-ins one, where an arrival shows that one without a person was the other's.
func (r *replayed) absorb(a arrival) {
	gone, stays := r.optins[a.Claim()], r.optins[a.optIn]
	if gone == nil || stays == nil || gone == stays || !gone.Person.IsZero() || a.Person.IsZero() {
		return
	}
	before := stays.OptIn
	stays.Absorb(gone.OptIn, r.policy, a.Received, !stays.Inherited)
	r.keep(stays, arrival{Event: attribution.Event{First: gone.first, Latest: gone.latest}}, before)
	delete(r.optins, a.Claim())
}
