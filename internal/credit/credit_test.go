package credit_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/credit"
	"tributary/internal/keap"
	"tributary/internal/keap/keaptest"
	"tributary/internal/keap/sandbox"
	"tributary/internal/outbox"
	"tributary/internal/settings"
	"tributary/internal/store"
	"tributary/internal/store/boltstore"
	"tributary/internal/vault"
)

const account = attribution.DefaultAccount

// world is a store, Keap's sandbox behind the referee, and the outbox between them, with everything quick.
type world struct {
	t     *testing.T
	store *boltstore.Store
	vault *vault.Vault
	box   *sandbox.Sandbox
	box2  *outbox.Outbox

	crediter *credit.Crediter
	settings atomic.Pointer[settings.Settings]
	renewed  atomic.Int64 // how often all links became others
}

func newWorld(t *testing.T, o sandbox.Options) *world {
	t.Helper()
	st, err := boltstore.Open(boltstore.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	v, err := vault.New(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	box, url := keaptest.Serve(t, o)
	client := keaptest.Client(t, url, func(c *keap.Config) { c.Timeout = 400 * time.Millisecond })
	w := &world{t: t, store: st, vault: v, box: box}
	w.set(func(*settings.Settings) {})
	w.crediter = credit.New(st, client, v, credit.Options{Settle: time.Second, Coalesce: 50 * time.Millisecond, Settings: w.current, Seal: v.Seal, Link: w.link, LinkPace: time.Millisecond})
	w.box2 = outbox.New(st, w.crediter, outbox.Options{
		Workers: 8, Poll: 5 * time.Millisecond, Lease: 20 * time.Second,
		Schedule: outbox.Schedule{Base: 20 * time.Millisecond, Cap: 300 * time.Millisecond, Span: time.Minute},
	})
	t.Cleanup(w.close)
	return w
}

func (w *world) close() {
	if err := w.store.Check(context.Background()); err != nil {
		w.t.Errorf("the store does not hold together: %v", err)
	}
	w.store.Close()
}

// start runs the outbox until the test ends.
func (w *world) start() {
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); w.box2.Run(ctx) }()
	w.t.Cleanup(func() { stop(); <-done })
}

func (w *world) optIn(ref attribution.Ref, email string) uuid.UUID {
	w.t.Helper()
	return w.optInOf(ref, attribution.Person{Email: email, IP: "192.0.2.7"})
}

func (w *world) optInOf(ref attribution.Ref, p attribution.Person) uuid.UUID {
	w.t.Helper()
	return w.optInAt(ref, p, time.Now())
}

func (w *world) optInAt(ref attribution.Ref, p attribution.Person, at time.Time) uuid.UUID {
	w.t.Helper()
	key, sealed, err := w.vault.Seal(p)
	if err != nil {
		w.t.Fatal(err)
	}
	now := at.UTC().Truncate(time.Millisecond)
	out, err := w.store.Ingest(context.Background(), account, attribution.DefaultPolicy, []attribution.Event{{
		ID: uuid.Must(uuid.NewV7()), Type: attribution.OptedIn, At: now, Received: time.Now().UTC().Truncate(time.Millisecond), Visitor: uuid.New(), Person: key, Sealed: sealed,
		Via: attribution.ViaForm, Latest: attribution.Touch{Ref: ref, At: now.Add(-time.Minute)}, Form: attribution.Form{ID: "signup"},
		UTM: attribution.UTM{Source: "newsletter"},
	}})
	if err != nil {
		w.t.Fatal(err)
	}
	return out[0].OptIn
}

func (w *world) get(id uuid.UUID) attribution.OptIn {
	w.t.Helper()
	o, err := w.store.OptIn(context.Background(), account, id)
	if err != nil {
		w.t.Fatal(err)
	}
	return o
}

// await waits until an opt-in has a status.
func (w *world) await(id uuid.UUID, want attribution.Status) attribution.OptIn {
	w.t.Helper()
	deadline := time.Now().Add(40 * time.Second)
	for time.Now().Before(deadline) {
		if o := w.get(id); o.Status == want {
			return o
		}
		time.Sleep(5 * time.Millisecond)
	}
	w.t.Fatalf("opt-in is not %s: %+v", want, w.get(id))
	return attribution.OptIn{}
}

func byID(id string) attribution.Ref { return attribution.Ref{Kind: attribution.ByID, Value: id} }
func byCode(code string) attribution.Ref {
	return attribution.Ref{Kind: attribution.ByCode, Value: code}
}

func TestAnOptInIsCreditedWithThreeCalls(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	a := w.box.AddAffiliate(sandbox.Affiliate{Code: "maple"})
	contact := w.box.AddContact("ann@example.com", "Ann", "Example")
	w.start()
	warm := w.optIn(byID(a.ID), "warm@example.com") // makes the affiliate known
	w.await(warm, attribution.Waiting)
	w.box.AddContact("warm@example.com", "", "")
	w.await(warm, attribution.Credited)
	before := calls(w.box)
	id := w.optIn(byCode("maple"), "ann@example.com")
	o := w.await(id, attribution.Credited)
	if n := calls(w.box) - before; n != 3 {
		t.Errorf("%d calls for one opt-in, want 3", n)
	}
	var got sandbox.Referral
	for _, r := range w.box.Referrals() {
		if r.Source == "tributary:"+id.String() {
			got = r
		}
	}
	if got.ContactID != contact.ID || got.ReferralPartnerID != a.ID || got.IPAddress != "192.0.2.7" || o.ReferralID != got.ID {
		t.Errorf("referral %+v of opt-in %+v", got, o)
	}
}

func calls(box *sandbox.Sandbox) (sum int) {
	for _, n := range box.Calls() {
		sum += n
	}
	return sum
}

// TestExactlyOnce is the promise: whatever happens to the write and its answer, each opt-in makes one referral.
func TestExactlyOnce(t *testing.T) {
	const n = 100
	for name, faults := range map[string][]sandbox.Fault{
		"no fault":                   nil,
		"applied, then cut":          {{Operation: "createReferral", Kind: sandbox.ApplyThenReset, Times: n}},
		"applied, answer held":       {{Operation: "createReferral", Kind: sandbox.ApplyThenHang, Times: n / 2, Delay: sandbox.Duration(2 * time.Second)}},
		"applied, then 500":          {{Operation: "createReferral", Kind: sandbox.ApplyThen500, Times: n}},
		"500 before":                 {{Operation: "createReferral", Kind: sandbox.Status500, Times: n}},
		"applied long after the cut": {{Operation: "createReferral", Kind: sandbox.LateApply, Times: n / 2, Delay: sandbox.Duration(300 * time.Millisecond)}},
		"a mixture, looks included": {
			{Operation: "createReferral", Kind: sandbox.ApplyThenReset, Probability: 0.3, Seed: 1},
			{Operation: "createReferral", Kind: sandbox.Status503, Probability: 0.1, Seed: 2},
			{Operation: "createReferral", Kind: sandbox.Truncated, Probability: 0.2, Seed: 3},
			{Operation: "listReferrals", Kind: sandbox.Status502, Probability: 0.2, Seed: 4},
			{Operation: "listReferrals", Kind: sandbox.HTML, Probability: 0.1, Seed: 5},
			{Operation: "listContacts", Kind: sandbox.Reset, Probability: 0.2, Seed: 6},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Options{})
			a := w.box.AddAffiliate(sandbox.Affiliate{Code: "maple"})
			for _, f := range faults {
				if err := w.box.AddFault(f); err != nil {
					t.Fatal(err)
				}
			}
			ids := make([]uuid.UUID, n)
			for i := range ids {
				email := fmt.Sprintf("person%d@example.com", i)
				w.box.AddContact(email, "", "")
				ids[i] = w.optIn(byID(a.ID), email)
			}
			w.start()
			for _, id := range ids {
				w.await(id, attribution.Credited)
			}
			w.box.Settle()
			onceEach(t, w.box, n)
		})
	}
}

// onceEach wants n opt-ins with a referral each, beside those that others wrote.
func onceEach(t *testing.T, box *sandbox.Sandbox, n int, others ...int) {
	t.Helper()
	all := n
	for _, more := range others {
		all += more
	}
	seen := map[string]int{}
	for _, r := range box.Referrals() {
		if strings.HasPrefix(r.Source, "tributary:") {
			seen[r.Source]++
		}
	}
	if len(seen) != n || len(box.Referrals()) != all {
		t.Errorf("%d referrals of %d opt-ins, want %d of %d", len(box.Referrals()), len(seen), all, n)
	}
}

func TestAnUnknownAffiliateHoldsUntilKeapKnowsIt(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.box.AddContact("ann@example.com", "", "")
	w.start()
	id := w.optIn(byCode("latecomer"), "ann@example.com")
	o := w.await(id, attribution.Held)
	if !strings.Contains(o.Reason, "latecomer") || !strings.Contains(o.Reason, "create it in Keap") {
		t.Errorf("reason %q", o.Reason)
	}
	w.box.AddAffiliate(sandbox.Affiliate{Code: "latecomer"})
	w.await(id, attribution.Credited)
	onceEach(t, w.box, 1)
}

func TestAnInactiveAffiliateIsHeld(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	a := w.box.AddAffiliate(sandbox.Affiliate{Code: "asleep", Status: "INACTIVE"})
	w.box.AddContact("ann@example.com", "", "")
	w.start()
	if o := w.await(w.optIn(byID(a.ID), "ann@example.com"), attribution.Held); !strings.Contains(o.Reason, "inactive") {
		t.Errorf("reason %q", o.Reason)
	}
	if len(w.box.Referrals()) != 0 {
		t.Error("an inactive affiliate was credited")
	}
}

func TestAKeyThatKeapRefusesPausesAndLosesNothing(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	a := w.box.AddAffiliate(sandbox.Affiliate{Code: "maple"})
	w.box.AddContact("ann@example.com", "", "")
	if err := w.box.AddFault(sandbox.Fault{Operation: "*", Kind: sandbox.Status401, Times: 1000}); err != nil {
		t.Fatal(err)
	}
	w.start()
	id := w.optIn(byID(a.ID), "ann@example.com")
	deadline := time.Now().Add(10 * time.Second)
	for w.box2.Paused() == "" && time.Now().Before(deadline) {
		time.Sleep(5 * time.Millisecond)
	}
	if why := w.box2.Paused(); !strings.Contains(why, "--keap-key") {
		t.Fatalf("paused: %q", why)
	}
	if o := w.get(id); o.Status != attribution.Received {
		t.Errorf("the opt-in became %s", o.Status)
	}
	jobs, err := w.store.Jobs(context.Background(), account, store.Ready, "", 10)
	if err != nil || len(jobs) == 0 {
		t.Errorf("jobs %+v, %v", jobs, err)
	}
}

// TestACodeInAnotherCaseIsTheAffiliates is a link that a person typed; what the owner told of the affiliate stays.
func TestACodeInAnotherCaseIsTheAffiliates(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	a := w.box.AddAffiliate(sandbox.Affiliate{Code: "Maple", Name: "Maple Club"})
	key, sealed, err := w.vault.Seal(attribution.Person{Email: "club@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	told := attribution.Affiliate{ID: a.ID, Email: attribution.SealedEmail{Key: key, Sealed: sealed}}
	if err := w.store.PutAffiliate(context.Background(), account, told, time.Now()); err != nil {
		t.Fatal(err)
	}
	w.box.AddContact("ann@example.com", "Ann", "Example")
	w.start()
	if o := w.await(w.optIn(byCode("mAPLE"), "ann@example.com"), attribution.Credited); o.Ref != byID(a.ID) {
		t.Errorf("earned for %s, want %s", o.Ref, a.ID)
	}
	known, err := w.store.Affiliate(context.Background(), account, byCode("mAPLE"))
	if err != nil || known.ID != a.ID || known.Code != "Maple" || known.Email.Key != key {
		t.Errorf("known as %+v, %v", known, err)
	}
}
