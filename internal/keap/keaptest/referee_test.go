package keaptest_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"tributary/internal/keap/keaptest"
)

// spy takes the referee's complaints in place of the test.
type spy struct {
	testing.TB
	complaints []string
}

func (s *spy) Errorf(format string, args ...any) {
	s.complaints = append(s.complaints, fmt.Sprintf(format, args...))
}

// always answers every request alike.
type always struct {
	status  int
	body    string
	headers http.Header
}

func (a always) RoundTrip(req *http.Request) (*http.Response, error) {
	rec := httptest.NewRecorder()
	for name := range a.headers {
		rec.Header().Set(name, a.headers.Get(name))
	}
	rec.Header().Set("Content-Type", "application/json")
	rec.WriteHeader(a.status)
	io.WriteString(rec, a.body)
	res := rec.Result()
	res.Request = req
	return res, nil
}

func TestRefereeCanFail(t *testing.T) {
	const base = "http://127.0.0.1/crm/rest/v2"
	good := always{status: 201, body: `{"id":"1"}`}
	list := always{status: 200, body: `{"referrals":[]}`}
	tests := []struct {
		name, method, target, body string
		answer                     always
		wrong                      bool
	}{
		{"a good create", "POST", "/referrals", `{"contact_id":"1"}`, good, false},
		{"a good list", "GET", "/referrals?filter=contact_id%3D%3D1&page_size=1000", "", list, false},
		{"a missing property", "POST", "/referrals", `{"source":"x"}`, good, true},
		{"a property of another name", "POST", "/referrals", `{"contact_id":"1","affiliate_id":"2"}`, good, true},
		{"an id as a number", "POST", "/referrals", `{"contact_id":1}`, good, true},
		{"a time that is none", "POST", "/referrals", `{"contact_id":"1","referral_time":"today"}`, good, true},
		{"a type that is none", "POST", "/referrals", `{"contact_id":"1","referral_type":"FIRST"}`, good, true},
		{"a page too large", "GET", "/referrals?page_size=1001", "", list, true},
		{"a parameter of another name", "GET", "/referrals?limit=10", "", list, true},
		{"an unknown path", "GET", "/partners", "", list, true},
		{"an unknown method", "DELETE", "/referrals", "", list, true},
		{"an answer with a number for an id", "POST", "/referrals", `{"contact_id":"1"}`, always{status: 201, body: `{"id":1}`}, true},
		{"an answer with an unknown property", "POST", "/referrals", `{"contact_id":"1"}`, always{status: 201, body: `{"id":"1","partner":"2"}`}, true},
		{"an answer with another list", "GET", "/referrals", "", always{status: 200, body: `{"data":[]}`}, true},
		{"an answer that is cut", "GET", "/referrals", "", always{status: 200, body: `{"referrals":[`}, true},
		{"an answer with the wrong success", "POST", "/referrals", `{"contact_id":"1"}`, always{status: 200, body: `{"id":"1"}`}, true},
		{"an error with a string for a code", "GET", "/referrals", "", always{status: 400, body: `{"code":"400"}`}, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			spy := &spy{TB: t}
			exchange(t, keaptest.NewReferee(spy).Around(test.answer), test.method, base+test.target, test.body)
			if wrong := len(spy.complaints) > 0; wrong != test.wrong {
				t.Errorf("complaints %q, want some: %v", spy.complaints, test.wrong)
			}
		})
	}
}

func TestRefereeExemptsAndCounts(t *testing.T) {
	const target = "http://127.0.0.1/crm/rest/v2/referrals"
	spy := &spy{TB: t}
	referee := keaptest.NewReferee(spy)
	answers := []always{
		{status: 200, body: `{"referrals":[]}`},
		{status: 200, body: `<html>`, headers: http.Header{"X-Sandbox-Fault": {"html"}}},
		{status: 401, body: `{"fault":{"faultstring":"Invalid access token"}}`},
		{status: 429, body: `{"code":"429"}`},
		{status: 503, body: ``},
	}
	for _, answer := range answers {
		exchange(t, referee.Around(answer), "GET", target, "")
	}
	want := keaptest.Counts{Judged: 1, Faults: 1, Gateway: 1, Unlisted: 2}
	if got := referee.Counts(); got != want || len(spy.complaints) > 0 {
		t.Errorf("counts %+v, want %+v; complaints %q", got, want, spy.complaints)
	}
}

// The body that the referee has read must reach both sides unchanged.
func TestRefereePassesBodiesOn(t *testing.T) {
	var got string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = string(body)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusCreated)
		io.WriteString(w, `{"id":"7"}`)
	}))
	defer server.Close()
	answer := exchange(t, keaptest.NewReferee(t).Around(http.DefaultTransport), "POST", server.URL+"/rest/v2/referrals", `{"contact_id":"1"}`)
	if got != `{"contact_id":"1"}` || answer != `{"id":"7"}` {
		t.Errorf("the server got %q, the client %q", got, answer)
	}
}

func exchange(t *testing.T, transport http.RoundTripper, method, target, body string) string {
	t.Helper()
	req, err := http.NewRequest(method, target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body == "" {
		req.Body = nil
	} else {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	answer, _ := io.ReadAll(res.Body)
	return string(answer)
}
