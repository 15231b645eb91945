package boltstore_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"tributary/internal/store"
)

// TestAWriteThatIsGivenUpDidNotHappen: whoever stops waiting knows how it ended. Nothing that was said to be undone appears later.
func TestAWriteThatIsGivenUpDidNotHappen(t *testing.T) {
	s := openIn(t, t.TempDir())
	defer s.Close()
	var all sync.WaitGroup
	ended := make([]error, 600)
	for i := range ended {
		all.Go(func() {
			ctx, stop := context.WithTimeout(t.Context(), time.Duration(rand.IntN(3000))*time.Microsecond)
			defer stop()
			_, ended[i] = s.Put(ctx, "thing", fmt.Sprint(i), []byte("{}"), 0)
		})
	}
	all.Wait()
	done, undone := 0, 0
	for i, said := range ended {
		_, err := s.Get(t.Context(), "thing", fmt.Sprint(i))
		switch {
		case said == nil && err == nil:
			done++
		case errors.Is(said, context.DeadlineExceeded) && errors.Is(err, store.ErrNotFound):
			undone++
		default:
			t.Errorf("write %d ended with %v, and then it is %v", i, said, err)
		}
	}
	if done == 0 || undone == 0 {
		t.Errorf("%d were done and %d given up: the test tries too little", done, undone)
	}
}

// TestWhatIsClaimedIsToldOrLeft: a claim that is given up holds nothing, and one that is told was made.
func TestWhatIsClaimedIsToldOrLeft(t *testing.T) {
	s := openIn(t, t.TempDir())
	defer s.Close()
	for who := range 40 {
		ingestOne(t, s, byte(who+1))
	}
	usage, err := s.Usage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	jobs := usage.Jobs[store.Ready]
	now, claimed := time.Now().Add(time.Hour), 0
	for left := 2000; claimed < jobs && left > 0; left-- {
		ctx, stop := context.WithTimeout(t.Context(), time.Duration(rand.IntN(400))*time.Microsecond)
		got, err := s.Claim(ctx, now, 1, 24*time.Hour)
		stop()
		if err != nil && len(got) > 0 {
			t.Fatalf("%d jobs beside %v", len(got), err)
		}
		claimed += len(got)
	}
	if rest, err := s.Claim(t.Context(), now, jobs, time.Hour); err != nil || claimed+len(rest) != jobs {
		t.Errorf("%d claims were told and %d jobs are left, %v: want %d together", claimed, len(rest), err, jobs)
	}
}
