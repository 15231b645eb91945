package credit_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/keap/sandbox"
	"tributary/internal/store"
)

// asks sends a request to the sandbox as the owner would, by hand.
func (b *bubble) asks(method, path, body string) {
	b.t.Helper()
	req := httptest.NewRequest(method, path, strings.NewReader(body))
	req.Header.Set("Authorization", "Bearer "+sandbox.DefaultKey)
	rec := httptest.NewRecorder()
	b.box.ServeHTTP(rec, req)
	if rec.Code > 299 {
		b.t.Fatalf("%s %s: %d %s", method, path, rec.Code, rec.Body)
	}
}

func (b *bubble) add(ref attribution.Ref, email string) uuid.UUID {
	b.t.Helper()
	out, err := b.store.Ingest(context.Background(), account, attribution.DefaultPolicy, []attribution.Event{b.event(ref, email)})
	if err != nil {
		b.t.Fatal(err)
	}
	return out[0].OptIn
}

// TestBadInputEndsInAState: whatever a person typed and whatever happened in Keap, an opt-in comes to a state with a reason,
// and stops asking.
func TestBadInputEndsInAState(t *testing.T) {
	long := strings.Repeat("ü", 300)
	mail := func(address string) string { return `{"email":"` + address + `","field":"EMAIL1"}` }
	const three = `{"email":"old@example.com","field":"EMAIL1"},{"email":"second@example.com","field":"EMAIL2"},{"email":"third@example.com","field":"EMAIL3"}`
	for name, test := range map[string]struct {
		email, inKeap string
		unknowns      sandbox.Unknowns
		want          attribution.Status
		says          string
	}{
		"a star in the e-mail":               {"a*b@example.com", mail("a*b@example.com"), sandbox.Unknowns{}, attribution.Credited, ""},
		"a star that would match others":     {"a*@example.com", mail("ann@example.com"), sandbox.Unknowns{}, attribution.Held, "no contact"},
		"a star in front":                    {"*@example.com", mail("ann@example.com"), sandbox.Unknowns{}, attribution.Held, "wildcard"},
		"a semicolon":                        {`a;id==1@example.com`, mail("ann@example.com"), sandbox.Unknowns{}, attribution.Held, "no contact"},
		"unicode":                            {"jürgen.müller@exämple.com", mail("jürgen.müller@exämple.com"), sandbox.Unknowns{}, attribution.Credited, ""},
		"300 characters":                     {long + "@example.com", mail("ann@example.com"), sandbox.Unknowns{}, attribution.Held, "no contact"},
		"the second of three e-mails":        {"second@example.com", three, sandbox.Unknowns{}, attribution.Credited, ""},
		"the second, and Keap sees one only": {"second@example.com", three, sandbox.Unknowns{FirstEmailOnly: true}, attribution.Held, "no contact"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBubble(t, sandbox.Options{Limits: serviceKey, Unknowns: test.unknowns})
				a := b.box.AddAffiliate(sandbox.Affiliate{Code: "maple"})
				b.asks("POST", "/rest/v2/contacts", `{"given_name":"`+strings.Repeat("é", 40)+`","email_addresses":[`+test.inKeap+`]}`)
				id := b.add(byID(a.ID), test.email)
				time.Sleep(80 * time.Hour)
				b.endsAs(id, test.want, test.says)
			})
		})
	}
}

func TestAnAffiliateThatIsDeletedMeanwhile(t *testing.T) {
	for name, test := range map[string]struct {
		unknowns sandbox.Unknowns
		want     attribution.Status
		says     string
	}{
		"Keap refuses it": {sandbox.Unknowns{}, attribution.Held, "no longer in Keap"},
		"Keap takes it":   {sandbox.Unknowns{AcceptUnknownPartner: true}, attribution.Credited, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBubble(t, sandbox.Options{Limits: serviceKey, Unknowns: test.unknowns})
				known := attribution.Affiliate{ID: "4711", Code: "gone", Status: "ACTIVE"} // from an earlier sync
				if err := b.store.PutAffiliate(context.Background(), account, known, time.Now()); err != nil {
					t.Fatal(err)
				}
				b.box.AddContact("ann@example.com", "Ann", "")
				id := b.add(byID("4711"), "ann@example.com")
				time.Sleep(80 * time.Hour)
				b.endsAs(id, test.want, test.says)
			})
		})
	}
}

// endsAs wants an opt-in in a state that lasts, with its reason, and that Keap is left alone.
func (b *bubble) endsAs(id uuid.UUID, want attribution.Status, says string) {
	b.t.Helper()
	if o := b.get(id); o.Status != want || !strings.Contains(o.Reason, says) {
		b.t.Errorf("it is %s, %q; want %s, %q", o.Status, o.Reason, want, says)
	}
	open, err := b.store.Jobs(context.Background(), account, store.Ready, "", 10)
	if err != nil || len(open) > 0 {
		b.t.Errorf("jobs are open: %+v, %v", open, err)
	}
	if n := calls(b.box); n > 80 {
		b.t.Errorf("%d calls for one opt-in: %v", n, b.box.Calls())
	}
	before := calls(b.box)
	time.Sleep(80 * time.Hour)
	if n := calls(b.box); n != before {
		b.t.Errorf("%d calls after the end", n-before)
	}
}
