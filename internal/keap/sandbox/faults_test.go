package sandbox_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"tributary/internal/keap/keaptest"
	"tributary/internal/keap/sandbox"
)

func TestFaultsAreOrderedAndUsedUp(t *testing.T) {
	box, base := populated(t)
	api := unjudged(t, base)
	order := `{"operation":"listReferrals","kind":"429","times":2,"retry_after":"7","delay":"1.5s"}`
	if got := api.call("POST", "/sandbox/faults", order); got.status != http.StatusCreated {
		t.Fatalf("got %d %s", got.status, got.text)
	}
	if got := api.call("GET", "/sandbox/faults", ""); got.text != `[{"operation":"listReferrals","kind":"429","times":2,"delay":"1.5s","retry_after":"7"}]` {
		t.Errorf("waiting: %s", got.text)
	}
	for n, want := range []int{429, 429, 200} {
		got := api.call("GET", "/rest/v2/referrals", "")
		marked := got.header.Get(sandbox.FaultHeader) == "429" && got.header.Get("Retry-After") == "7"
		if got.status != want || marked != (want == 429) {
			t.Errorf("call %d: %d %v", n, got.status, got.header)
		}
		if other := api.call("GET", "/rest/v2/contacts", ""); other.status != 200 {
			t.Errorf("another operation got the fault: %d", other.status)
		}
	}
	if left := box.Faults(); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

func TestFaultsAreTakenBack(t *testing.T) {
	box, base := populated(t)
	api := unjudged(t, base)
	if err := box.AddFault(sandbox.Fault{Operation: "*", Kind: sandbox.Status503, Times: 9}); err != nil {
		t.Fatal(err)
	}
	if got := api.call("GET", "/rest/v2/contacts", ""); got.status != 503 {
		t.Errorf("got %d", got.status)
	}
	if got := api.call("DELETE", "/sandbox/faults", ""); got.status != http.StatusNoContent {
		t.Errorf("got %d", got.status)
	}
	if got := api.call("GET", "/rest/v2/contacts", ""); got.status != 200 {
		t.Errorf("got %d", got.status)
	}
}

func TestProbabilityIsRepeatable(t *testing.T) {
	run := func(seed uint64) (pattern string) {
		box, base := keaptest.Serve(t, sandbox.Options{})
		if err := box.AddFault(sandbox.Fault{Operation: "*", Kind: sandbox.Status500, Probability: 0.5, Seed: seed}); err != nil {
			t.Fatal(err)
		}
		for range 40 {
			pattern += map[int]string{200: ".", 500: "x"}[unjudged(t, base).call("GET", "/rest/v2/contacts", "").status]
		}
		return pattern
	}
	first, again, other := run(7), run(7), run(8)
	if first != again || first == other || strings.Count(first, "x") < 8 || strings.Count(first, "x") > 32 {
		t.Errorf("seed 7: %s, again: %s, seed 8: %s", first, again, other)
	}
}

func TestWrongOrdersAreRefused(t *testing.T) {
	_, base := keaptest.Serve(t, sandbox.Options{})
	for _, order := range []string{
		``, `{}`, `[]`, `{"operation":"createReferral"}`, `{"operation":"create","kind":"reset"}`, `{"operation":"*","kind":"explode"}`,
		`{"operation":"*","kind":"reset","times":-1}`, `{"operation":"*","kind":"reset","probability":2}`,
		`{"operation":"*","kind":"hang","delay":5}`, `{"operation":"*","kind":"hang","delay":"-5s"}`, `{"operation":"*","kind":"reset","time":3}`,
	} {
		if got := unjudged(t, base).call("POST", "/sandbox/faults", order); got.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", order, got.status, got.text)
		}
	}
}

// A reset must be one: an orderly end before the answer would be another case for a client.
func TestResetIsAReset(t *testing.T) {
	box := sandbox.New(sandbox.Options{})
	for name, start := range map[string]func(http.Handler) *httptest.Server{"plain": httptest.NewServer, "TLS": httptest.NewTLSServer} {
		t.Run(name, func(t *testing.T) {
			server := start(box)
			defer server.Close()
			if err := box.AddFault(sandbox.Fault{Operation: "*", Kind: sandbox.Reset}); err != nil {
				t.Fatal(err)
			}
			req, _ := http.NewRequest("POST", server.URL+"/rest/v2/contacts", strings.NewReader(`{}`))
			req.Header.Set("Authorization", "Bearer "+sandbox.DefaultKey)
			if _, err := server.Client().Do(req); !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// Answers that are held back end when the time is over, when the caller has gone, and when the sandbox is closed.
func TestHeldAnswersEnd(t *testing.T) {
	box := sandbox.New(sandbox.Options{})
	server := httptest.NewServer(box)
	defer server.Close()
	for _, fault := range []sandbox.Fault{
		{Operation: "*", Kind: sandbox.ApplyThenHang, Delay: sandbox.Duration(10 * time.Millisecond)},
		{Operation: "*", Kind: sandbox.SlowBody, Delay: sandbox.Duration(10 * time.Millisecond)},
	} {
		if err := box.AddFault(fault); err != nil {
			t.Fatal(err)
		}
		if got := unjudged(t, server.URL).call("GET", "/rest/v2/referrals", ""); got.text != `{"referrals":[]}` {
			t.Errorf("%s: %d %q", fault.Kind, got.status, got.text)
		}
	}
	if err := box.AddFault(sandbox.Fault{Operation: "*", Kind: sandbox.Hang}); err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(20*time.Millisecond, box.Close)
	req, _ := http.NewRequest("POST", server.URL+"/rest/v2/contacts", strings.NewReader(`{}`))
	req.Header.Set("Authorization", "Bearer "+sandbox.DefaultKey)
	start := time.Now()
	if _, err := http.DefaultClient.Do(req); err == nil || errors.Is(err, io.ErrNoProgress) || time.Since(start) > 5*time.Second {
		t.Errorf("got %v after %v", err, time.Since(start))
	}
}

// A late write is not there at the first look, and is there later; a closed sandbox applies nothing any more.
func TestLateApply(t *testing.T) {
	for _, closed := range []bool{false, true} {
		box, base := populated(t)
		fault := sandbox.Fault{Operation: "createReferral", Kind: sandbox.LateApply, Delay: sandbox.Duration(50 * time.Millisecond)}
		if err := box.AddFault(fault); err != nil {
			t.Fatal(err)
		}
		req, _ := http.NewRequest("POST", base+"/rest/v2/referrals", strings.NewReader(`{"contact_id":"1003"}`))
		req.Header.Set("Authorization", "Bearer "+sandbox.DefaultKey)
		if _, err := http.DefaultClient.Do(req); err == nil || len(box.Referrals()) != 4 {
			t.Errorf("got %v and %d referrals", err, len(box.Referrals()))
		}
		want := 5
		if closed {
			box.Close()
			want = 4
		}
		box.Settle()
		if got := len(box.Referrals()); got != want {
			t.Errorf("closed %v: %d referrals, want %d", closed, got, want)
		}
	}
}
