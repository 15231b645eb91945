// Package outbox does what was promised: it claims jobs, has each delivered by whoever knows its kind, and settles it.
// It knows nothing of Keap; a Deliverer steers it by the error it returns.
package outbox

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// Deliverer does one job. It returns nil when the job was settled as it wished, or one of the error types below.
type Deliverer interface {
	Deliver(ctx context.Context, c *Claim) error
}

// Claim is a job in hand. Its Deliverer may record progress in the middle by Record.
type Claim struct {
	store.Job
	jobs store.Outbox
	now  func() time.Time
	// Lease is until when nobody else gets this job.
	Lease time.Time
}

// Record commits progress while the job stays in this hand.
func (c *Claim) Record(ctx context.Context, s store.Settlement) error {
	s.Due, s.Attempt = c.Lease, c.Attempt
	if err := c.jobs.Advance(ctx, c.Job, c.now(), s); err != nil {
		return err
	}
	c.State = s.State
	if !s.Intended.IsZero() {
		c.Intended = s.Intended
	}
	return nil
}

// Finished is a job that is done; it carries what that means for its opt-in.
type Finished struct{ store.Settlement }

func (f *Finished) Error() string { return "finished: " + f.Step }

// Later is a job that could not be done yet. It is tried again on the schedule, or not before At when that is later, and
// parked as Failed when the schedule ends.
type Later struct {
	At     time.Time
	By     time.Time          // the next attempt comes no later than this, where it lies ahead
	Status attribution.Status // of the opt-in meanwhile; empty leaves it
	Step   string
	Reason string
	// State is Sending when a write may have been applied; Ready otherwise.
	State store.JobState
	Code  string // of the job meanwhile, and when it is parked; empty means gave_up then
	// GiveUp is the status when the schedule ends; empty means Failed.
	GiveUp attribution.Status
}

func (l *Later) Error() string { return "later: " + l.Reason }

// Permanent is a job that cannot be done as it is: it is parked for a person.
type Permanent struct {
	Status attribution.Status
	Code   string
	Step   string
	Reason string
	State  store.JobState
}

func (p *Permanent) Error() string { return "permanent: " + p.Reason }

// Pause stops the whole outbox for a while, such as when a quota is used up. The job costs no attempt.
type Pause struct {
	For    time.Duration
	Reason string
}

func (p *Pause) Error() string { return "paused: " + p.Reason }

// Options configure an Outbox. Zero fields get their defaults.
type Options struct {
	Workers  int           // deliveries at once; 4
	Lease    time.Duration // 2 minutes: longer than the longest delivery
	Poll     time.Duration // how often to look for due jobs; 200 ms
	Schedule Schedule
	Now      func() time.Time
	Logger   *slog.Logger
}

func (o Options) withDefaults() Options {
	if o.Workers == 0 {
		o.Workers = 4
	}
	if o.Lease == 0 {
		o.Lease = 2 * time.Minute
	}
	if o.Poll == 0 {
		o.Poll = 200 * time.Millisecond
	}
	if o.Schedule == (Schedule{}) {
		o.Schedule = DefaultSchedule
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// Outbox runs deliveries.
type Outbox struct {
	jobs    store.Outbox
	deliver Deliverer
	o       Options
	brk     *breaker
}

// New makes an outbox over a store.
func New(jobs store.Outbox, d Deliverer, o Options) *Outbox {
	return &Outbox{jobs: jobs, deliver: d, o: o.withDefaults(), brk: newBreaker(d)}
}

// grace is how long a delivery that has begun may go on after a stop, so that few answers of Keap are lost.
const grace = 10 * time.Second

// Run delivers until ctx ends, and returns when the last delivery is settled.
func (b *Outbox) Run(ctx context.Context) {
	delivery, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(grace, cut) })()
	var workers sync.WaitGroup
	defer workers.Wait()
	free := make(chan struct{}, b.o.Workers)
	for range b.o.Workers {
		free <- struct{}{}
	}
	for b.waitTurn(ctx, free) {
		room := 1 + len(free)
		if b.trying() {
			room = 1
		}
		claimed := b.claim(ctx, room)
		if b.trying() && len(claimed) == 1 { // alone: the next one waits for what this one meets
			b.handle(delivery, claimed[0])
			free <- struct{}{}
			continue
		}
		for i, c := range claimed {
			if i > 0 {
				<-free
			}
			workers.Go(func() {
				defer func() { free <- struct{}{} }()
				b.handle(delivery, c)
			})
		}
		if len(claimed) == 0 {
			free <- struct{}{}
			b.sleep(ctx, b.o.Poll)
		}
	}
}

// waitTurn waits for a free worker, and then for the end of a pause: the worker may be free because its job began one.
// False when ctx has ended.
func (b *Outbox) waitTurn(ctx context.Context, free chan struct{}) bool {
	select {
	case <-ctx.Done():
		return false
	case <-free:
		b.awaitPause(ctx)
		return ctx.Err() == nil
	}
}

func (b *Outbox) sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

func (b *Outbox) claim(ctx context.Context, n int) []*Claim {
	now := b.o.Now()
	jobs, err := b.jobs.Claim(ctx, now, n, b.o.Lease)
	if err != nil {
		if ctx.Err() == nil {
			b.o.Logger.Error("claiming jobs", "error", err)
			b.sleep(ctx, time.Second)
		}
		return nil
	}
	claims := make([]*Claim, len(jobs))
	for i, j := range jobs {
		claims[i] = &Claim{Job: j, jobs: b.jobs, now: b.o.Now, Lease: now.Add(b.o.Lease)}
	}
	return claims
}

// handle delivers and settles one job. A stop may end the delivery's call, but what it says is still settled.
func (b *Outbox) handle(ctx context.Context, c *Claim) {
	err := b.deliver.Deliver(ctx, c)
	if errors.Is(err, store.ErrStale) {
		b.o.Logger.Warn("a job passed to another worker", "job", c.ID)
		return
	}
	settle := context.WithoutCancel(ctx)
	if err := b.jobs.Advance(settle, c.Job, b.o.Now(), b.settlement(ctx, c, err)); err != nil && !errors.Is(err, store.ErrStale) {
		b.o.Logger.Error("settling a job", "job", c.ID, "error", err)
	}
}

// settlement turns what a delivery says into what is stored.
func (b *Outbox) settlement(ctx context.Context, c *Claim, err error) store.Settlement {
	now := b.o.Now()
	var finished *Finished
	var later *Later
	var permanent *Permanent
	var pause *Pause
	var outage *Outage
	switch {
	case errors.As(err, &finished):
		b.works()
		return finished.Settlement
	case errors.As(err, &permanent):
		b.works()
		return permanent.settlement()
	case errors.As(err, &outage):
		return b.outage(ctx, c, outage)
	case errors.As(err, &pause):
		b.pause(pause.Reason, pause.For, false)
		return store.Settlement{State: c.State, Due: now.Add(pause.For), Attempt: c.Attempt, Reason: pause.Reason, Code: "paused"}
	case errors.As(err, &later):
		b.works()
		return b.putOff(c, now, later)
	default:
		return b.putOff(c, now, &Later{Step: "put off", Reason: err.Error(), State: c.State})
	}
}

func (p *Permanent) settlement() store.Settlement {
	return store.Settlement{State: store.Parked, Code: p.Code, Reason: p.Reason, Status: p.Status, Step: p.Step, Detail: p.Reason}
}

// putOff schedules the next attempt, or parks the job when the schedule has ended.
func (b *Outbox) putOff(c *Claim, now time.Time, l *Later) store.Settlement {
	s := store.Settlement{State: l.State, Attempt: c.Attempt + 1, Reason: l.Reason, Code: l.Code, Status: l.Status, Step: l.Step, Detail: l.Reason}
	if s.State == "" {
		s.State = store.Ready
	}
	next, more := b.o.Schedule.Next(now, c.Created, c.ID, c.Attempt)
	if !more {
		s.State, s.Status = store.Parked, l.GiveUp
		if s.Status == "" {
			s.Status = attribution.Failed
		}
		if s.Code == "" {
			s.Code = "gave_up"
		}
		s.Reason = "given up after " + now.Sub(c.Created).Round(time.Minute).String() + ": " + l.Reason
		s.Detail = s.Reason
		return s
	}
	s.Due = next
	if l.By.After(now) && l.By.Before(s.Due) {
		s.Due = l.By
	}
	if l.At.After(s.Due) {
		s.Due = l.At
	}
	return s
}
