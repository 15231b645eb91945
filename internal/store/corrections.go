package store

import (
	"context"
	"time"

	"tributary/internal/attribution"
)

// Waiters wakes opt-ins whose contact may have come.
type Waiters interface {
	// Waits reports whether any job that credits an opt-in was put off and is to be done again: without one, nobody has to
	// look for whom a new contact is. Its cost does not grow with anything.
	Waits(ctx context.Context) (bool, error)
	// Wake makes the jobs that credit these persons' opt-ins due now, where they have looked for a contact before, and
	// returns how many those were. It takes them out of the hand that may hold them, which has perhaps just not found what is
	// there now, and begins their schedule's delays anew. It leaves alone what may have been written, what is parked, what
	// waits for its affiliate, and what has not looked yet. Without any, nothing is written.
	Wake(ctx context.Context, account attribution.AccountID, persons []attribution.PersonKey, now time.Time) (int, error)
}

// Correction is what a look at Keap showed of one opt-in.
type Correction struct {
	// Seen is the opt-in as it was compared. Where its status or its ids in Keap have changed since, nothing is done.
	Seen attribution.OptIn
	// Status is Credited where the referral stands in Keap. Received is for one that was credited and does not: a job looks
	// for it once more, at the same contact, and writes it again.
	Status attribution.Status

	ContactID, ReferralID string // in Keap, of a Credited one
	Step, Detail          string // a line of its trace
}

// Corrections mends what is stored.
type Corrections interface {
	// Correct settles an opt-in as Keap shows it, with its job and its counters, in one commit. It reports whether it did:
	// false for one that has changed since, or is erased. ErrNotFound for one that is not there.
	Correct(ctx context.Context, account attribution.AccountID, now time.Time, c Correction) (bool, error)
}
