package whatif

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"tributary/internal/attribution"
)

// Options configure a Runner. Limits, Now and Logger may be zero.
type Options struct {
	Store   Store
	Account attribution.AccountID
	Policy  func() attribution.Policy // of today
	Limits  Limits
	Now     func() time.Time
	Logger  *slog.Logger
}

// State is how a question stands.
type State string

const (
	Running  State = "running"
	Finished State = "finished"
	Broken   State = "failed"
)

// Answer is how far a question is, or what came of it.
type Answer struct {
	State    State
	Reason   string // of a failed one
	Question Question
	Read     int // events so far
	Started  time.Time
	Finished time.Time
	Result   Result // of a finished one
}

// ErrBusy is returned while another question is being answered: one at a time, so that the disk is left to the opt-ins.
var ErrBusy = errors.New("another question is being answered: ask again in a minute")

// kept is how long an answer is given again without reading anew.
const kept = 5 * time.Minute

// Runner answers questions in the background, one at a time.
type Runner struct {
	o    Options
	work chan *asked

	mu   sync.Mutex
	last *asked // that is being answered, or was last
}

// asked is a question on its way.
type asked struct {
	Answer // written before done is closed, and by nobody after
	today  attribution.Policy
	read   atomic.Int64
	done   chan struct{}
}

// NewRunner makes a Runner. It answers nothing before Run.
func NewRunner(o Options) *Runner {
	if o.Limits == (Limits{}) {
		o.Limits = DefaultLimits
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &Runner{o: o, work: make(chan *asked, 1)}
}

// Run answers what is asked, until ctx ends.
func (r *Runner) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case a := <-r.work:
			r.answer(ctx, a)
		}
	}
}

// Ask returns the answer to a question, or how far it is when the patience is over: it goes on then, and whoever asks the
// same again finds it. The error is what is wrong with the question, or ErrBusy.
func (r *Runner) Ask(ctx context.Context, q Question, patience time.Duration) (Answer, error) {
	if err := q.Check(); err != nil {
		return Answer{}, err
	}
	a, err := r.begin(q)
	if err != nil {
		return Answer{}, err
	}
	wait := time.NewTimer(patience)
	defer wait.Stop()
	select {
	case <-a.done:
		return a.Answer, nil
	case <-ctx.Done():
		return Answer{}, ctx.Err()
	case <-wait.C:
		return Answer{State: Running, Question: q, Read: int(a.read.Load()), Started: a.Started}, nil
	}
}

// begin finds the question where it was asked before, or has it answered.
func (r *Runner) begin(q Question) (*asked, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	today, now := r.o.Policy(), r.o.Now()
	if last := r.last; last != nil {
		same := last.Question == q && last.today == today
		ended := last.ended()
		switch {
		case same && !ended, same && last.State == Finished && now.Sub(last.Finished) < kept:
			return last, nil
		case !ended:
			return nil, ErrBusy
		}
	}
	a := &asked{Answer: Answer{State: Running, Question: q, Started: now}, today: today, done: make(chan struct{})}
	r.last = a
	r.work <- a
	return a, nil
}

func (a *asked) ended() bool {
	select {
	case <-a.done:
		return true
	default:
		return false
	}
}

func (r *Runner) answer(ctx context.Context, a *asked) {
	reading := Reading{
		Store: r.o.Store, Account: r.o.Account, Today: a.today, Limits: r.o.Limits, Now: a.Started,
		Progress: func(read int) { a.read.Store(int64(read)) },
	}
	found, err := reading.Answer(ctx, a.Question)
	a.Result, a.State, a.Read, a.Finished = found, Finished, found.Read, r.o.Now()
	if err != nil {
		a.State, a.Reason = Broken, err.Error()
		r.o.Logger.Error("answering what another policy would have credited", "error", err)
	}
	close(a.done)
}
