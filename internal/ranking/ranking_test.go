package ranking_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/ranking"
)

// counted is a store of three affiliates that counts how often it is read.
type counted struct {
	reads atomic.Int64
	takes time.Duration // each count
}

func (s *counted) Affiliates(_ context.Context, _ attribution.AccountID, after string, _ int) ([]attribution.Affiliate, error) {
	if after != "" {
		return nil, nil
	}
	s.reads.Add(1)
	time.Sleep(s.takes)
	return []attribution.Affiliate{{ID: "9", Name: "zoe"}, {ID: "10", Name: "Ann"}, {ID: "8", Name: "Bob", Code: "River"}}, nil
}

func (s *counted) Counters(_ context.Context, _ attribution.AccountID, ref attribution.Ref, from, _ attribution.Hour) ([]attribution.HourTally, error) {
	n := map[string]int64{"9": 1, "10": 2, "8": 2}[ref.Value]
	return []attribution.HourTally{{Hour: from, Tally: attribution.Tally{OptIns: n, Clicks: 10 - n}}}, nil
}

func TestItIsCountedOnlyWhileSomebodyLooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &counted{takes: 20 * time.Millisecond}
		b := ranking.New(ranking.Options{Store: s})
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go b.Run(ctx)
		time.Sleep(time.Hour)
		if n := s.reads.Load(); n != 1 {
			t.Errorf("counted %d times for nobody, want the one time at the start", n)
		}
		list, err := b.List(ctx) // that of the start, at once
		if err != nil || len(list.Rows) != 3 || time.Since(list.At) != time.Hour-20*time.Millisecond {
			t.Fatalf("%+v, %v", list, err)
		}
		s.reads.Store(0)
		time.Sleep(5*time.Minute + time.Second)
		if n := s.reads.Load(); n < 5 || n > 6 {
			t.Errorf("counted %d times in five minutes", n)
		}
		time.Sleep(24 * time.Hour)
		before := s.reads.Load()
		if before > 12 {
			t.Errorf("counted %d times in a day on which nobody looked", before)
		}
		old, err := b.List(ctx) // the old one at once, and a new one behind it
		synctest.Wait()
		if err != nil || time.Since(old.At) < time.Hour || s.reads.Load() != before+1 {
			t.Errorf("%s, %v, counted %d times more", old.At, err, s.reads.Load()-before)
		}
		time.Sleep(time.Second) // until that count has ended
	})
}

func TestAListIsSortedSearchedAndCut(t *testing.T) {
	list, err := ranking.New(ranking.Options{Store: &counted{}}).List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		q     ranking.Query
		want  string
		total int
	}{
		{ranking.Query{Limit: 10}, "8 10 9", 3},
		{ranking.Query{Order: ranking.ByClicks, Limit: 10}, "9 8 10", 3},
		{ranking.Query{Order: ranking.ByName, Limit: 10}, "10 8 9", 3},
		{ranking.Query{Order: ranking.ByID, Limit: 2}, "8 9", 3},
		{ranking.Query{Order: ranking.ByID, Limit: 2, Offset: 2}, "10", 3},
		{ranking.Query{Limit: 2, Offset: 99}, "", 3},
		{ranking.Query{Text: " riVER ", Limit: 10}, "8", 1},
		{ranking.Query{Text: "ZO", Limit: 10}, "9", 1},
		{ranking.Query{Is: func(r ranking.Row) bool { return r.OptIns == 2 }, Limit: 1}, "8", 2},
	} {
		rows, total := list.Select(c.q)
		got := ""
		for i, r := range rows {
			if i > 0 {
				got += " "
			}
			got += r.ID
		}
		if got != c.want || total != c.total {
			t.Errorf("%s gives %q of %d, want %q of %d", fmt.Sprint(c.q.Order, c.q.Text, c.q.Offset), got, total, c.want, c.total)
		}
	}
}

func TestWhoMustNotWaitGetsTheLatest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &counted{takes: 20 * time.Millisecond}
		b := ranking.New(ranking.Options{Store: s})
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		if list, err := b.Latest(ctx); err != nil || len(list.Rows) != 0 || !list.At.IsZero() || list.Days != 30 || s.reads.Load() != 0 {
			t.Errorf("before the first count: %+v, %v", list, err)
		}
		go b.Run(ctx)
		time.Sleep(2 * time.Second)
		if list, err := b.Latest(ctx); err != nil || len(list.Rows) != 3 || list.At.IsZero() {
			t.Errorf("after it: %+v, %v", list, err)
		}
	})
}

// TestASmallAccountIsAlwaysAsItStands: what is counted in no time is counted for each reader.
func TestASmallAccountIsAlwaysAsItStands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &counted{takes: 5 * time.Millisecond}
		b := ranking.New(ranking.Options{Store: s})
		if err := b.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			time.Sleep(time.Second)
			began := time.Now()
			if list, err := b.Latest(t.Context()); err != nil || list.At.Before(began) {
				t.Errorf("counted %s ago, %v", time.Since(list.At), err)
			}
		}
		for range 100 { // all at once
			if _, err := b.List(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if n := s.reads.Load(); n != 4 {
			t.Errorf("counted %d times, want 4", n)
		}
	})
}

// TestNobodyWaitsForALongFirstCount: it goes on without them.
func TestNobodyWaitsForALongFirstCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &counted{takes: 30 * time.Second}
		b := ranking.New(ranking.Options{Store: s})
		began := time.Now()
		list, err := b.List(t.Context())
		if err != nil || !list.At.IsZero() || len(list.Rows) != 0 || time.Since(began) > time.Second {
			t.Errorf("after %s: %+v, %v", time.Since(began), list, err)
		}
		time.Sleep(30 * time.Second)
		if list, err := b.List(t.Context()); err != nil || len(list.Rows) != 3 || s.reads.Load() != 1 {
			t.Errorf("%+v, %v, counted %d times", list, err, s.reads.Load())
		}
	})
}
