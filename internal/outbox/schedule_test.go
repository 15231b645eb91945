package outbox_test

import (
	"testing"
	"time"

	"tributary/internal/outbox"
)

func TestTheScheduleGrowsAndEnds(t *testing.T) {
	made := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	s := outbox.DefaultSchedule
	now, attempts := made, 0
	for {
		next, more := s.Next(now, made, "credit:a", attempts)
		if !more {
			break
		}
		delay := next.Sub(now)
		if least := min(s.Cap, s.Base<<min(attempts, 20)); delay < least || delay > least*6/5 {
			t.Fatalf("attempt %d waits %s, want %s to a fifth more", attempts, delay, least)
		}
		now, attempts = next, attempts+1
	}
	if attempts < 15 || attempts > 40 {
		t.Errorf("%d attempts in %s", attempts, s.Span)
	}
	if now.Before(made.Add(s.Span)) {
		t.Errorf("given up after %s of %s", now.Sub(made), s.Span)
	}
}

func TestTheScheduleSpreadsABurst(t *testing.T) {
	now := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	times := map[time.Time]bool{}
	for _, job := range []string{"a", "b", "c", "d", "e"} {
		next, _ := outbox.DefaultSchedule.Next(now, now, job, 12)
		again, _ := outbox.DefaultSchedule.Next(now, now, job, 12)
		if !next.Equal(again) {
			t.Error("the schedule is not a pure function")
		}
		times[next] = true
	}
	if len(times) != 5 {
		t.Errorf("five jobs are due at %d times", len(times))
	}
}

func TestAnAttemptBeyondAllShiftsWaitsTheCap(t *testing.T) {
	now := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	for attempt := 35; attempt < 70; attempt++ {
		if next, _ := outbox.DefaultSchedule.Next(now, now, "a", attempt); next.Sub(now) < 6*time.Hour {
			t.Errorf("attempt %d waits %s", attempt, next.Sub(now))
		}
	}
}
