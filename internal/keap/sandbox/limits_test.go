package sandbox_test

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"tributary/internal/keap/keaptest"
	"tributary/internal/keap/sandbox"
)

func TestQuotaIsToldAndTurnsAtMidnight(t *testing.T) {
	now := time.Date(2026, 5, 21, 23, 59, 0, 0, time.UTC)
	box, base := keaptest.Serve(t, sandbox.Options{Limits: sandbox.Limits{PerDay: 10, RetryAfter: true}, Now: func() time.Time { return now }})
	api := judged(t, base)
	box.SpendQuota(8)
	midnight := strconv.FormatInt(now.Add(time.Minute).UnixMilli(), 10)
	for _, step := range []struct {
		wait      time.Duration
		status    int
		used      string
		available string
	}{{0, 200, "9", "1"}, {0, 200, "10", "0"}, {0, 429, "10", "0"}, {time.Minute, 200, "1", "9"}} {
		now = now.Add(step.wait)
		got := api.call("GET", "/rest/v2/referrals", "")
		h := got.header.Get
		if got.status != step.status || h("x-keap-product-quota-used") != step.used || h("x-keap-product-quota-available") != step.available {
			t.Errorf("at %v: %d %v, want %+v", now, got.status, got.header, step)
		}
		if step.wait == 0 && h("x-keap-product-quota-expiry-time") != midnight || h("x-keap-product-quota-time-unit") != "day" {
			t.Errorf("at %v: told %v", now, got.header)
		}
		if want := map[int]string{429: "61"}[got.status]; h("Retry-After") != want {
			t.Errorf("come again in %q, want %q", h("Retry-After"), want)
		}
	}
	if box.Throttled() != 1 {
		t.Errorf("%d calls were throttled", box.Throttled())
	}
}

func TestASpikeIsArrestedByTheGateway(t *testing.T) {
	now := time.Date(2026, 5, 21, 12, 0, 0, 0, time.UTC)
	_, base := keaptest.Serve(t, sandbox.Options{Limits: sandbox.Limits{Spike: 5}, Now: func() time.Time { return now }})
	for n, step := range []struct {
		wait   time.Duration
		status int
	}{{0, 200}, {199 * time.Millisecond, 429}, {time.Millisecond, 200}} {
		now = now.Add(step.wait)
		got := judged(t, base).call("GET", "/rest/v2/referrals", "")
		if got.status != step.status || got.status == 429 && !strings.Contains(got.text, "SpikeArrestViolation") {
			t.Errorf("call %d: %d %s", n, got.status, got.text)
		}
	}
}

func TestUnknownsOfTheQuota(t *testing.T) {
	noon := func() time.Time { return time.Date(2026, 5, 21, 12, 0, 0, 0, time.UTC) }
	for want, options := range map[string]sandbox.Options{
		"2026-05-22T00:00:00Z": {Limits: sandbox.Limits{PerDay: 9}, Unknowns: sandbox.Unknowns{DatedQuota: true}, Now: noon},
		"":                     {Limits: sandbox.Limits{PerDay: 9, Quiet: true}, Now: noon},
	} {
		_, base := keaptest.Serve(t, options)
		if got := judged(t, base).call("GET", "/rest/v2/referrals", "").header.Get("x-keap-product-quota-expiry-time"); got != want {
			t.Errorf("told %q, want %q", got, want)
		}
	}
}

func TestTheEmailFilterMaySeeTheFirstOnly(t *testing.T) {
	const three = `{"email_addresses":[{"email":"a@example.com","field":"EMAIL1"},{"email":"b@example.com","field":"EMAIL2"}]}`
	for _, firstOnly := range []bool{false, true} {
		_, base := keaptest.Serve(t, sandbox.Options{Unknowns: sandbox.Unknowns{FirstEmailOnly: firstOnly}})
		api := judged(t, base)
		api.call("POST", "/rest/v2/contacts", three)
		for email, want := range map[string]int{"a": 1, "b": map[bool]int{false: 1, true: 0}[firstOnly]} {
			if found := api.call("GET", "/rest/v2/contacts?filter=email%3D%3D"+email+"@example.com", "").ids("contacts"); len(found) != want {
				t.Errorf("first only %v: %s found %v", firstOnly, email, found)
			}
		}
	}
}

// A cut answer must begin as one, so that a client has the status and not the record.
func TestACutAnswerStandsInTheRecords(t *testing.T) {
	box, base := populated(t)
	if err := box.AddFault(sandbox.Fault{Operation: "createReferral", Kind: sandbox.CutAnswer}); err != nil {
		t.Fatal(err)
	}
	before := len(box.Referrals())
	req, _ := http.NewRequest("POST", base+"/rest/v2/referrals", strings.NewReader(`{"contact_id":"1003"}`))
	req.Header.Set("Authorization", "Bearer "+sandbox.DefaultKey)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if text, err := io.ReadAll(res.Body); res.StatusCode != 201 || err == nil {
		t.Errorf("got %d %s whole", res.StatusCode, text)
	}
	if made := len(box.Referrals()) - before; made != 1 {
		t.Errorf("%d referrals were made", made)
	}
}
