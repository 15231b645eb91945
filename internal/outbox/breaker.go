package outbox

import (
	"context"
	"errors"
	"sync"
	"time"

	"tributary/internal/store"
)

// Outage is a job that failed for a reason which is probably not its own: the other side is away, or refuses us as a whole.
// One cheap call (see Prober) tells. Where that fails, too, the outbox pauses, and the job costs no attempt; where it
// succeeds, it was the job after all, which is then put off like any other.
type Outage struct {
	Later
	// Denied says that we were refused, such as by our credentials: that is asked about at once. Without it the other
	// side gave no answer, or none with sense, which happens to anybody: several jobs in a row must meet it.
	Denied bool
}

func (o *Outage) Error() string { return "outage: " + o.Reason }

// Prober is a Deliverer that can find out by one cheap call whether the other side works. The error says for people why it
// does not. Without a Prober a denial pauses for half a minute, and any other outage counts as Later.
type Prober interface {
	Probe(ctx context.Context) error
}

const (
	// streakTrips is how many jobs in a row must meet an outage before it is asked about.
	streakTrips = 5
	// streakTrials is how many must be denied while the probe says that all is well before jobs are only tried now and
	// then: we may be allowed nothing but the probe.
	streakTrials = 20

	// longestPause is that of the pauses which double from the schedule's base on, in such bases: two minutes usually.
	longestPause = 60
	unprobed     = 30 * time.Second // the pause of a denial that nobody can probe
)

// Standing says where an outbox stands, for people.
type Standing struct {
	Reason  string    // why nothing is delivered; "" while all is well
	Since   time.Time // when the pause began
	Next    time.Time // when it ends, or the other side is asked again
	Probing bool      // it ends when the other side works again, and not by time alone
	Pauses  int       // how many there have been since the start
}

// breaker keeps the outbox from spending its jobs' attempts on an outage.
type breaker struct {
	probe func(context.Context) error // nil without a Prober
	nudge chan struct{}               // something may have changed: ask now

	asking chan struct{} // holds one while somebody probes

	mu       sync.Mutex
	standing Standing
	step     int    // of the growing pauses
	streak   int    // outages of different jobs in a row
	last     string // the job of the last of them
	worked   time.Time
}

func newBreaker(d Deliverer) *breaker {
	k := &breaker{nudge: make(chan struct{}, 1), asking: make(chan struct{}, 1)}
	if p, ok := d.(Prober); ok {
		k.probe = p.Probe
	}
	return k
}

// Standing returns why and since when nothing is delivered, if so.
func (b *Outbox) Standing() Standing {
	b.brk.mu.Lock()
	defer b.brk.mu.Unlock()
	if s := b.brk.standing; s.Probing || b.o.Now().Before(s.Next) {
		return s
	}
	return Standing{Pauses: b.brk.standing.Pauses}
}

// Paused returns why nothing is delivered at the moment, or "".
func (b *Outbox) Paused() string { return b.Standing().Reason }

// Resume ends a pause early: at once, or, where the other side did not work, if it works now. Call it when something has
// changed, such as the credentials.
func (b *Outbox) Resume() {
	b.brk.mu.Lock()
	b.brk.standing.Next = b.o.Now()
	b.brk.mu.Unlock()
	select {
	case b.brk.nudge <- struct{}{}:
	default:
	}
}

// awaitPause returns when nothing is paused, or ctx has ended. Meanwhile it probes.
func (b *Outbox) awaitPause(ctx context.Context) {
	for s := b.Standing(); s.Reason != "" && ctx.Err() == nil; s = b.Standing() {
		if wait := s.Next.Sub(b.o.Now()); wait > 0 {
			b.napOrNudge(ctx, wait)
			continue
		}
		b.brk.asking <- struct{}{}
		if err := b.brk.probe(ctx); ctx.Err() == nil {
			b.probed(err)
		}
		<-b.brk.asking
	}
}

func (b *Outbox) napOrNudge(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-b.brk.nudge:
	case <-t.C:
	}
}

// probed ends the pause, or has it grow.
func (b *Outbox) probed(err error) {
	if err != nil {
		b.pause(reasonOf(err), b.nextPause(err), true)
		return
	}
	b.brk.mu.Lock()
	defer b.brk.mu.Unlock()
	k := b.brk
	b.o.Logger.Info("outbox goes on", "after", b.o.Now().Sub(k.standing.Since).Round(time.Second))
	k.standing = Standing{Pauses: k.standing.Pauses}
	k.worked = b.o.Now()
}

// nextPause doubles with every failure in a row.
func (b *Outbox) nextPause(err error) time.Duration {
	var pause *Pause
	if errors.As(err, &pause) {
		return pause.For
	}
	b.brk.mu.Lock()
	defer b.brk.mu.Unlock()
	d := b.o.Schedule.Base * time.Duration(min(1<<min(b.brk.step, 10), longestPause))
	b.brk.step++
	return d
}

// pause begins a pause, or changes the one that runs: never to an earlier end, and never from one that a probe ends to
// one that time ends.
func (b *Outbox) pause(why string, d time.Duration, probing bool) {
	b.brk.mu.Lock()
	defer b.brk.mu.Unlock()
	s, now := &b.brk.standing, b.o.Now()
	running := s.Probing || now.Before(s.Next)
	if running && s.Probing && !probing {
		return
	}
	if !running {
		s.Since, s.Next = now, now
		s.Pauses++
		b.o.Logger.Warn("outbox paused", "for", d.Round(time.Second), "reason", why)
	}
	s.Reason, s.Probing = why, probing
	if next := now.Add(d); next.After(s.Next) {
		s.Next = next
	}
}

// outage settles a job that met one.
func (b *Outbox) outage(ctx context.Context, c *Claim, o *Outage) store.Settlement {
	failed := b.o.Now()
	if ctx.Err() != nil { // a stop has cut it: that says nothing about anybody
		return b.wait(c, o)
	}
	if b.trips(c.ID, o.Denied) && b.confirmed(ctx, o, failed) {
		return b.wait(c, o)
	}
	return b.putOffLonger(c, o)
}

// trips counts an outage, and says whether it is time to ask about it.
func (b *Outbox) trips(job string, denied bool) bool {
	b.brk.mu.Lock()
	defer b.brk.mu.Unlock()
	if job != b.brk.last { // the same job again proves nothing more
		b.brk.streak, b.brk.last = b.brk.streak+1, job
	}
	return denied || b.brk.standing.Probing || b.brk.streak >= streakTrips
}

// confirmed says whether the other side is away for everybody: if so, the outbox is paused now. One probe answers for all
// jobs that failed before it.
func (b *Outbox) confirmed(ctx context.Context, o *Outage, failed time.Time) bool {
	b.brk.asking <- struct{}{}
	defer func() { <-b.brk.asking }()
	if b.brk.probe == nil {
		if o.Denied {
			b.pause(o.Reason, unprobed, false)
		}
		return o.Denied
	}
	if s := b.Standing(); s.Probing {
		return true
	}
	if !b.worksSince(failed) {
		if err := b.brk.probe(ctx); err != nil {
			if ctx.Err() == nil {
				b.pause(reasonOf(err), b.nextPause(err), true)
			}
			return true
		}
		b.noteWorks()
	}
	if o.Denied && b.trying() {
		b.pause(o.Reason, b.nextPause(o), false)
	}
	return false
}

func (b *Outbox) worksSince(at time.Time) bool {
	b.brk.mu.Lock()
	defer b.brk.mu.Unlock()
	return b.brk.worked.After(at)
}

func (b *Outbox) noteWorks() {
	b.brk.mu.Lock()
	defer b.brk.mu.Unlock()
	b.brk.worked = b.o.Now()
}

// trying says that jobs are only tried now and then, one after another: however many wait, a pause follows each.
func (b *Outbox) trying() bool {
	b.brk.mu.Lock()
	defer b.brk.mu.Unlock()
	return b.brk.streak >= streakTrials
}

// works notes a job for which the other side did what it should.
func (b *Outbox) works() {
	b.brk.mu.Lock()
	defer b.brk.mu.Unlock()
	b.brk.streak, b.brk.last, b.brk.step = 0, "", 0
}

// wait settles a job that waits for the end of a pause: it costs no attempt, and what it may have written stays noted.
func (b *Outbox) wait(c *Claim, o *Outage) store.Settlement {
	s := store.Settlement{State: o.State, Due: b.o.Now(), Attempt: c.Attempt, Reason: o.Reason, Code: "paused"}
	if s.State == "" {
		s.State = store.Ready
	}
	if s.State == store.Sending && o.Step != "" {
		s.Step, s.Detail = o.Step, o.Reason
	}
	return s
}

// putOffLonger is putOff with twice the span: a job whose span ended during a long pause gets its chances afterwards.
func (b *Outbox) putOffLonger(c *Claim, o *Outage) store.Settlement {
	longer := *c
	longer.Created = c.Created.Add(b.o.Schedule.Span)
	return b.putOff(&longer, b.o.Now(), &o.Later)
}

func reasonOf(err error) string {
	var outage *Outage
	var pause *Pause
	switch {
	case errors.As(err, &outage):
		return outage.Reason
	case errors.As(err, &pause):
		return pause.Reason
	}
	return err.Error()
}
