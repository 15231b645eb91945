package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestMain lets the test's own program stand in for tributary: it is started with "serve" by the test below.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "serve" {
		pretend(os.Args[2:])
		return
	}
	os.Exit(m.Run())
}

func TestBenchPrintsEveryFigure(t *testing.T) {
	t.Setenv("TRIBUTARY_KEAP_KEY", "a real one") // the stand-in refuses to start if it sees it
	out := measure(t, size{rounds: 1, duration: 50 * time.Millisecond, warmup: 20 * time.Millisecond, events: 300, asks: 3, syncs: 3})
	for _, want := range []string{
		"fdatasync takes", "bare Echo", "tributary", "at least 0.33", "at least 0.50", "with 300 clicks", "resident",
		"an affiliate with 300 clicks", "3,600", "3,400", "under 3,500 gzip: MISSED", "under 4,500 gzip: met", "one more form tool", "plausible",
		"bytes per click", "unused tail",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in:\n%s", want, out)
		}
	}
	if strings.Contains(out, "not accepted") {
		t.Errorf("clicks were not accepted:\n%s", out)
	}
}

func measure(t *testing.T, s size) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	made, err := build(t.Context(), dir, self)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	b := &bencher{tools: made, dir: dir, size: s, out: &out}
	for _, part := range []func(context.Context) error{b.machine, b.compare, b.fill} {
		if err := part(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return out.String()
}

func TestAServerThatEndsAtOnceIsExplained(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = start(t.Context(), filepath.Join(dir, "log"), "127.0.0.1:1", self, "serve", "--data", file)
	if err == nil || !strings.Contains(err.Error(), "ended at once") || !strings.Contains(err.Error(), "not a directory") {
		t.Errorf("the server's own words are not in: %v", err)
	}
}
