package mail

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"tributary/internal/store"
)

const (
	// leaseLife is how long a mail is in one process's hands. It outlasts an attempt, so that no two send it at once.
	leaseLife = 3 * time.Minute
	// lookEvery is how often the queue is looked at without being told: other processes queue, too.
	lookEvery = 30 * time.Second
)

// Run sends what is due until ctx ends. Any number of processes may run it over one store.
func (q *Queue) Run(ctx context.Context) {
	if !q.CanSend() {
		return
	}
	var lanes sync.WaitGroup
	defer lanes.Wait()
	for _, class := range Classes {
		lanes.Go(func() { q.work(ctx, class) })
	}
}

func (q *Queue) work(ctx context.Context, class Class) {
	for ctx.Err() == nil {
		due, err := q.walk(ctx, class)
		if err != nil && ctx.Err() == nil {
			q.o.Logger.Error("sending mails", "class", class, "error", err)
		}
		look := time.NewTimer(max(time.Millisecond, min(lookEvery, due.Sub(q.o.Now()))))
		select {
		case <-look.C:
		case <-q.wake[class]:
		case <-ctx.Done():
		}
		look.Stop()
	}
}

// walk goes through all that wait, once, and returns when the next is due.
func (q *Queue) walk(ctx context.Context, class Class) (nextDue time.Time, err error) {
	kind := waitingKind + string(class)
	nextDue = q.o.Now().Add(lookEvery)
	left := 0
	for after := ""; ; {
		docs, err := q.o.Docs.List(ctx, kind, after, pageSize)
		if err != nil {
			return nextDue, fmt.Errorf("listing mails: %w", err)
		}
		if len(docs) == 0 {
			q.waiting[class].Store(int64(left))
			return nextDue, nil
		}
		for _, doc := range docs {
			after = doc.Key
			due, err := q.try(ctx, kind, doc)
			if err != nil {
				return nextDue, err
			}
			if due.IsZero() {
				continue
			}
			left++
			if due.Before(nextDue) {
				nextDue = due
			}
		}
	}
}

// try sends one mail if it is time, and returns when it is due again: zero when it is done.
func (q *Queue) try(ctx context.Context, kind string, doc store.Document) (time.Time, error) {
	m, err := decode(doc)
	if err != nil {
		return time.Time{}, err
	}
	now := q.o.Now().UTC()
	due := m.Due
	if m.State == Sending {
		due = m.Until
	}
	if now.Before(due) {
		return due, nil
	}
	if err := ctx.Err(); err != nil {
		return due, err
	}
	c := claimed{Queue: q, kind: kind, Mail: m, version: doc.Version}
	return c.deliver(ctx, now)
}

// claimed is a mail in the hands of this process.
type claimed struct {
	*Queue
	Mail
	kind    string
	version int64
}

func (c *claimed) deliver(ctx context.Context, now time.Time) (time.Time, error) {
	_, err := c.o.Docs.Get(ctx, endedKind, c.ID)
	if err == nil { // it has ended, and the process died before it cleared up
		return time.Time{}, c.drop(ctx)
	}
	if !errors.Is(err, store.ErrNotFound) {
		return time.Time{}, err
	}
	interrupted := c.State == Sending
	c.State, c.Until = Sending, now.Add(leaseLife)
	if err := c.take(ctx); err != nil {
		return time.Time{}, ignoring(err, store.ErrConflict) // another process was faster
	}
	defer c.pause(ctx, c.Class)
	ctx = context.WithoutCancel(ctx) // what is begun is brought to its end, which does not take long
	if interrupted && c.Class == Digest {
		return c.settle(ctx, &Unsure{"the program ended while this was being sent"})
	}
	return c.settle(ctx, c.send(ctx))
}

func (c *claimed) take(ctx context.Context) (err error) {
	c.version, err = c.save(ctx, c.kind, c.Mail, c.version)
	return err
}

func (c *claimed) send(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, leaseLife-time.Minute)
	defer cancel()
	write, known := c.o.Writers[c.Class]
	if !known {
		return &Refused{"this version writes no mails of this class"}
	}
	letter, err := write(ctx, c.Mail)
	if err != nil {
		return err
	}
	return c.o.Send(ctx, c.ID, letter)
}

// pause keeps digests apart.
func (q *Queue) pause(ctx context.Context, class Class) {
	if class != Digest || q.o.Pace <= 0 {
		return
	}
	select {
	case <-time.After(q.o.Pace):
	case <-ctx.Done():
	}
}

// settle records what became of an attempt.
func (c *claimed) settle(ctx context.Context, outcome error) (time.Time, error) {
	var refused *Refused
	var unsure *Unsure
	switch {
	case outcome == nil:
		return time.Time{}, c.end(ctx, Sent, "")
	case errors.Is(outcome, ErrNobody):
		return time.Time{}, c.drop(ctx)
	case errors.As(outcome, &refused):
		return time.Time{}, c.end(ctx, Failed, refused.Reason)
	case errors.As(outcome, &unsure) && c.Class == Digest:
		return time.Time{}, c.end(ctx, Failed, unsure.Reason+": it may have arrived, and is not sent a second time")
	}
	return c.putOff(ctx, outcome.Error())
}

func (c *claimed) putOff(ctx context.Context, reason string) (time.Time, error) {
	c.Attempt++
	due, again := next(c.Mail, c.o.Now())
	if !again {
		return time.Time{}, c.end(ctx, Failed, reason)
	}
	c.State, c.Due, c.Until, c.Reason = Waiting, due.UTC(), time.Time{}, reason
	c.o.Settled(c.Class, Waiting)
	c.o.Logger.Warn("a mail is put off", "mail", c.ID, "class", c.Class, "attempt", c.Attempt, "until", c.Due, "reason", reason)
	return due, ignoring(c.take(ctx), store.ErrConflict)
}

// end moves a mail to those that have ended: first it stands there, then it goes here, so that a program that dies between
// the two does not send it again.
func (c *claimed) end(ctx context.Context, state State, reason string) error {
	done := c.Mail
	done.State, done.Reason, done.Ended, done.Until = state, reason, c.o.Now().UTC(), time.Time{}
	done.To.Sealed, done.To.Key = nil, [16]byte{}
	if _, err := c.save(ctx, endedKind, done, 0); ignoring(err, store.ErrConflict) != nil {
		return fmt.Errorf("noting a mail as %s: %w", state, err)
	}
	c.o.Settled(c.Class, state)
	if state == Failed {
		c.o.Logger.Warn("a mail is given up", "mail", c.ID, "class", c.Class, "reason", reason)
	}
	return c.drop(ctx)
}

func (c *claimed) drop(ctx context.Context) error {
	if err := ignoring(c.o.Docs.Delete(ctx, c.kind, c.ID, c.version), store.ErrConflict); err != nil {
		return fmt.Errorf("clearing a mail up: %w", err)
	}
	return nil
}

func ignoring(err, this error) error {
	if errors.Is(err, this) {
		return nil
	}
	return err
}
