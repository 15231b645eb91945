package doctor_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tributary/internal/doctor"
)

func within(own string) doctor.Bounds {
	return doctor.Bounds{Dial: (&net.Dialer{}).DialContext, Own: own, Time: 5 * time.Second, Page: 64 << 10}
}

func codes(r doctor.Report) string {
	var all []string
	for _, f := range r.Findings {
		all = append(all, f.Code)
	}
	return strings.Join(all, " ")
}

func htmlOf(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, text)
	}
}

// TestWithinBoundsOnlyTheCollectorItselfIsAsked: what a page names is never sent anything.
func TestWithinBoundsOnlyTheCollectorItselfIsAsked(t *testing.T) {
	var asked atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer other.Close()
	allowed := ""
	c := collector(t, &allowed)
	page := httptest.NewServer(htmlOf(`<script src="` + other.URL + `/s/` + key + `.js"></script>`))
	defer page.Close()
	r, err := doctor.NewWithin(key, within(c.URL)).Examine(t.Context(), page.URL)
	if err != nil || !strings.Contains(codes(r), "other_collector") || r.Healthy() || asked.Load() != 0 {
		t.Errorf("%s, %v; the other was asked %d times", codes(r), err, asked.Load())
	}
	good := httptest.NewServer(htmlOf(`<script src="` + c.URL + `/s/` + key + `.js"></script>`))
	defer good.Close()
	allowed = good.URL
	if r, err := doctor.NewWithin(key, within(c.URL)).Examine(t.Context(), good.URL); err != nil || !r.Healthy() || !strings.HasPrefix(codes(r), "tag origin") {
		t.Errorf("%s, %v", codes(r), err)
	}
}

func TestWithinBoundsAPageTakesOnlySoMuch(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/round", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/round", http.StatusFound) })
	mux.HandleFunc("/long", htmlOf(strings.Repeat("<p>x", 64<<10)+`<script src="/s/`+key+`.js"></script>`))
	hung := make(chan struct{})
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) { <-hung })
	s := httptest.NewServer(mux)
	defer s.Close()
	defer close(hung)
	if _, err := doctor.NewWithin("", within(s.URL)).Examine(t.Context(), s.URL+"/round"); err == nil || !strings.Contains(err.Error(), "leads on more than 5 times") {
		t.Errorf("round and round: %v", err)
	}
	if r, err := doctor.NewWithin("", within(s.URL)).Examine(t.Context(), s.URL+"/long"); err != nil || !strings.Contains(codes(r), "tag_missing") {
		t.Errorf("what stands behind the bound is read: %s, %v", codes(r), err)
	}
	b := within(s.URL)
	b.Time = 50 * time.Millisecond
	if _, err := doctor.NewWithin("", b).Examine(t.Context(), s.URL+"/slow"); err == nil || !strings.Contains(err.Error(), "deadline") {
		t.Errorf("a page that never answers: %v", err)
	}
}
