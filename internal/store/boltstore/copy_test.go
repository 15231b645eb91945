package boltstore_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/store"
	"tributary/internal/store/boltstore"
)

func TestASnapshotOfARunningStoreHoldsTogether(t *testing.T) {
	s := openIn(t, t.TempDir())
	defer s.Close()
	path := filepath.Join(t.TempDir(), "copy.db")
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
				ingestOne(t, s, byte(i))
			}
		}
	}()
	for range 20 {
		var told int64
		var copied bytes.Buffer
		err := s.Snapshot(t.Context(), func(size int64) io.Writer { told = size; return &copied })
		if err != nil || int64(copied.Len()) != told {
			t.Fatalf("%d bytes of %d: %v", copied.Len(), told, err)
		}
		if err := os.WriteFile(path, copied.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := boltstore.CheckFile(t.Context(), path); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	<-stopped
}

func ingestOne(t *testing.T, s *boltstore.Store, who byte) {
	at := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	e := optInEvent(at, attribution.PersonKey{who, 1}, fmt.Sprint("sealed ", who))
	if _, err := s.Ingest(context.Background(), attribution.DefaultAccount, attribution.DefaultPolicy, []attribution.Event{e}); err != nil {
		t.Error(err)
	}
}

// TestCheckFileNamesWhatIsWrong cuts and damages a file in many places: a fault is told, and never ends the program.
func TestCheckFileNamesWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	fill(t, openIn(t, dir))
	whole, err := os.ReadFile(boltstore.FileIn(dir))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "damaged.db")
	check := func(file []byte) error {
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		return boltstore.CheckFile(t.Context(), path)
	}
	if err := check(whole); err != nil {
		t.Fatalf("the whole file: %v", err)
	}
	page := os.Getpagesize()
	used := (bytes.LastIndexFunc(whole, func(r rune) bool { return r != 0 })/page + 1) * page
	for cut := 0; cut < used; cut += used / 40 {
		if check(whole[:cut]) == nil {
			t.Errorf("a file cut at %d of %d bytes is said to be whole", cut, used)
		}
	}
	found := 0
	for at := 2 * page; at < used; at += page { // a page of garbage
		file := bytes.Clone(whole)
		for i := range page {
			file[at+i] = byte(i * 7)
		}
		if check(file) != nil {
			found++
		}
	}
	if pages := used/page - 2; found < pages/3 {
		t.Errorf("garbage was found in %d of %d pages", found, pages)
	}
	if err := check([]byte("not a database")); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("a text: %v", err)
	}
}

func TestAFileInUseIsNotChecked(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	defer s.Close()
	if err := boltstore.CheckFile(t.Context(), boltstore.FileIn(dir)); !errors.Is(err, store.ErrInUse) {
		t.Errorf("checking: %v", err)
	}
	if _, _, err := boltstore.Compact(t.Context(), dir); !errors.Is(err, store.ErrInUse) {
		t.Errorf("compacting: %v", err)
	}
}

// TestCompactingTakesTheErasedOutOfTheFile holds what an erasure promises: the person's ciphertext is in no record at
// once, and in no page after a compaction.
func TestCompactingTakesTheErasedOutOfTheFile(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	at := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	for i := range 200 {
		ingestOne(t, s, byte(i))
	}
	secret, key := "the ciphertext of one person", attribution.PersonKey{99, 99, 99}
	e := optInEvent(at, key, secret)
	if _, err := s.Ingest(t.Context(), attribution.DefaultAccount, attribution.DefaultPolicy, []attribution.Event{e}); err != nil {
		t.Fatal(err)
	}
	before := optInText(t, s, e.ID)
	if _, err := s.Erase(t.Context(), attribution.DefaultAccount, key, at); err != nil {
		t.Fatal(err)
	}
	after := optInText(t, s, e.ID)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	needles := map[string][]byte{"raw": []byte(secret), "base64": []byte(base64.StdEncoding.EncodeToString([]byte(secret))), "key": key[:], "hexadecimal key": []byte(key.String())}
	if left := holding(t, dir, needles); len(left) == 0 {
		t.Log("the free pages hold nothing of the erased even before the compaction")
	}
	was, is, err := boltstore.Compact(t.Context(), dir)
	if err != nil || is > was {
		t.Fatalf("from %d to %d bytes: %v", was, is, err)
	}
	if left := holding(t, dir, needles); len(left) > 0 {
		t.Errorf("the file still holds the person: %v", left)
	}
	again := openIn(t, dir)
	defer again.Close()
	if got := optInText(t, again, e.ID); got != after || got == before {
		t.Errorf("the row after the compaction: %s", got)
	}
	if err := again.Check(t.Context()); err != nil {
		t.Error(err)
	}
	if err := again.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

// holding names the needles that stand anywhere in the store's file.
func holding(t *testing.T, dir string, needles map[string][]byte) (found []string) {
	t.Helper()
	file, err := os.ReadFile(boltstore.FileIn(dir))
	if err != nil {
		t.Fatal(err)
	}
	for name, needle := range needles {
		if bytes.Contains(file, needle) {
			found = append(found, name)
		}
	}
	return found
}

// TestCheckWhileOthersWrite: what is freed by a commit during the check is no damage.
func TestCheckWhileOthersWrite(t *testing.T) {
	s := openIn(t, t.TempDir())
	defer s.Close()
	stop, stopped := make(chan struct{}), make(chan error, 1)
	go func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				stopped <- nil
				return
			default:
			}
			if _, err := s.Put(context.Background(), "kind", fmt.Sprintf("key-%03d", i%300), bytes.Repeat([]byte{byte(i)}, 300), int64(i/300)); err != nil {
				stopped <- err
				return
			}
		}
	}()
	for range 100 {
		if err := s.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	close(stop)
	if err := <-stopped; err != nil {
		t.Fatal(err)
	}
}
