package boltstore_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	bolt "go.etcd.io/bbolt"

	"tributary/internal/attribution"
	"tributary/internal/store"
	"tributary/internal/store/boltstore"
)

// TestAnOlderFileGetsWhatItLacks: a file of before opt-ins were joined by id has no bucket for it.
func TestAnOlderFileGetsWhatItLacks(t *testing.T) {
	dir := t.TempDir()
	now := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	optIn := attribution.Event{ID: uuid.New(), Type: attribution.OptedIn, At: now, Received: now, Person: attribution.PersonKey{1}, Sealed: []byte{1}, Via: attribution.ViaForm}
	s := openIn(t, dir)
	if _, err := s.Ingest(context.Background(), "main", attribution.DefaultPolicy, []attribution.Event{optIn}); err != nil {
		t.Fatal(err)
	}
	s.Close()
	drop(t, filepath.Join(dir, "tributary.db"), "joins")
	s = openIn(t, dir)
	defer s.Close()
	optIn.Joins, optIn.ID = optIn.ID, uuid.New()
	out, err := s.Ingest(context.Background(), "main", attribution.DefaultPolicy, []attribution.Event{optIn})
	if err != nil || out[0].OptIn != optIn.Joins {
		t.Errorf("%+v, %v", out, err)
	}
	if err := s.Check(context.Background()); err != nil {
		t.Error(err)
	}
}

// TestMarksOfAnOlderFileAreJoined: a file of before a visitor's marks were one record has a record for each.
func TestMarksOfAnOlderFileAreJoined(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	visitors := []uuid.UUID{uuid.New(), uuid.New(), uuid.New()}
	visit := func(s *boltstore.Store, visitor uuid.UUID, affiliate string) {
		t.Helper()
		now := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
		touch := attribution.Touch{Ref: attribution.Ref{Kind: attribution.ByID, Value: affiliate}, At: now}
		click := attribution.Event{ID: uuid.New(), Type: attribution.Clicked, At: now, Received: now, Visitor: visitor, Latest: touch, First: touch}
		if _, err := s.Ingest(context.Background(), "main", attribution.DefaultPolicy, []attribution.Event{click}); err != nil {
			t.Fatal(err)
		}
	}
	for _, v := range visitors {
		visit(s, v, "101")
	}
	visit(s, visitors[1], "102")
	s.Close()
	split(t, filepath.Join(dir, "tributary.db"))

	for range 2 { // the second time there is nothing to do
		s = openIn(t, dir)
		if err := s.Check(context.Background()); err != nil {
			t.Error(err)
		}
		visit(s, visitors[1], "102")
		visit(s, visitors[2], "102")
		if err := s.Check(context.Background()); err != nil {
			t.Error(err)
		}
		s.Close()
	}
}

// split turns the marks of a file into what they were: a record for each, with an empty value and its checksum.
func split(t *testing.T, path string) {
	t.Helper()
	alter(t, path, func(account *bolt.Bucket) error {
		old, err := account.CreateBucket([]byte("visitors"))
		if err != nil {
			return err
		}
		err = account.Bucket([]byte("visits")).ForEach(func(visitor, value []byte) error {
			for marks := value[:len(value)-4]; len(marks) > 0; {
				_, size := binary.Uvarint(marks)
				key := append(append([]byte(nil), visitor...), marks[:size]...)
				sum := crc32.Checksum(append([]byte("main/visitors"), key...), crc32.MakeTable(crc32.Castagnoli))
				if err := old.Put(key, binary.BigEndian.AppendUint32(nil, sum)); err != nil {
					return err
				}
				marks = marks[size:]
			}
			return nil
		})
		return errors.Join(err, account.DeleteBucket([]byte("visits")))
	})
}

// TestAnOlderScheduleGetsItsLanes: a file of before fresh jobs went first has them among the others.
func TestAnOlderScheduleGetsItsLanes(t *testing.T) {
	dir, ctx := t.TempDir(), context.Background()
	now := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	touch := attribution.Touch{Ref: attribution.Ref{Kind: attribution.ByID, Value: "7"}, At: now}
	optIn := attribution.Event{ID: uuid.New(), Type: attribution.OptedIn, At: now, Received: now, Person: attribution.PersonKey{1}, Sealed: []byte{1}, Via: attribution.ViaForm, Latest: touch}
	s := openIn(t, dir)
	if _, err := s.Ingest(ctx, "main", attribution.DefaultPolicy, []attribution.Event{optIn}); err != nil {
		t.Fatal(err)
	}
	s.Close()
	db, err := bolt.Open(filepath.Join(dir, "tributary.db"), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Update(oneLane); err != nil {
		t.Fatal(err)
	}
	db.Close()
	s = openIn(t, dir)
	defer s.Close()
	if err := s.Check(ctx); err != nil {
		t.Fatal(err)
	}
	jobs, err := s.Claim(ctx, now.Add(time.Hour), 10, time.Minute)
	if err != nil || len(jobs) != 2 || !jobs[0].IsFresh() {
		t.Errorf("claimed %+v, %v", jobs, err)
	}
}

// oneLane writes the schedule as it was.
func oneLane(tx *bolt.Tx) error {
	due := tx.Bucket([]byte("due"))
	table := crc32.MakeTable(crc32.Castagnoli)
	var moved int
	for key, _ := due.Cursor().First(); key != nil && key[0] == 1; key, _ = due.Cursor().First() {
		old := bytes.Clone(key[1:])
		sum := crc32.Update(crc32.Checksum([]byte("due"), table), table, old)
		if err := errors.Join(due.Delete(bytes.Clone(key)), due.Put(old, binary.BigEndian.AppendUint32(nil, sum))); err != nil {
			return err
		}
		moved++
	}
	if moved != 1 {
		return fmt.Errorf("%d jobs were in the fast lane", moved)
	}
	return nil
}

// TestAnOlderFileIsBrokenDown: a file of before there were breakdowns gets them for all that it holds.
func TestAnOlderFileIsBrokenDown(t *testing.T) {
	dir, ctx := t.TempDir(), context.Background()
	now := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	event := func(affiliate attribution.Ref, typ attribution.EventType, page string) attribution.Event {
		touch := attribution.Touch{Ref: affiliate, At: now}
		return attribution.Event{
			ID: uuid.New(), Type: typ, At: now, Received: now, Visitor: uuid.New(), Latest: touch, URL: page,
			Person: attribution.PersonKey{1}, Sealed: []byte{1}, Via: attribution.ViaForm,
		}
	}
	seven, maple := attribution.Ref{Kind: attribution.ByID, Value: "7"}, attribution.Ref{Kind: attribution.ByCode, Value: "maple"}
	crawled := event(seven, attribution.Clicked, "https://www.example.com/a")
	crawled.Ignored = "a crawler"
	s := openIn(t, dir)
	_, err := s.Ingest(ctx, "main", attribution.DefaultPolicy, []attribution.Event{
		event(seven, attribution.Clicked, "https://www.example.com/a"), event(maple, attribution.Clicked, "https://www.example.com/a"),
		event(maple, attribution.OptedIn, "https://www.example.com/b"), crawled,
	})
	if err := errors.Join(err, s.PutAffiliate(ctx, "main", attribution.Affiliate{ID: "7", Code: "maple"}, now)); err != nil {
		t.Fatal(err)
	}
	s.Close()
	drop(t, filepath.Join(dir, "tributary.db"), "breakdowns", "values")
	s = openIn(t, dir)
	defer s.Close()
	day := attribution.DayOf(attribution.HourOf(now))
	got, err := s.Breakdown(ctx, "main", seven, attribution.ByPage, day, day+1)
	want := []attribution.ValuePart{{Value: "https://www.example.com/b", Part: attribution.Part{OptIns: 1}}, {Value: "https://www.example.com/a", Part: attribution.Part{Clicks: 2}}}
	if err != nil || !slices.Equal(got.Values, want) {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
	if err := s.Check(ctx); err != nil {
		t.Error(err)
	}
}

// TestAnOlderFileListsWhatIsParked: a file of before the index of parked jobs gets it for the jobs that it holds.
func TestAnOlderFileListsWhatIsParked(t *testing.T) {
	dir, ctx := t.TempDir(), context.Background()
	now := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	s := openIn(t, dir)
	for i := range byte(3) {
		touch := attribution.Touch{Ref: attribution.Ref{Kind: attribution.ByID, Value: "7"}, At: now}
		optIn := attribution.Event{ID: uuid.New(), Type: attribution.OptedIn, At: now, Received: now, Person: attribution.PersonKey{i + 1}, Sealed: []byte{1}, Via: attribution.ViaForm, Latest: touch}
		if _, err := s.Ingest(ctx, "main", attribution.DefaultPolicy, []attribution.Event{optIn}); err != nil {
			t.Fatal(err)
		}
	}
	jobs, err := s.Claim(ctx, now.Add(time.Hour), 10, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	parked := map[string]bool{}
	for _, j := range jobs {
		if j.Kind != store.CreditJob || len(parked) == 2 {
			continue
		}
		parked[j.ID] = true
		if err := s.Advance(ctx, j, now, store.Settlement{State: store.Parked, Code: "gave_up", Reason: "nobody came", Status: attribution.Failed}); err != nil {
			t.Fatal(err)
		}
	}
	s.Close()
	drop(t, filepath.Join(dir, "tributary.db"), "parked")
	s = openIn(t, dir)
	defer s.Close()
	list, err := s.ListJobs(ctx, "main", store.JobQuery{State: store.Parked, Code: "gave_up", Limit: 10})
	if err != nil || len(list.Jobs) != 2 || !parked[list.Jobs[0].ID] || !parked[list.Jobs[1].ID] || list.Jobs[0].ID == list.Jobs[1].ID {
		t.Errorf("%+v, %v; want %v", list.Jobs, err, parked)
	}
	if err := s.Check(ctx); err != nil {
		t.Error(err)
	}
}

// TestOptInsOfAnOlderFileAreListedByStatus: a file of before has them by affiliate, and not by status.
func TestOptInsOfAnOlderFileAreListedByStatus(t *testing.T) {
	dir, ctx := t.TempDir(), context.Background()
	now := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	s := openIn(t, dir)
	for i := range byte(9) {
		at := now.Add(time.Duration(i) * time.Minute)
		touch := attribution.Touch{Ref: attribution.Ref{Kind: attribution.ByID, Value: fmt.Sprint(7 + i%2)}, At: at}
		optIn := attribution.Event{ID: uuid.New(), Type: attribution.OptedIn, At: at, Received: at, Person: attribution.PersonKey{i + 1}, Sealed: []byte{1}, Via: attribution.ViaForm, Latest: touch}
		out, err := s.Ingest(ctx, "main", attribution.DefaultPolicy, []attribution.Event{optIn})
		if err == nil && i%3 == 0 {
			_, err = s.Decide(ctx, "main", out[0].OptIn, attribution.Decision{Verdict: attribution.Refuse, At: at})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	s.Close()
	path := filepath.Join(dir, "tributary.db")
	alter(t, path, func(account *bolt.Bucket) error {
		_, err := account.CreateBucket([]byte("refs"))
		return errors.Join(err, account.DeleteBucket([]byte("owned")))
	})
	for range 2 { // the second time there is nothing to do
		s = openIn(t, dir)
		page, err := s.OptIns(ctx, "main", store.Query{Ref: attribution.Ref{Kind: attribution.ByID, Value: "8"}, Status: attribution.Received, Limit: 10})
		if err != nil || len(page.OptIns) != 3 || !page.OptIns[0].At.Equal(now.Add(7*time.Minute)) {
			t.Errorf("%+v, %v", page, err)
		}
		if err := s.Check(ctx); err != nil {
			t.Error(err)
		}
		s.Close()
	}
	alter(t, path, func(account *bolt.Bucket) error {
		if account.Bucket([]byte("refs")) != nil {
			t.Error("the index by affiliate is still there")
		}
		return nil
	})
}

// drop takes buckets away from the account of a file.
func drop(t *testing.T, path string, buckets ...string) {
	t.Helper()
	alter(t, path, func(account *bolt.Bucket) (err error) {
		for _, name := range buckets {
			err = errors.Join(err, account.DeleteBucket([]byte(name)))
		}
		return err
	})
}

// alter changes the account of a file that nobody has open.
func alter(t *testing.T, path string, change func(account *bolt.Bucket) error) {
	t.Helper()
	db, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Update(func(tx *bolt.Tx) error { return change(tx.Bucket([]byte("accounts")).Bucket([]byte("main"))) }); err != nil {
		t.Fatal(err)
	}
}
