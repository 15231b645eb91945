package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"testing"
	"time"

	"github.com/google/uuid"

	"tributary/internal/bench"
)

const (
	testAddr, testSite, testOrigin = "127.0.0.1:8080", "st_0123456789abcdefghij", "https://www.example.com"
)

func TestEveryRequestIsAFreshClickOfTheContract(t *testing.T) {
	c := newClicks(testAddr, testSite, testOrigin)
	ids, refs, pages, campaigns := map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}
	start := time.Now()
	for i := range 5000 {
		now := start.Add(time.Duration(i) * time.Millisecond)
		e := decode(t, c.next(now))
		checkClick(t, e, now)
		ids[e.ID]++
		refs[e.Touch.Affiliate]++
		pages[e.URL]++
		campaigns[e.UTM.Campaign]++
	}
	if len(ids) != 5000 || len(refs) != 200 || len(pages) != 20 || len(campaigns) != 10 {
		t.Errorf("%d ids, %d affiliates, %d pages, %d campaigns", len(ids), len(refs), len(pages), len(campaigns))
	}
}

func checkClick(t *testing.T, e bench.Event, now time.Time) {
	t.Helper()
	for _, text := range []string{e.ID, e.Visitor} {
		if id, err := uuid.Parse(text); err != nil || id.Version() != 7 || id.Variant() != uuid.RFC4122 {
			t.Fatalf("%q is no version 7 UUID: %v", text, err)
		}
	}
	sec, nsec := uuid.MustParse(e.ID).Time().UnixTime()
	if made := time.Unix(sec, nsec).UnixMilli(); made != now.UnixMilli() {
		t.Fatalf("the id tells %d, the clock %d", made, now.UnixMilli())
	}
	if e.Type != "click" || e.At != now.UnixMilli() || e.Touch.At != e.At || e.Touch.Kind != "id" {
		t.Fatalf("not the click of now: %+v %+v", e, e.Touch)
	}
	if !regexp.MustCompile(`^https://www\.example\.com/landing-[123]\d$`).MatchString(e.URL) {
		t.Fatalf("the page is %q", e.URL)
	}
}

func TestSomeVisitorsComeAgain(t *testing.T) {
	c := newClicks(testAddr, testSite, testOrigin)
	visitors := map[string]bool{}
	for range 10_000 {
		visitors[decode(t, c.next(time.Now())).Visitor] = true
	}
	if n := len(visitors); n < 6700 || n > 7300 {
		t.Errorf("%d visitors made 10000 clicks, about 7000 were to", n)
	}
	if len(c.seen) != remembered {
		t.Errorf("%d visitors are remembered, the bound is %d", len(c.seen), remembered)
	}
}

// decode reads a request as a server would, and refuses what the contract does not name.
func decode(t *testing.T, raw []byte) bench.Event {
	t.Helper()
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(raw)))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil || len(body) < 350 || len(body) > 450 {
		t.Fatalf("a body of %d bytes, about 400 were to be: %v", len(body), err)
	}
	if r.Method != "POST" || r.URL.Path != "/e" || r.Host != testAddr || r.Header.Get("Origin") != testOrigin {
		t.Fatalf("%s %s to %s from %s", r.Method, r.URL, r.Host, r.Header.Get("Origin"))
	}
	var batch bench.Batch
	strict := json.NewDecoder(bytes.NewReader(body))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&batch); err != nil || batch.Site != testSite || len(batch.Events) != 1 {
		t.Fatalf("%s: %v", body, err)
	}
	return batch.Events[0]
}
