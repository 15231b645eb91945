package main

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestEveryPageOfABigAccountOpens runs the whole of -scale, with little in it, on the real program.
func TestEveryPageOfABigAccountOpens(t *testing.T) {
	dir := t.TempDir()
	made, err := build(t.Context(), dir, "")
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	b := &bencher{tools: made, dir: dir, out: &out}
	data := filepath.Join(dir, "kept")
	for range 2 { // the second time with the folder of the first
		if err := b.scale(t.Context(), data, bigAccount{affiliates: 20, optIns: stillToDo + 200, clicks: 3000, asks: 1}); err != nil {
			t.Fatalf("%v\n%s", err, &out)
		}
	}
	if n := strings.Count(out.String(), "filled "); n != 1 {
		t.Errorf("filled %d times:\n%s", n, &out)
	}
	for _, want := range []string{`/admin/settings +\d`, `/admin/audit +\d`, `/admin/optins/[0-9a-f-]{36} +\d`, `/portal +\d`, `/v1/jobs\?limit=100 +\d`, `\d\d pages, \d+ missed`, `resident`} {
		if !regexp.MustCompile(want).MatchString(out.String()) {
			t.Errorf("%s is not in:\n%s", want, &out)
		}
	}
}
