package audit_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"tributary/internal/audit"
	"tributary/internal/store"
	"tributary/internal/store/boltstore"
)

func TestTheNewestComesFirstAndPagesLoseNothing(t *testing.T) {
	s, err := boltstore.Open(boltstore.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	log := audit.New(s, func() time.Time { return now })
	for i := range 25 {
		if i%3 == 0 { // some at the very same moment
			now = now.Add(time.Second)
		}
		if err := log.Write(t.Context(), audit.Entry{Who: "owner@example.com", Action: "site.change", Subject: fmt.Sprint(i)}); err != nil {
			t.Fatal(err)
		}
	}
	seen := map[string]bool{}
	last := now.Add(time.Hour)
	for after := ""; ; {
		page, err := log.List(t.Context(), after, 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Entries {
			if e.At.After(last) {
				t.Errorf("%s comes after an older one", e.Subject)
			}
			seen[e.Subject], last = true, e.At
		}
		if after = page.Next; after == "" {
			break
		}
	}
	if len(seen) != 25 {
		t.Errorf("%d entries of 25", len(seen))
	}
}

func newLog(t *testing.T, now *time.Time) (*audit.Log, *boltstore.Store) {
	t.Helper()
	s, err := boltstore.Open(boltstore.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return audit.New(s, func() time.Time { return *now }), s
}

func count(t *testing.T, log *audit.Log, q audit.Query) (n int) {
	t.Helper()
	for after := ""; ; {
		page, err := log.Find(t.Context(), q, after, 500)
		if err != nil {
			t.Fatal(err)
		}
		if n, after = n+len(page.Entries), page.Next; after == "" {
			return n
		}
	}
}

func TestOldEntriesAreSwept(t *testing.T) {
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	log, _ := newLog(t, &now)
	for range 6 {
		if err := log.Write(t.Context(), audit.Entry{Who: "owner@example.com", Action: audit.SiteChange}); err != nil {
			t.Fatal(err)
		}
		now = now.Add(audit.Kept / 4)
	}
	now = now.Add(-time.Second)
	// Written 6/4, 5/4, 1, 3/4, 2/4 and 1/4 of the time ago: the first two are too old, the third will be in a second.
	if err := log.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := count(t, log, audit.Query{}); n != 4 {
		t.Errorf("%d entries of 6 are left, want 4", n)
	}
	now = now.Add(time.Second)
	if err := log.Sweep(t.Context()); err != nil || count(t, log, audit.Query{}) != 3 {
		t.Errorf("a second later %d are left, %v", count(t, log, audit.Query{}), err)
	}
}

// TestTheLogIsBounded: the newest stay. It stands in for the store, which would take a minute to write so many.
func TestTheLogIsBounded(t *testing.T) {
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	shelf := &full{n: audit.Most + 7}
	if err := audit.New(shelf, func() time.Time { return now }).Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(shelf.deleted) != 7 || shelf.deleted[0] != shelf.key(audit.Most) {
		t.Errorf("%d entries were deleted: %q", len(shelf.deleted), shelf.deleted)
	}
}

// full is a store with n entries of this year.
type full struct {
	store.Documents
	n       int
	deleted []string
}

func (f *full) key(i int) string { return fmt.Sprintf("f%015x", i) }

func (f *full) List(_ context.Context, _, after string, limit int) (docs []store.Document, err error) {
	from := 0
	if after != "" {
		if _, err := fmt.Sscanf(after, "f%x", &from); err != nil {
			return nil, err
		}
		from++
	}
	for i := from; i < f.n && len(docs) < limit; i++ {
		docs = append(docs, store.Document{Key: f.key(i), Version: 1})
	}
	return docs, nil
}

func (f *full) Delete(_ context.Context, _, key string, _ int64) error {
	f.deleted = append(f.deleted, key)
	return nil
}

func TestActionsOfVersionsBeforeAreShownAsTheyAreAndFound(t *testing.T) {
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	log, _ := newLog(t, &now)
	for _, action := range []audit.Action{"site.add", audit.SiteCreate, "affiliates.sync", audit.AffiliateSync, audit.SiteDelete} {
		if err := log.Write(t.Context(), audit.Entry{Who: "owner@example.com", Action: action}); err != nil {
			t.Fatal(err)
		}
	}
	for asked, want := range map[string]int{"site.create": 2, "site.add": 1, "site": 3, "affiliate": 2, "affiliates": 1, "affiliate.sync": 2, "sites": 0} {
		if n := count(t, log, audit.Query{Action: asked}); n != want {
			t.Errorf("%s finds %d, want %d", asked, n, want)
		}
	}
	page, err := log.Find(t.Context(), audit.Query{Action: "site.create"}, "", 9)
	if err != nil || page.Entries[1].Action != "site.add" && page.Entries[0].Action != "site.add" {
		t.Errorf("%+v, %v", page.Entries, err)
	}
}

// TestTheDeskAndTheAPITakeTheirActionsFromHere: no file of theirs spells one by itself, and each that is named here is recorded
// by one of them.
func TestTheDeskAndTheAPITakeTheirActionsFromHere(t *testing.T) {
	var nouns []string
	for _, n := range audit.Nouns() {
		nouns = append(nouns, regexp.QuoteMeta(n)+"s?")
	}
	spelt := regexp.MustCompile(`"(?:` + strings.Join(nouns, "|") + `)\.[a-z-]*"`)
	text := ""
	for _, dir := range []string{"../admin", "../api", "../../collector"} {
		files, err := filepath.Glob(dir + "/*.go")
		if err != nil || len(files) == 0 {
			t.Fatal(files, err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			text += string(source)
			for _, found := range spelt.FindAllString(string(source), -1) {
				if !strings.HasSuffix(found, `.key"`) && !strings.HasSuffix(found, `.json"`) { // the name of a file
					t.Errorf("%s spells the action %s: name it by its constant", file, found)
				}
			}
		}
	}
	names, err := os.ReadFile("actions.go")
	if err != nil {
		t.Fatal(err)
	}
	constants := regexp.MustCompile(`(?m)^\t(\w+) +Action = "`).FindAllStringSubmatch(string(names), -1)
	if len(constants) != len(audit.Actions) {
		t.Errorf("%d constants, and %d in the list", len(constants), len(audit.Actions))
	}
	for _, c := range constants {
		if !strings.Contains(text, "audit."+c[1]) && !strings.HasPrefix(c[1], "OptIn") { // these come by Decided
			t.Errorf("nobody records audit.%s", c[1])
		}
	}
}
