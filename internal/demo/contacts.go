package demo

import (
	"context"
	"time"
)

// contactTime is how long Keap may take to create one contact.
const contactTime = 10 * time.Second

// Run creates the contacts, each when its delay is over, until the context ends. What still waits then is forgotten.
func (v *Vendor) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case s := <-v.pending:
			if !sleepUntil(ctx, s.At.Add(v.Delay)) {
				return
			}
			v.create(ctx, s)
		}
	}
}

// sleepUntil reports whether that time came before the context's end. When both have come, the end counts.
func sleepUntil(ctx context.Context, at time.Time) bool {
	timer := time.NewTimer(time.Until(at))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	return ctx.Err() == nil
}

func (v *Vendor) create(ctx context.Context, s *Submission) {
	ctx, cancel := context.WithTimeout(ctx, contactTime)
	defer cancel()
	state := "created"
	if err := v.Contacts(ctx, s.Email, s.First, s.Last); err != nil {
		v.Logger.Warn("the form vendor could not create a contact", "error", err)
		state = "failed: " + clip(err.Error())
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	s.Contact = state
}
