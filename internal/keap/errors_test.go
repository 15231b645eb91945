package keap_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tributary/internal/keap"
)

const (
	canaryKey   = "KeapAK-canary-5f1e"
	canaryEmail = "canary.person+x@example.com"
)

func TestErrorsAreUnderstood(t *testing.T) {
	const (
		notFound = `{"code":404,"message":"No such contact","status":"NOT_FOUND","details":[]}`
		fault    = `{"fault":{"faultstring":"Unable to identify proxy","detail":{"errorcode":"messaging.adaptors.http.flow.ApplicationNotFound"}}}`
	)
	type is struct{ applied, keyRefused, notFound, throttled, refused bool }
	tests := []struct {
		name    string
		answer  http.HandlerFunc
		code    string
		message string
		is      is
	}{
		{"400", answers(400, `{"code":400,"message":"contact_id is required"}`), "400", "contact_id is required", is{refused: true}},
		{"400 in HTML", answers(400, `<h1>Bad</h1>`), "", "Bad Request", is{}},
		{"400 of the gateway", answers(400, fault), "messaging.adaptors.http.flow.ApplicationNotFound", "Unable to identify proxy", is{}},
		{"404", answers(404, notFound), "404", "No such contact", is{notFound: true, refused: true}},
		{"404 of the gateway", answers(404, fault), "messaging.adaptors.http.flow.ApplicationNotFound", "Unable to identify proxy", is{}},
		{"404 in HTML", answers(404, `<h1>Not found</h1>`), "", "Not Found", is{}},
		{"404 without words", answers(404, `{}`), "", "Not Found", is{}},
		{"405", answers(405, `{"message":"no"}`), "", "no", is{refused: true}},
		{"409", answers(409, `{"code":"409","status":"Conflict"}`), "409", "Conflict", is{refused: true}},
		{"422", answers(422, `{"message":"no"}`), "", "no", is{refused: true}},
		{"401 of Keap", answers(401, `{"code":401,"message":"no"}`), "401", "no", is{keyRefused: true}},
		{"401 of the gateway", answers(401, fault), "messaging.adaptors.http.flow.ApplicationNotFound", "Unable to identify proxy", is{keyRefused: true}},
		{"403 in HTML", answers(403, `<h1>No</h1>`), "", "Forbidden", is{keyRefused: true}},
		{"429", answers(429, `{"code":"429","message":"Quota Exceeded","status":"Request Throttled","details":null}`), "429", "Quota Exceeded", is{throttled: true}},
		{"408", answers(408, ``), "", "Request Timeout", is{applied: true}},
		{"500", answers(500, `{"code":500,"message":"oops"}`), "500", "oops", is{applied: true}},
		{"a fault that is a text", answers(500, `{"fault":"oops","code":{"a":1},"message":["x"]}`), "", "Internal Server Error", is{applied: true}},
		{"504", answers(504, ``), "", "Gateway Timeout", is{applied: true}},
		{"a status without a name", answers(599, ``), "", "no message", is{applied: true}},
		{"a redirect", answers(302, ``, "Location: https://elsewhere.example.com/"), "", "Found", is{applied: true}},
		{"a redirect to nowhere", answers(301, ``), "", "Moved Permanently", is{applied: true}},
		{"200 and blank", answers(200, ``), "", "the answer is not the JSON that was expected", is{applied: true}},
		{"201 and null", answers(201, `null`), "", "the answer is not the JSON that was expected", is{applied: true}},
		{"201 without id", answers(201, `{"contact_id":"1"}`), "", "the answer has no id", is{applied: true}},
		{"204", answers(204, ``), "", "the answer is not the JSON that was expected", is{applied: true}},
		{"200 and HTML", answers(200, `<html>`), "", "the answer is not the JSON that was expected", is{applied: true}},
		{"200 and more than any page", answers(200, `{"id":"1"}`+strings.Repeat(" ", 2<<20)), "", "the answer is larger than 1048576 bytes", is{applied: true}},
		{"200 and JSON with more behind it", answers(200, `{"id":"1"}{}`), "", "the answer is not the JSON that was expected", is{applied: true}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			client := inProcess(t, test.answer, func(*keap.Config) {})
			_, err := client.CreateReferral(t.Context(), keap.NewReferral{ContactID: "1", ReferralPartnerID: "2"})
			got := is{keap.MayHaveApplied(err), keap.IsKeyRefused(err), keap.IsNotFound(err), keap.IsThrottled(err), keap.IsRefused(err)}
			if got != test.is {
				t.Errorf("%v: got %+v, want %+v", err, got, test.is)
			}
			var e *keap.Error
			if !errors.As(err, &e) || e.Op != "createReferral" || e.Code != test.code || e.Message != test.message {
				t.Errorf("got %+v, want code %q and message %q", e, test.code, test.message)
			}
		})
	}
}

func TestMayHaveAppliedWhenNothingIsKnown(t *testing.T) {
	tests := []struct {
		err  error
		want bool
	}{
		{nil, true},
		{errors.New("something else"), true},
		{context.DeadlineExceeded, true},
		{&keap.Error{}, true},
		{fmt.Errorf("creating: %w", &keap.Error{Sent: keap.NotSent}), false},
		{fmt.Errorf("creating: %w", keap.ErrInvalid), false},
	}
	for _, test := range tests {
		if got := keap.MayHaveApplied(test.err); got != test.want {
			t.Errorf("%v: got %v, want %v", test.err, got, test.want)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	in90s := time.Now().Add(90 * time.Second).UTC().Format(http.TimeFormat)
	tests := []struct {
		header   string
		from, to time.Duration
	}{
		{"30", 30 * time.Second, 30 * time.Second},
		{" 1.5 ", 1500 * time.Millisecond, 1500 * time.Millisecond},
		{in90s, 80 * time.Second, 90 * time.Second},
		{"Mon, 02 Jan 2006 15:04:05 GMT", 0, 0},
		{"99999999999999999999", 24 * time.Hour, 24 * time.Hour},
		{"", 0, 0}, {"-5", 0, 0}, {"soon", 0, 0}, {"NaN", 0, 0},
	}
	for _, test := range tests {
		client := inProcess(t, answers(429, `{}`, "Retry-After: "+test.header), func(*keap.Config) {})
		_, err := client.UserInfo(t.Context())
		if got := keap.RetryAfter(err); !keap.IsThrottled(err) || got < test.from || got > test.to {
			t.Errorf("%q: got %v, want %v to %v", test.header, got, test.from, test.to)
		}
	}
	if keap.RetryAfter(nil) != 0 {
		t.Error("no error asks for a pause")
	}
}

// No key and no e-mail may reach a log by way of an error, whatever Keap, a proxy or net/http write into their texts.
func TestErrorsHoldNoKeyAndNoEmail(t *testing.T) {
	echo := func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"code":"%s","message":"%s asked for %s, %s and %s"}`, canaryEmail, r.Header.Get("Authorization"),
			r.URL, strings.ToUpper(canaryEmail), `\"o'neil, canary.person\"@example.com`)
	}
	redirect := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", "http://%zz/?email="+canaryEmail)
		w.WriteHeader(http.StatusFound)
	}
	hang := func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body) // net/http notices that the caller has gone only after the body
		<-r.Context().Done()
	}
	abort := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	for name, handler := range map[string]http.HandlerFunc{"echo": echo, "redirect": redirect, "hang": hang, "abort": abort} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(handler)
			defer server.Close()
			checkCanaries(t, server.URL)
		})
	}
	t.Run("no server", func(t *testing.T) { checkCanaries(t, "http://127.0.0.1:1") })
}

func checkCanaries(t *testing.T, base string) {
	t.Helper()
	client, err := keap.New(keap.Config{BaseURL: base, Key: canaryKey, PerMinute: keap.Unlimited, Timeout: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer client.CloseIdleConnections()
	_, listing := client.ContactsByEmail(t.Context(), canaryEmail)
	_, creating := client.CreateContact(t.Context(), keap.NewContact{Email: canaryEmail, Phone: "+15550100"})
	for _, err := range []error{listing, creating} {
		var e *keap.Error
		if !errors.As(err, &e) {
			t.Fatalf("got %v", err)
		}
		text := strings.ToLower(fmt.Sprintf("%v %+v %v", err, *e, errors.Unwrap(e)))
		for _, canary := range []string{canaryKey, "canary.person", "example.com", "15550100", "email=="} {
			if strings.Contains(text, strings.ToLower(canary)) {
				t.Errorf("%q is in %s", canary, text)
			}
		}
	}
}

func FuzzErrorAnswers(f *testing.F) {
	f.Add(400, `{"code":400,"message":"contact_id is required","status":"Bad Request","details":[{"domain":"a","resource":"b"}]}`)
	f.Add(429, `{"code":"429","message":"Quota Exceeded","status":"Request Throttled","details":null}`)
	f.Add(401, `{"fault":{"faultstring":"Invalid access token","detail":{"errorcode":"oauth.v2.InvalidAccessToken"}}}`)
	f.Add(500, `{"fault":"text","code":[1],"message":{"a":null}}`)
	f.Add(404, `<html>`+canaryKey+` `+canaryEmail)
	f.Add(201, `{"id":null}`)
	f.Add(200, ``)
	f.Fuzz(func(t *testing.T, status int, body string) {
		if status < 200 || status > 999 {
			t.Skip("net/http gives no such answer")
		}
		client := inProcess(t, answers(status, body), func(c *keap.Config) { c.Key = canaryKey })
		made, err := client.CreateReferral(t.Context(), keap.NewReferral{ContactID: "1", ReferralPartnerID: "2"})
		if err == nil {
			if made.ID == "" || status > 299 {
				t.Fatalf("%d %q passed for a referral", status, body)
			}
			return
		}
		if refused := status >= 400 && status <= 499 && status != 408; keap.MayHaveApplied(err) == refused {
			t.Errorf("%d: may have applied: %v", status, !refused)
		}
		if keap.IsRefused(err) && keap.MayHaveApplied(err) {
			t.Errorf("%d %q is refused and may have applied", status, body)
		}
		if strings.Contains(err.Error(), canaryKey) || len(err.Error()) > 2000 {
			t.Errorf("the error holds the key, or far too much: %v", err)
		}
	})
}
