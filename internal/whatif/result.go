package whatif

import (
	"cmp"
	"slices"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
)

// Result is what a question found.
type Result struct {
	Question Question
	Today    attribution.Policy
	OptIns   int64     // that were judged
	Changed  int64     // of them, those that go to somebody else
	ToNobody int64     // of those, from an affiliate to nobody
	FromNone int64     // of those, from nobody to an affiliate
	Read     int       // events of the log
	Since    time.Time // opt-ins of the span before it were not judged: there are too many; zero for all
	// NotJudged is how many opt-ins of the span are counted and were not judged: those before Since, and those whose
	// events lie elsewhere in the log because a clock was far off.
	NotJudged int64
	Rows      []Row // those who win or lose, the largest difference first
	RowsLeft  int   // that are not in Rows
	Same      int   // affiliates with opt-ins and no difference
	Examples  []Example

	rows map[attribution.Ref]*Row
}

// Row is what an affiliate has today, and would have.
type Row struct {
	Ref        attribution.Ref
	Code, Name string
	Today      int64
	Then       int64
	Won, Lost  int64
}

// Difference is what they would have more; less where it is negative.
func (r Row) Difference() int64 { return r.Then - r.Today }

// Example is an opt-in that would go to somebody else.
type Example struct {
	OptIn         uuid.UUID
	At            time.Time
	Today, Then   attribution.Ref // zero for nobody
	First, Latest attribution.Touch
}

func newResult(q Question, today attribution.Policy, found arrivals) Result {
	return Result{Question: q, Today: today, Read: found.read, Since: found.since, Rows: []Row{}, Examples: []Example{}, rows: map[attribution.Ref]*Row{}}
}

// compare takes in one opt-in, as both policies judge it.
func (r *Result) compare(q Question, today, other *judged) {
	if today == nil || other == nil { // another took it up, whichever policy judges
		return
	}
	if today.At.Before(q.From) || !today.At.Before(q.To) || today.At.Before(r.Since) {
		return
	}
	r.OptIns++
	r.row(today.Ref).Today++
	r.row(other.Ref).Then++
	if today.Ref == other.Ref {
		return
	}
	r.Changed++
	r.row(today.Ref).Lost++
	r.row(other.Ref).Won++
	switch {
	case other.Ref.IsZero():
		r.ToNobody++
	case today.Ref.IsZero():
		r.FromNone++
	}
	r.Examples = append(r.Examples, Example{today.ID, today.At, today.Ref, other.Ref, today.first, today.latest})
}

// row is that of an affiliate; one that nobody reads is nobody's.
func (r *Result) row(ref attribution.Ref) *Row {
	if ref.IsZero() {
		return &Row{}
	}
	if r.rows[ref] == nil {
		r.rows[ref] = &Row{Ref: ref}
	}
	return r.rows[ref]
}

// sort puts what matters first, and cuts off what nobody reads.
func (r *Result) sort(l Limits) {
	for _, row := range r.rows {
		if row.Won == 0 && row.Lost == 0 {
			r.Same++
			continue
		}
		r.Rows = append(r.Rows, *row)
	}
	r.rows = nil
	slices.SortFunc(r.Rows, func(a, b Row) int {
		return cmp.Or(-cmp.Compare(abs(a.Difference()), abs(b.Difference())), -cmp.Compare(a.Won+a.Lost, b.Won+b.Lost), cmp.Compare(a.Ref.String(), b.Ref.String()))
	})
	if len(r.Rows) > l.Rows {
		r.RowsLeft, r.Rows = len(r.Rows)-l.Rows, slices.Clone(r.Rows[:l.Rows])
	}
	slices.SortFunc(r.Examples, func(a, b Example) int { return cmp.Or(b.At.Compare(a.At), slices.Compare(a.OptIn[:], b.OptIn[:])) })
	if len(r.Examples) > l.Examples {
		r.Examples = slices.Clone(r.Examples[:l.Examples])
	}
}

func abs(n int64) int64 { return max(n, -n) }
