package audit_test

import (
	"fmt"
	"testing"
	"time"

	"tributary/internal/audit"
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
