package keap_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"sync/atomic"
	"testing"
	"time"

	"tributary/internal/keap"
	"tributary/internal/keap/keaptest"
	"tributary/internal/keap/sandbox"
)

// For every way to misbehave: a write that stands in Keap must never be reported as certainly not there. The other way
// round is asked only where it is certain, because a look that was not needed costs a call and nothing else.
func TestFaultsOnCreateReferral(t *testing.T) {
	const long = sandbox.Duration(time.Minute)
	tests := []struct {
		fault      sandbox.Fault
		applied    int  // referrals that stand in the sandbox afterwards
		mayApplied bool // what MayHaveApplied must say
	}{
		{sandbox.Fault{Kind: sandbox.Reset}, 0, true},
		{sandbox.Fault{Kind: sandbox.ApplyThenReset}, 1, true},
		{sandbox.Fault{Kind: sandbox.CutAnswer}, 1, true},
		{sandbox.Fault{Kind: sandbox.LateApply, Delay: sandbox.Duration(20 * time.Millisecond)}, 1, true},
		{sandbox.Fault{Kind: sandbox.Hang, Delay: long}, 0, true},
		{sandbox.Fault{Kind: sandbox.ApplyThenHang, Delay: long}, 1, true},
		{sandbox.Fault{Kind: sandbox.SlowBody, Delay: long}, 1, true},
		{sandbox.Fault{Kind: sandbox.Status500}, 0, true},
		{sandbox.Fault{Kind: sandbox.ApplyThen500}, 1, true},
		{sandbox.Fault{Kind: sandbox.Status502}, 0, true},
		{sandbox.Fault{Kind: sandbox.Status503, RetryAfter: "7"}, 0, true},
		{sandbox.Fault{Kind: sandbox.Status429}, 0, false},
		{sandbox.Fault{Kind: sandbox.Status429, RetryAfter: "7"}, 0, false},
		{sandbox.Fault{Kind: sandbox.Status401}, 0, false},
		{sandbox.Fault{Kind: sandbox.Status403}, 0, false},
		{sandbox.Fault{Kind: sandbox.Blank200}, 0, true},
		{sandbox.Fault{Kind: sandbox.Blank200, Apply: true}, 1, true},
		{sandbox.Fault{Kind: sandbox.HTML}, 0, true},
		{sandbox.Fault{Kind: sandbox.HTML, Apply: true}, 1, true},
		{sandbox.Fault{Kind: sandbox.Redirect}, 0, true},
		{sandbox.Fault{Kind: sandbox.Redirect, Apply: true}, 1, true},
		{sandbox.Fault{Kind: sandbox.Truncated}, 1, true},
		{sandbox.Fault{Kind: sandbox.HugeBody}, 1, true},
	}
	tried := map[sandbox.Kind]bool{}
	for _, test := range tests {
		tried[test.fault.Kind] = true
		t.Run(fmt.Sprintf("%s/apply=%v/retry=%s", test.fault.Kind, test.fault.Apply, test.fault.RetryAfter), func(t *testing.T) {
			box, base := keaptest.Serve(t, sandbox.Options{})
			client := keaptest.Client(t, base, func(c *keap.Config) { c.Timeout = 800 * time.Millisecond })
			referral := seed(t, box, client)
			test.fault.Operation = "createReferral"
			if err := box.AddFault(test.fault); err != nil {
				t.Fatal(err)
			}
			_, err := client.CreateReferral(t.Context(), referral)
			box.Settle()
			if err == nil || keap.MayHaveApplied(err) != test.mayApplied || keap.IsRefused(err) {
				t.Errorf("%v: may have applied: %v, want %v; refused: %v", err, keap.MayHaveApplied(err), test.mayApplied, keap.IsRefused(err))
			}
			if made := len(box.Referrals()); made != test.applied {
				t.Errorf("%d referrals stand, want %d", made, test.applied)
			}
			if calls := box.Calls()["createReferral"]; calls != 1 {
				t.Errorf("%d calls left the client, want one", calls)
			}
			if test.fault.RetryAfter != "" && keap.RetryAfter(err) != 7*time.Second {
				t.Errorf("come again in %v, want 7s", keap.RetryAfter(err))
			}
		})
	}
	for _, kind := range sandbox.Kinds {
		if !tried[kind] {
			t.Errorf("the kind %q is not tried", kind)
		}
	}
}

// seed readies a referral, and a kept connection, so that faults also meet one that is reused.
func seed(t *testing.T, box *sandbox.Sandbox, client *keap.Client) keap.NewReferral {
	t.Helper()
	ann, lee := box.AddAffiliate(sandbox.Affiliate{Name: "Ann"}), box.AddContact("lee@example.com", "Lee", "")
	if _, err := client.UserInfo(t.Context()); err != nil {
		t.Fatal(err)
	}
	return keap.NewReferral{ContactID: lee.ID, ReferralPartnerID: ann.ID, Source: "tributary:1"}
}

// No list may come out of a fault: an empty one would say that nothing stands in Keap.
func TestFaultsOnTheLook(t *testing.T) {
	for _, kind := range sandbox.Kinds {
		t.Run(string(kind), func(t *testing.T) {
			box, base := keaptest.Serve(t, sandbox.Options{})
			client := keaptest.Client(t, base, func(c *keap.Config) { c.Timeout = 800 * time.Millisecond })
			if _, err := client.CreateReferral(t.Context(), seed(t, box, client)); err != nil {
				t.Fatal(err)
			}
			// A read may be repeated by net/http on a new connection when a kept one breaks: so twice.
			if err := box.AddFault(sandbox.Fault{Operation: "listReferrals", Kind: kind, Times: 2, Delay: sandbox.Duration(time.Second)}); err != nil {
				t.Fatal(err)
			}
			if page, _, err := client.Referrals(t.Context(), keap.ReferralFilter{Source: "tributary:1"}, "", 0); err == nil {
				t.Errorf("got %v from a fault", page)
			}
		})
	}
}

// Before a connection is had, nothing can have been applied, and the client must say so: the job need not look.
func TestNothingIsSentWithoutAConnection(t *testing.T) {
	secure := httptest.NewUnstartedServer(answers(201, `{"id":"1"}`))
	secure.Config.ErrorLog = log.New(io.Discard, "", 0) // it complains about our refusals
	secure.StartTLS()
	defer secure.Close()
	silent, err := net.Listen("tcp", "127.0.0.1:0") // takes connections and never speaks TLS
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	tests := []struct {
		name, base string
		ctx        context.Context
		dial       func(context.Context, string, string) (net.Conn, error)
	}{
		{"refused connection", "http://127.0.0.1:1", t.Context(), nil},
		{"unknown name", "http://keap.example.com", t.Context(), noName},
		{"certificate of nobody", secure.URL, t.Context(), nil},
		{"silence in place of TLS", "https://" + silent.Addr().String(), t.Context(), nil},
		{"cancelled before", secure.URL, cancelled, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			transport := &http.Transport{DialContext: test.dial, TLSClientConfig: &tls.Config{}}
			defer transport.CloseIdleConnections()
			client, err := keap.New(keap.Config{BaseURL: test.base, Key: canaryKey, PerMinute: keap.Unlimited, Timeout: 100 * time.Millisecond, Transport: transport})
			if err != nil {
				t.Fatal(err)
			}
			_, err = client.CreateReferral(test.ctx, keap.NewReferral{ContactID: "1", ReferralPartnerID: "2"})
			var e *keap.Error
			if !errors.As(err, &e) || e.Sent != keap.NotSent || keap.MayHaveApplied(err) || keap.IsRefused(err) {
				t.Errorf("got %v; may have applied: %v", err, keap.MayHaveApplied(err))
			}
		})
	}
}

// A transport that tells httptrace nothing leaves the client without knowledge, and then it must say "may have applied".
func TestASilentTransportProvesNothing(t *testing.T) {
	carrier := &broken{}
	client := inProcess(t, nil, func(c *keap.Config) { c.Transport = carrier })
	_, err := client.CreateReferral(t.Context(), keap.NewReferral{ContactID: "1", ReferralPartnerID: "2"})
	if !errors.Is(err, io.ErrUnexpectedEOF) || !keap.MayHaveApplied(err) {
		t.Errorf("got %v; may have applied: %v", err, keap.MayHaveApplied(err))
	}
	if carrier.got.GetBody != nil || carrier.got.Header.Get("Idempotency-Key") != "" {
		t.Error("net/http may repeat this create by itself")
	}
}

type broken struct{ got *http.Request }

func (b *broken) RoundTrip(req *http.Request) (*http.Response, error) {
	b.got = req
	return nil, io.ErrUnexpectedEOF
}

func noName(_ context.Context, _, _ string) (net.Conn, error) {
	return nil, &net.DNSError{Err: "no such host", Name: "keap.example.com", IsNotFound: true}
}

// net/http repeats some requests by itself when a kept connection breaks. A create must not be one of them.
func TestABrokenKeptConnectionRepeatsNoCreate(t *testing.T) {
	var creates atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			creates.Add(1)
			panic(http.ErrAbortHandler) // after the request was read, without an answer
		}
		answers(200, `{"id":"1"}`)(w, r)
	}))
	defer server.Close()
	client, err := keap.New(keap.Config{BaseURL: server.URL, Key: canaryKey, PerMinute: keap.Unlimited})
	if err != nil {
		t.Fatal(err)
	}
	defer client.CloseIdleConnections()
	for range 20 {
		if _, err := client.UserInfo(t.Context()); err != nil {
			t.Fatal(err)
		}
		_, err := client.CreateReferral(t.Context(), keap.NewReferral{ContactID: "1", ReferralPartnerID: "2"})
		if !keap.MayHaveApplied(err) {
			t.Errorf("%v: may have applied", err)
		}
	}
	if n := creates.Load(); n != 20 {
		t.Errorf("20 creates became %d", n)
	}
}

// However the deadline falls between name lookup and answer, a referral that stands is never denied.
func TestDeadlinesAnywhere(t *testing.T) {
	box, base := keaptest.Serve(t, sandbox.Options{})
	referral := seed(t, box, keaptest.Client(t, base))
	for n := range 300 {
		timeout := time.Duration(n) * 5 * time.Microsecond
		client, err := keap.New(keap.Config{BaseURL: base, Key: sandbox.DefaultKey, PerMinute: keap.Unlimited, Timeout: timeout + 1})
		if err != nil {
			t.Fatal(err)
		}
		referral.Source = fmt.Sprintf("tributary:%d", n)
		_, err = client.CreateReferral(t.Context(), referral)
		client.CloseIdleConnections()
		if !keap.MayHaveApplied(err) {
			time.Sleep(time.Millisecond) // an answer that nobody waits for may still be on its way into the records
			for _, made := range box.Referrals() {
				if made.Source == referral.Source {
					t.Fatalf("after %v: %v, and the referral stands", timeout, err)
				}
			}
		}
	}
}

// A caller who gives up just when the connection is had: the request may be on its way all the same.
func TestGivingUpWithAConnectionInHand(t *testing.T) {
	box, base := keaptest.Serve(t, sandbox.Options{})
	client := keaptest.Client(t, base)
	referral := seed(t, box, client)
	for n := range 300 {
		ctx, cancel := context.WithCancel(t.Context())
		ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { cancel() }})
		referral.Source = fmt.Sprintf("tributary:%d", n)
		if _, err := client.CreateReferral(ctx, referral); !keap.MayHaveApplied(err) {
			t.Fatalf("try %d: %v, and %d referrals stand", n, err, len(box.Referrals()))
		}
	}
}

// The unknowns of Keap: the client lives with either answer.
func TestUnknowns(t *testing.T) {
	unknownContact := func(r *keap.NewReferral) { r.ContactID = "999999" }
	unknownPartner := func(r *keap.NewReferral) { r.ReferralPartnerID = "999999" }
	inactive := func(r *keap.NewReferral) { r.ReferralPartnerID = "55" }
	nothing := func(*keap.NewReferral) {}
	tests := []struct {
		name     string
		unknowns sandbox.Unknowns
		change   func(*keap.NewReferral)
		refused  bool
		undated  bool
	}{
		{"unknown contact", sandbox.Unknowns{}, unknownContact, true, false},
		{"unknown contact is taken", sandbox.Unknowns{AcceptUnknownContact: true}, unknownContact, false, false},
		{"unknown partner", sandbox.Unknowns{}, unknownPartner, true, false},
		{"unknown partner is taken", sandbox.Unknowns{AcceptUnknownPartner: true}, unknownPartner, false, false},
		{"inactive partner", sandbox.Unknowns{}, inactive, false, false},
		{"inactive partner is refused", sandbox.Unknowns{RefuseInactivePartner: true}, inactive, true, false},
		{"duplicate", sandbox.Unknowns{}, nothing, false, false},
		{"duplicate is refused", sandbox.Unknowns{ConflictOnDuplicate: true}, nothing, true, false},
		{"no defaults", sandbox.Unknowns{LeaveOutDefaults: true}, nothing, false, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			box, base := keaptest.Serve(t, sandbox.Options{Unknowns: test.unknowns})
			client := keaptest.Client(t, base)
			referral := seed(t, box, client)
			box.AddAffiliate(sandbox.Affiliate{ID: "55", Name: "Idle", Status: "INACTIVE"})
			if _, err := client.CreateReferral(t.Context(), referral); err != nil {
				t.Fatal(err)
			}
			test.change(&referral)
			made, err := client.CreateReferral(t.Context(), referral)
			if keap.IsRefused(err) != test.refused || err != nil && !test.refused {
				t.Fatalf("got %v, want refused: %v", err, test.refused)
			}
			if !test.refused && made.ReferralTime.IsZero() != test.undated {
				t.Errorf("got the time %v", made.ReferralTime)
			}
		})
	}
}
