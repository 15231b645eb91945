package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"tributary/internal/bench"
)

func TestFiguresAreReadable(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := thousands(n); got != want {
			t.Errorf("thousands(%d) = %q, want %q", n, got, want)
		}
	}
	for ms, want := range map[float64]string{0.0123: "0.012 ms", 1.234: "1.23 ms", 12.34: "12.3 ms", 12345: "12345.0 ms"} {
		if got := millis(ms); got != want {
			t.Errorf("millis(%v) = %q, want %q", ms, got, want)
		}
	}
	if got := median([]int{9, 1, 5}); got != 5 {
		t.Errorf("the median of 9, 1, 5 is %d", got)
	}
}

func TestVerdictComparesRoundByRound(t *testing.T) {
	r := rounds{ // a slow minute for both in the second round must not count against us
		bare: []bench.Report{{Rate: 1000}, {Rate: 100}, {Rate: 1000}},
		ours: []bench.Report{{Rate: 500, P99: 5}, {Rate: 60, P99: 70}, {Rate: 500, P99: 6}},
	}
	for a, want := range map[aim]string{
		{64, 0.50, 8}: "at least 0.50: met; p99 under 8 ms: met",
		{64, 0.51, 6}: "at least 0.51: MISSED; p99 under 6 ms: MISSED",
	} {
		if got := r.verdict(a); got[0] != "0.50" || got[1] != want {
			t.Errorf("%v: %q", a, got)
		}
	}
}

func TestParseStatus(t *testing.T) {
	got := parseStatus("Name:\ttributary\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\nThreads:\t9\n")
	if len(got) != 2 || got["VmRSS"] != 1<<20 || got["VmHWM"] != 2<<20 {
		t.Errorf("%v", got)
	}
}

func TestWeighTellsFilesFromWhatTheyTake(t *testing.T) {
	dir := t.TempDir()
	if err := makeFolder(filepath.Join(dir, "data")); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "data", "tributary.db")
	before, err := weigh(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, 1<<20); err != nil { // as bbolt grows its file
		t.Fatal(err)
	}
	after, err := weigh(dir)
	if err != nil || after.size != 1<<20 || after.tail != before.tail+1<<20-before.size || after.disk != before.disk {
		t.Errorf("before %+v, after %+v, %v", before, after, err)
	}
}

func TestScriptSizeRefusesAnotherCoding(t *testing.T) {
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("x")) }))
	defer plain.Close()
	if n, err := scriptSize(t.Context(), plain.URL, "identity"); err != nil || n != 1 {
		t.Errorf("plain: %d, %v", n, err)
	}
	if n, err := scriptSize(t.Context(), plain.URL, "br"); err == nil {
		t.Errorf("a plain answer passed for brotli: %d bytes", n)
	}
}
