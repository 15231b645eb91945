// Package store is the seam between the product and its storage engines. boltstore is the default engine; storetest
// holds every engine to the words below.
//
// The event log is the truth. One commit writes an event, its dedup key, its counters, its opt-in and its outbox job,
// and only after that commit is on disk does Ingest return. Everything of one account lies under that account.
package store

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
)

var (
	// ErrNotFound is returned for a record that is not there.
	ErrNotFound = errors.New("not found")
	// ErrStale is returned to a worker whose claim on a job has passed to another.
	ErrStale = errors.New("the claim on this job is stale")
	// ErrConflict is returned by Put when the document has changed since it was read.
	ErrConflict = errors.New("the document has changed meanwhile")
	// ErrDamaged is returned for a record whose checksum does not fit: it is never served.
	ErrDamaged = errors.New("damaged record")
	// ErrFull is returned by Quarantine when it holds as much as it may.
	ErrFull = errors.New("the quarantine is full")
	// ErrClosed is returned by every call after Close.
	ErrClosed = errors.New("the store is closed")
	// ErrInUse is returned by an engine's Open when another process has the data folder.
	ErrInUse = errors.New("another process is using this data folder")
)

// Store is what an engine offers. Calls are safe for concurrent use. Unless a comment says otherwise a write is on disk
// when its call returns without error, and has no effect when it returns one; only a context that ends leaves that open.
type Store interface {
	Events
	Outbox
	Waiters
	Corrections
	Affiliates
	Documents
	People
	Newsroom
	Inquiry
	Worklists
	Decisions

	// Counters returns what was counted for a reference in [from, to), oldest first, hours with nothing left out. The
	// zero Ref asks for the whole account. Its cost grows with the hours, not with the events.
	Counters(ctx context.Context, account attribution.AccountID, ref attribution.Ref, from, to attribution.Hour) ([]attribution.HourTally, error)
	// Breakdown returns what was counted for a reference on the days [from, to), by the values of a dimension. A click counts
	// for the page and the campaign that it came with, an opt-in for those of the click that brought it (see
	// attribution.OptIn.Landed). An engine tells MaxValues values of each reference and dimension apart, the first that come;
	// the others count together. Imported referrals have no values. Its cost grows with the days and the values.
	Breakdown(ctx context.Context, account attribution.AccountID, ref attribution.Ref, by attribution.Dimension, from, to attribution.Day) (attribution.Breakdown, error)
	// Version names the state of what is counted and listed for a reference: it is another one after every change of either,
	// and may be another without one, such as after a restart. The zero Ref asks for the whole account. It is asked for
	// every second for every page that somebody has open, so it must cost next to nothing.
	Version(ctx context.Context, account attribution.AccountID, ref attribution.Ref) (string, error)
	// Check reads every record, verifies its checksum, and compares the counters and indexes with a recount of the log.
	// It returns the first fault found.
	Check(ctx context.Context) error
	// Snapshot writes a copy of the whole store as it stands at one moment, while the store goes on. It calls open once,
	// with the size of the copy in bytes, and writes to what that returns. The copy holds no secret key.
	Snapshot(ctx context.Context, open func(size int64) io.Writer) error
	// Usage tells how full the store is. It reads every job, so ask seldom.
	Usage(ctx context.Context) (Usage, error)
	// Ping commits an empty write, the honest answer to "can you store?".
	Ping(ctx context.Context) error
	Close() error
}

// Usage is how full a store is.
type Usage struct {
	Jobs        map[JobState]int
	OldestDue   time.Time // when the job that has waited longest was due; zero when none is open
	Quarantined int
	Bytes       int64 // on disk
	FreePages   int   // of them, pages that nothing uses; 0 for an engine that has none
}

// Events takes what happened and answers for it.
type Events interface {
	// Ingest commits a batch: all of it or nothing. It returns one outcome per event, in order. An event whose id is in
	// the log is a duplicate and changes nothing, not even within its own batch.
	//
	// An opt-in event belongs to the opt-in whose id it claims, however long ago that came, unless both have an e-mail and
	// not the same; otherwise to the one that its person has within the policy's merge window; otherwise it is a new
	// opt-in, under the claimed id where that is free. One that was stored without a person and turns out to be a person's
	// other opt-in within the window is taken up by that one, with its counters, and its id leads there.
	//
	// An opt-in that has an affiliate and an e-mail gets a job that credits it, as soon as it has both. An affiliate never
	// seen before gets a job that looks it up.
	//
	// An opt-in keeps the landing of the click that its earning touch came from: the one of the same visitor and affiliate,
	// at most ten minutes before the touch and a second after it, where it is in the log and within LandingScan.
	//
	// A click is unique for the first click of its visitor on an affiliate, for at most RefsOfVisitor affiliates.
	//
	// What is ignored or a test goes into the log alone: no counter, opt-in, job or mark comes of it.
	//
	// A referral that Keap had before us is counted for its affiliate, once by its id in Keap, and has neither opt-in nor
	// job. It stops counting when an opt-in is credited by the very same referral.
	Ingest(ctx context.Context, account attribution.AccountID, policy attribution.Policy, batch []attribution.Event) ([]Outcome, error)
	// Log returns events newest first by id, at most limit, those before the cursor (zero for the newest).
	Log(ctx context.Context, account attribution.AccountID, before uuid.UUID, limit int) ([]LoggedEvent, error)
	// Undated returns the events whose id tells no time (see IsUndated), those received last first, at most limit, those before
	// the cursor (zero for the newest). Log has them as well, wherever their ids stand.
	Undated(ctx context.Context, account attribution.AccountID, before Cursor, limit int) ([]LoggedEvent, error)
	// OptIn returns one opt-in, or ErrNotFound. The id of one that was taken up by another leads to that one.
	OptIn(ctx context.Context, account attribution.AccountID, id uuid.UUID) (attribution.OptIn, error)
	// OptIns lists opt-ins, latest first.
	OptIns(ctx context.Context, account attribution.AccountID, q Query) (Page, error)
	// Quarantine keeps what could not be taken as an event, with the reason. ErrFull when it holds too much.
	Quarantine(ctx context.Context, q Quarantined) error
	// Quarantines lists what was kept, newest first, at most limit, those before the cursor (zero for the newest).
	Quarantines(ctx context.Context, before uuid.UUID, limit int) ([]Quarantined, error)
	// Quarantined returns one record of the quarantine, or ErrNotFound.
	Quarantined(ctx context.Context, id uuid.UUID) (Quarantined, error)
	// Unquarantine removes a record from the quarantine, or returns ErrNotFound.
	Unquarantine(ctx context.Context, id uuid.UUID) error
}

// RefsOfVisitor bounds the references that one visitor is counted for. Nobody is sent by a thousand affiliates: such a
// "visitor" is a program, and what is kept of it would grow with each click.
const RefsOfVisitor = 1000

// MaxValues bounds the values of one dimension that are told apart for a reference: anybody can make up campaigns, and
// nobody reads a thousand of them.
const MaxValues = 1000

// LandingScan is how many events an engine looks at, at most, for the click that an opt-in's touch came from. They lie
// around the touch's time, so on a quiet day a few are enough; in a flood the opt-in counts for its own page.
const LandingScan = 500

// Disposition is what became of one event.
type Disposition string

const (
	Accepted  Disposition = "accepted"
	Duplicate Disposition = "duplicate" // the same event, or the same person's opt-in arriving another way
	Ignored   Disposition = "ignored"   // kept, and counted nowhere
	Test      Disposition = "test"      // likewise: the owner tries a page
)

// TestReason is the Reason of every Test outcome.
const TestReason = "a test: it is kept, and counts nowhere"

// Outcome answers for one event.
type Outcome struct {
	Disposition Disposition
	Reason      string
	OptIn       uuid.UUID // the opt-in that the event made or was merged into; zero for clicks
}

// LoggedEvent is an event of the log with what became of it.
type LoggedEvent struct {
	attribution.Event
	Outcome
	Counted attribution.Ref // of a click: what it counted for when it came; a code may have had no owner then
}

// Query selects opt-ins. Zero fields select everything.
type Query struct {
	Ref      attribution.Ref
	Person   attribution.PersonKey
	Status   attribution.Status
	Statuses []attribution.Status // one of these; beside Status
	Site     string
	Flagged  bool      // only those that have a flag
	From, To time.Time // by the time of the opt-in, [From, To)
	Cursor   Cursor
	Limit    int // 1 or more
	// Scan bounds how many opt-ins are looked at for a page, where no index answers the whole query: the page may then be
	// short, even empty, and Next goes on from there. 0 leaves it to the engine.
	Scan int
}

// Cursor is where a page of opt-ins ends: the next page starts below it.
type Cursor struct {
	At time.Time
	ID uuid.UUID
}

// IsZero reports whether the cursor is the start of the list.
func (c Cursor) IsZero() bool { return c.ID == uuid.Nil }

// Page is a page of opt-ins; Next is zero when it is the last.
type Page struct {
	OptIns []attribution.OptIn
	Next   Cursor
}

// Quarantined is input that could not be taken, kept so that no lead is lost with it.
type Quarantined struct {
	ID       uuid.UUID `json:"id"`
	Received time.Time `json:"received"`
	Site     string    `json:"site,omitempty"`
	Origin   string    `json:"origin,omitempty"`
	Code     string    `json:"code"`   // for programs
	Reason   string    `json:"reason"` // for people
	Sealed   []byte    `json:"sealed"` // the input, encrypted: it may hold personal data
}

// QuarantineKind is what Quarantined.Sealed was sealed as, with the record's id.
const QuarantineKind = "quarantine"

// JobKind says what a job intends.
type JobKind string

const (
	CreditJob    JobKind = "credit"    // write the referral of one opt-in; the subject is the opt-in's id
	AffiliateJob JobKind = "affiliate" // look an affiliate up in Keap; the subject is its reference

	// What follows on a credit; see Settlement.Then. A job of these never changes where its opt-in stands.
	TagJob    JobKind = "tag"    // apply a tag to the contact; the subject is the opt-in's id
	GoalJob   JobKind = "goal"   // achieve a goal for the contact; likewise
	FieldsJob JobKind = "fields" // write custom fields of the contact; likewise
	TotalsJob JobKind = "totals" // write an affiliate's count into their own contact; the subject is the affiliate's id

	LinkJob JobKind = "link" // write an affiliate's login address into their own contact; the subject is the affiliate's id
)

// AfterJobs are the kinds that follow on the credit of one opt-in, and have its id for a subject.
var AfterJobs = []JobKind{TagJob, GoalJob, FieldsJob}

// JobState is where a job stands.
type JobState string

const (
	Ready   JobState = "ready"   // to be done when due
	Sending JobState = "sending" // about to write into Keap, or already written: look before any further write
	Done    JobState = "done"
	Parked  JobState = "parked" // for a person to look at; Retry makes it ready again
)

// Job is one durable intent. While it is Ready or Sending it has a due time; a claim moves that time to the end of
// its lease, so that a job of a worker that died comes back by itself.
type Job struct {
	Account  attribution.AccountID `json:"account"`
	ID       string                `json:"id"` // kind and subject: the same intent is the same job
	Kind     JobKind               `json:"kind"`
	Subject  string                `json:"subject"`
	State    JobState              `json:"state"`
	Attempt  int                   `json:"attempt"` // how often it was put off
	Epoch    int64                 `json:"epoch"`   // grows with each claim
	Due      time.Time             `json:"due"`
	Created  time.Time             `json:"created"`
	Intended time.Time             `json:"intended,omitzero"` // when a write was last about to be sent
	Reason   string                `json:"reason,omitempty"`
	Code     string                `json:"code,omitempty"`  // the reason for programs
	Again    bool                  `json:"again,omitempty"` // wanted once more since it was claimed: done is not done yet
	After    time.Duration         `json:"after,omitempty"` // how long it waits before it is done again
}

// freshAttempts is how often a fresh job may have been put off: on the usual schedule that is the first half minute, in
// which most form tools make the contact.
const freshAttempts = 4

// IsFresh says whether a job goes before others that are due as well: it credits an opt-in that has just come, or that
// something has just woken. Look-ups of affiliates are never fresh, because anybody can make up parameters, and a job that
// was put off again and again is not, so that neither a backlog nor a flood delays an opt-in.
func (j *Job) IsFresh() bool { return j.Kind == CreditJob && j.Attempt < freshAttempts }

// Codes of jobs that are parked because of their affiliate. PutAffiliate wakes them.
const (
	UnknownAffiliate  = "unknown_affiliate"  // Keap knows no such affiliate
	InactiveAffiliate = "inactive_affiliate" // woken when the affiliate is active
)

// JobID names the job of an intent.
func JobID(kind JobKind, subject string) string { return string(kind) + ":" + subject }

// Settlement is how a claimed job goes on, and what that means for its opt-in. Zero opt-in fields change nothing.
type Settlement struct {
	State    JobState
	Due      time.Time // for Ready and Sending
	Attempt  int
	Intended time.Time // kept when zero
	Reason   string
	Code     string

	Status     attribution.Status // of the opt-in
	ContactID  string
	ReferralID string
	Step       string // a line of its trace
	Detail     string
	Flags      []attribution.Flag // take the place of those that are there; nil leaves them

	Then []Following // of a credit: what else is to be done now, in the same commit
}

// Following is a job that another one brings. Where there is such a job already it stays as it is; one that is in hand
// is done again, After its end, so that what it does is as new as the last that asked for it.
type Following struct {
	Kind    JobKind
	Subject string
	After   time.Duration
}

// Outbox hands out jobs and settles them.
type Outbox interface {
	// Claim takes up to n jobs that are due, each with a new epoch, and hides them until now+lease. Fresh ones come first
	// (see Job.IsFresh), except that every fourth job that is handed out is one of the others while any is due, so that
	// nothing waits for ever. Within both the oldest come first.
	Claim(ctx context.Context, now time.Time, n int, lease time.Duration) ([]Job, error)
	// Advance settles a claimed job and its opt-in in one commit. ErrStale when the job's epoch has passed. An opt-in
	// that becomes credited is counted as a referral, once.
	Advance(ctx context.Context, job Job, now time.Time, s Settlement) error
	// Follow makes jobs that follow on nothing that was settled, in one commit, by the words of Following.
	Follow(ctx context.Context, account attribution.AccountID, now time.Time, then []Following) error
	// Jobs lists an account's jobs of a state ("" for all), newest first, at most limit, those below the cursor id.
	Jobs(ctx context.Context, account attribution.AccountID, state JobState, cursor string, limit int) ([]Job, error)
	// Retry makes a parked job due now. A job that is not parked stays as it is.
	Retry(ctx context.Context, account attribution.AccountID, id string, now time.Time) (Job, error)
	// Orphan makes every job that a dead process had claimed due again at the given time. Only for an engine that one
	// process owns, at its start.
	Orphan(ctx context.Context, due func(Job) time.Time) error
}

// Affiliates keeps the affiliates that Keap knows.
type Affiliates interface {
	// PutAffiliate saves an affiliate. What was counted under its code before it was known moves under its id, exactly: a
	// visitor or person counted under both counts once. Its opt-ins and look-ups that were parked because of it become due,
	// unless it is gone. So it is with other spellings of its code, except those that are somebody's code.
	PutAffiliate(ctx context.Context, account attribution.AccountID, a attribution.Affiliate, now time.Time) error
	// Affiliate resolves a reference, or returns ErrNotFound.
	Affiliate(ctx context.Context, account attribution.AccountID, ref attribution.Ref) (attribution.Affiliate, error)
	// Affiliates lists by id as text, at most limit, those after the cursor.
	Affiliates(ctx context.Context, account attribution.AccountID, after string, limit int) ([]attribution.Affiliate, error)
}

// Exported is what is held of a person.
type Exported struct {
	OptIns []attribution.OptIn // latest first
	Events []LoggedEvent       // their opt-ins as they arrived, and the clicks of the same visitors; newest first
}

// Erasure counts what was erased.
type Erasure struct {
	OptIns, Events, Jobs int
}

// People answers for one person's data. Both calls read the whole log in steps, so their cost grows with it.
type People interface {
	// Export returns what is held of a person; nothing is no error.
	Export(ctx context.Context, account attribution.AccountID, person attribution.PersonKey) (Exported, error)
	// Erase makes opt-ins and events of a person nobody's: see attribution.OptIn.Erase. Counters stay, their jobs are
	// cancelled, and a person who comes back is a new one. Event ids stay, so that a browser that sends one again is told
	// that it is stored.
	Erase(ctx context.Context, account attribution.AccountID, person attribution.PersonKey, now time.Time) (Erasure, error)
}

// Document is a small record that is read and replaced as a whole: a site, a session, a login link, a setting.
type Document struct {
	Key     string
	Value   []byte
	Version int64 // 0 for one that is not there
}

// SiteKind is the kind of document that a site is; its key is the site's key.
const SiteKind = "site"

// Documents is compare-and-swap storage, by kind and key. Kinds are account-free: a document that belongs to an account
// says so in its key or value.
type Documents interface {
	// Get returns a document, or ErrNotFound.
	Get(ctx context.Context, kind, key string) (Document, error)
	// Put saves value where the stored version is the given one (0: nothing is there), and returns the new version;
	// ErrConflict otherwise.
	Put(ctx context.Context, kind, key string, value []byte, version int64) (int64, error)
	// Delete removes a document where the stored version is the given one; ErrConflict otherwise.
	Delete(ctx context.Context, kind, key string, version int64) error
	// List returns up to limit documents of a kind after a key, in key order.
	List(ctx context.Context, kind, after string, limit int) ([]Document, error)
}
