package store

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
)

// Inquiry answers questions about single things. What each costs does not grow with what is stored.
type Inquiry interface {
	// Event returns one event of the log, or ErrNotFound.
	Event(ctx context.Context, account attribution.AccountID, id uuid.UUID) (LoggedEvent, error)
	// HasClicked reports whether a visitor has a click that counted for a reference.
	HasClicked(ctx context.Context, account attribution.AccountID, visitor uuid.UUID, ref attribution.Ref) (bool, error)
	// FromNetwork counts the opt-ins that came from a network on its day, up to most.
	FromNetwork(ctx context.Context, account attribution.AccountID, network attribution.NetworkKey, most int) (int, error)
}

// Standing is how many jobs of a kind stand in a state with the same code.
type Standing struct {
	Kind  JobKind
	State JobState
	Code  string
	Jobs  int
}

// Worklist is an account's outbox at a glance.
type Worklist struct {
	Standings []Standing // those that have any; by state, kind and code
	OldestDue time.Time  // when the open job that has waited longest was due; zero when none is open
}

// JobQuery selects jobs of one state. Zero fields select everything.
type JobQuery struct {
	State    JobState // needed; Ready stands for Sending as well: what is on its way
	Kind     JobKind
	Code     string
	Ref      attribution.Ref // of the opt-in, or of the affiliate that is looked up
	From, To time.Time       // by when the job was made, [From, To)
	Cursor   string
	Limit    int // 1 or more
}

// JobPage is a page of jobs; Next is "" when it is the last. It can be short, and even empty, where much was looked at for it.
type JobPage struct {
	Jobs []Job
	Next string
}

// Retried is one step of a retry of many. Next is where the following step goes on; "" when all are done.
type Retried struct {
	Jobs int
	Next string
}

// Worklists shows the outbox to people.
type Worklists interface {
	// Worklist counts jobs. Its cost does not grow with their number.
	Worklist(ctx context.Context, account attribution.AccountID) (Worklist, error)
	// ListJobs lists jobs: parked ones latest first, open ones by when they are due.
	ListJobs(ctx context.Context, account attribution.AccountID, q JobQuery) (JobPage, error)
	// Job returns one job, or ErrNotFound: one that is done is gone.
	Job(ctx context.Context, account attribution.AccountID, id string) (Job, error)
	// RetryMany makes parked jobs due that a query selects, at most its limit in one commit. It looks at a bounded number of
	// jobs, so that it may do none and still not be at the end.
	RetryMany(ctx context.Context, account attribution.AccountID, q JobQuery, now time.Time) (Retried, error)
}

// ErrDecided is returned by Decide for an opt-in that the verdict cannot be given any more.
var ErrDecided = errors.New("this can no longer be decided")

// UndoWithin is how long a credit waits before it goes to Keap, so that it can be taken back.
const UndoWithin = 10 * time.Second

// Decisions takes a person's word.
type Decisions interface {
	// Decide puts a decision on an opt-in, with its job and a line of its trace, in one commit, and returns the opt-in as it
	// is then. ErrNotFound for one that is not there, ErrDecided where it is too late.
	//
	// Credit makes the job due UndoWithin from the decision's time: for an opt-in that is held, failed or refused. Refuse
	// removes the job: as long as nothing may have been sent to Keap. Keep takes either back: a refusal at any time, a credit
	// until its job is taken up; and it parks any opt-in that is on its way and was not sent.
	Decide(ctx context.Context, account attribution.AccountID, id uuid.UUID, d attribution.Decision) (attribution.OptIn, error)
}
