package outbox_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/outbox"
	"tributary/internal/store"
	"tributary/internal/store/boltstore"
)

// putOff does every job the same way.
type putOff struct {
	later outbox.Later
	done  chan struct{}
}

func (p *putOff) Deliver(context.Context, *outbox.Claim) error {
	select {
	case p.done <- struct{}{}:
	default:
	}
	return &p.later
}

// TestAJobComesNoLaterThanItsBy, although the schedule's next attempt lies far ahead.
func TestAJobComesNoLaterThanItsBy(t *testing.T) {
	now := time.Now().UTC().Truncate(time.Millisecond)
	for name, test := range map[string]struct {
		later    outbox.Later
		from, to time.Duration
	}{
		"by the schedule": {outbox.Later{}, time.Hour, 2 * time.Hour},
		"earlier":         {outbox.Later{By: now.Add(10 * time.Minute)}, 0, 10 * time.Minute},
		"in the past":     {outbox.Later{By: now.Add(-time.Minute)}, time.Hour, 2 * time.Hour},
		"not before":      {outbox.Later{By: now.Add(10 * time.Minute), At: now.Add(time.Minute * 30)}, 30 * time.Minute, 31 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			st, err := boltstore.Open(boltstore.Options{Dir: t.TempDir()})
			if err != nil {
				t.Fatal(err)
			}
			defer st.Close()
			_, err = st.Ingest(t.Context(), "main", attribution.DefaultPolicy, []attribution.Event{{
				ID: uuid.New(), Type: attribution.OptedIn, At: now, Received: now, Person: attribution.PersonKey{1}, Sealed: []byte{1},
				Latest: attribution.Touch{Ref: attribution.Ref{Kind: attribution.ByID, Value: "7"}, At: now},
			}})
			if err != nil {
				t.Fatal(err)
			}
			p := &putOff{later: test.later, done: make(chan struct{}, 1)}
			box := outbox.New(st, p, outbox.Options{Workers: 1, Poll: time.Millisecond, Schedule: outbox.Schedule{Base: time.Hour, Cap: time.Hour, Span: 100 * time.Hour}})
			ctx, stop := context.WithCancel(t.Context())
			ended := make(chan struct{})
			go func() { defer close(ended); box.Run(ctx) }()
			<-p.done
			stop()
			<-ended
			jobs, err := st.Jobs(t.Context(), "main", store.Ready, "", 10)
			if err != nil {
				t.Fatal(err)
			}
			for _, j := range jobs {
				if wait := j.Due.Sub(now); j.Attempt > 0 && (wait < test.from || wait > test.to+time.Minute) {
					t.Errorf("%s is due after %s, want %s to %s", j.ID, wait, test.from, test.to)
				}
			}
		})
	}
}
