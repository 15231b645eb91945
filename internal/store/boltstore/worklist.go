package boltstore

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// standings counts the jobs that stand alike. They are counted at the start, and kept by every change.
type standings struct {
	mu   sync.Mutex
	jobs map[standing]int
}

type standing struct {
	account attribution.AccountID
	kind    store.JobKind
	state   store.JobState
	code    string
}

func standingOf(j *store.Job) standing { return standing{j.Account, j.Kind, j.State, j.Code} }

func (s *standings) set(jobs map[standing]int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.jobs = jobs
}

func (s *standings) move(before, j *store.Job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if before != nil {
		s.add(standingOf(before), -1)
	}
	if j.State != store.Done {
		s.add(standingOf(j), 1)
	}
}

func (s *standings) add(at standing, n int) {
	if s.jobs[at] += n; s.jobs[at] == 0 {
		delete(s.jobs, at)
	}
}

func (s *standings) of(account attribution.AccountID) (out []store.Standing) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for at, n := range s.jobs {
		if at.account == account {
			out = append(out, store.Standing{Kind: at.kind, State: at.state, Code: at.code, Jobs: n})
		}
	}
	return out
}

// Worklist implements store.Worklists.
func (s *Store) Worklist(ctx context.Context, account attribution.AccountID) (w store.Worklist, err error) {
	w.Standings = s.standings.of(account)
	slices.SortFunc(w.Standings, func(a, b store.Standing) int {
		return cmp.Or(cmp.Compare(a.State, b.State), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Code, b.Code))
	})
	err = s.view(func(tx *txn) error {
		w.OldestDue, err = tx.firstDue()
		return err
	})
	return w, err
}

// Job implements store.Worklists.
func (s *Store) Job(ctx context.Context, account attribution.AccountID, id string) (j store.Job, err error) {
	err = s.view(func(tx *txn) error {
		j, err = tx.job(jobKey(account, id))
		return err
	})
	return j, err
}

// maxJobScan bounds how many jobs one page may look at when no index answers the whole query.
const maxJobScan = 400

// ListJobs implements store.Worklists.
func (s *Store) ListJobs(ctx context.Context, account attribution.AccountID, q store.JobQuery) (page store.JobPage, err error) {
	err = s.readAccount(account, func(a *accountTx) error {
		page, err = a.listJobs(q)
		return err
	})
	return page, err
}

func (a *accountTx) listJobs(q store.JobQuery) (page store.JobPage, err error) {
	strands := a.tx.openStrands()
	if q.State == store.Parked {
		if strands, err = a.parkedStrands(q); err != nil {
			return page, err
		}
	}
	if q.Ref, err = a.canonicalInRead(q.Ref); err != nil {
		return page, err
	}
	beyond, err := beyondOf(q)
	if err != nil {
		return page, err
	}
	if err := beginAll(strands, beyond); err != nil {
		return page, err
	}
	return a.walk(strands, q)
}

// walk merges the strands into a page.
func (a *accountTx) walk(strands []*strand, q store.JobQuery) (page store.JobPage, err error) {
	last := ""
	for scanned := 0; ; scanned++ {
		s := firstOf(strands)
		if s == nil || s.back && !q.From.IsZero() && keyTime(s.tail).Before(q.From) {
			return page, nil
		}
		if len(page.Jobs) == q.Limit || scanned == maxJobScan {
			page.Next = last
			return page, nil
		}
		j, err := a.jobAt(s)
		if err != nil {
			return page, err
		}
		wanted, err := a.wanted(&j, q)
		if err != nil {
			return page, err
		}
		if wanted {
			page.Jobs = append(page.Jobs, j)
		}
		last = cursorOf(s.tail)
		if err := s.next(); err != nil {
			return page, err
		}
	}
}

// jobAt reads the job of a row: the index of parked jobs names it within its account, the schedule with it.
func (a *accountTx) jobAt(s *strand) (store.Job, error) {
	name := s.tail[keyTimeLength:]
	if s.back {
		return a.tx.job(jobKey(a.id, string(name)))
	}
	return a.tx.job(name)
}

// wanted holds a job against a query.
func (a *accountTx) wanted(j *store.Job, q store.JobQuery) (bool, error) {
	if j.Account != a.id || q.Code != "" && j.Code != q.Code || q.Kind != "" && j.Kind != q.Kind ||
		!q.From.IsZero() && j.Created.Before(q.From) || !q.To.IsZero() && !j.Created.Before(q.To) {
		return false, nil
	}
	if q.Ref.IsZero() {
		return true, nil
	}
	switch j.Kind {
	case store.AffiliateJob:
		return j.Subject == q.Ref.String(), nil
	case store.TotalsJob, store.LinkJob:
		return q.Ref == attribution.Ref{Kind: attribution.ByID, Value: j.Subject}, nil
	}
	id, err := uuid.Parse(j.Subject)
	if err != nil {
		return false, nil // another kind of subject
	}
	var o attribution.OptIn
	found, err := a.table("optins").getJSON(id[:], &o)
	return found && o.Ref == q.Ref, err
}

// A cursor is the time and the job of the last row.
func cursorOf(tail []byte) string {
	return strconv.FormatInt(keyTime(tail).UnixMilli(), 10) + "_" + strings.ReplaceAll(string(tail[keyTimeLength:]), "\x00", "\x1f")
}

// errBadCursor is returned for a cursor that no page had.
var errBadCursor = fmt.Errorf("not a cursor of this list: %w", store.ErrNotFound)

func beyondOf(q store.JobQuery) ([]byte, error) {
	switch {
	case q.Cursor != "":
		ms, name, found := strings.Cut(q.Cursor, "_")
		at, err := strconv.ParseInt(ms, 10, 64)
		if err != nil || !found {
			return nil, errBadCursor
		}
		return append(appendTime(nil, time.UnixMilli(at)), strings.ReplaceAll(name, "\x1f", "\x00")...), nil
	case q.State == store.Parked && !q.To.IsZero():
		return appendTime(nil, q.To), nil
	}
	return nil, nil
}

// RetryMany implements store.Worklists.
func (s *Store) RetryMany(ctx context.Context, account attribution.AccountID, q store.JobQuery, now time.Time) (done store.Retried, err error) {
	q.State = store.Parked
	err = s.write(ctx, func(tx *txn) error {
		a, err := tx.account(account)
		if err != nil {
			return err
		}
		page, err := a.listJobs(q)
		if err != nil {
			return err
		}
		for _, j := range page.Jobs {
			if _, err := tx.wake(j, now, "retried", "by hand"); err != nil {
				return err
			}
		}
		done = store.Retried{Jobs: len(page.Jobs), Next: page.Next}
		return nil
	})
	return done, err
}
