package reconcile_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/credit"
	"tributary/internal/keap"
	"tributary/internal/keap/keaptest"
	"tributary/internal/keap/sandbox"
	"tributary/internal/outbox"
	"tributary/internal/reconcile"
	"tributary/internal/store"
	"tributary/internal/store/boltstore"
	"tributary/internal/vault"
)

const account = attribution.DefaultAccount

// world is a store, Keap's sandbox, the outbox between them, and a reconciler.
type world struct {
	t     *testing.T
	store *boltstore.Store
	vault *vault.Vault
	box   *sandbox.Sandbox
	keap  *keap.Client
	rec   *reconcile.Reconciler
	maple sandbox.Affiliate
	end   func() // of rec
}

func newWorld(t *testing.T, change func(*reconcile.Options)) *world {
	t.Helper()
	st, err := boltstore.Open(boltstore.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	v, err := vault.New(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	box, url := keaptest.Serve(t, sandbox.Options{})
	w := &world{t: t, store: st, vault: v, box: box, keap: keaptest.Client(t, url), maple: box.AddAffiliate(sandbox.Affiliate{Code: "maple", Name: "Maple Club"})}
	o := reconcile.Options{Store: st, Keap: w.keap, Account: account, Margin: time.Nanosecond, Pause: time.Millisecond, Page: 7}
	if change != nil {
		change(&o)
	}
	w.rec = reconcile.New(o)
	t.Cleanup(func() {
		if err := st.Check(context.Background()); err != nil {
			t.Errorf("the store does not hold together: %v", err)
		}
		st.Close()
	})
	w.end = w.background(w.rec.Run) // it ends before the store is checked
	return w
}

// background runs something until the test ends, or until it is stopped.
func (w *world) background(run func(context.Context)) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); run(ctx) }()
	stop = func() { cancel(); <-done }
	w.t.Cleanup(stop)
	return stop
}

// deliver runs the outbox until nothing is due.
func (w *world) deliver() {
	w.t.Helper()
	box := outbox.New(w.store, credit.New(w.store, w.keap, w.vault, credit.Options{Settle: time.Millisecond}), outbox.Options{
		Poll: time.Millisecond, Schedule: outbox.Schedule{Base: 3 * time.Millisecond, Cap: 10 * time.Millisecond, Span: time.Hour},
	})
	stop := w.background(box.Run)
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		u, err := w.store.Usage(w.t.Context())
		if err != nil {
			w.t.Fatal(err)
		}
		if u.Jobs[store.Ready]+u.Jobs[store.Sending] == 0 {
			break
		}
	}
	stop()
}

// optIn stores an opt-in for maple.
func (w *world) optIn(email string) uuid.UUID {
	w.t.Helper()
	key, sealed, err := w.vault.Seal(attribution.Person{Email: email})
	if err != nil {
		w.t.Fatal(err)
	}
	now := time.Now().UTC().Truncate(time.Millisecond)
	out, err := w.store.Ingest(w.t.Context(), account, attribution.DefaultPolicy, []attribution.Event{{
		ID: uuid.Must(uuid.NewV7()), Type: attribution.OptedIn, At: now, Received: now, Visitor: uuid.New(), Person: key, Sealed: sealed,
		Via: attribution.ViaForm, Latest: attribution.Touch{Ref: attribution.Ref{Kind: attribution.ByID, Value: w.maple.ID}, At: now},
	}})
	if err != nil {
		w.t.Fatal(err)
	}
	return out[0].OptIn
}

// credited stores opt-ins and has them credited.
func (w *world) credited(emails ...string) (ids []uuid.UUID) {
	w.t.Helper()
	for _, email := range emails {
		w.box.AddContact(email, "", "")
		ids = append(ids, w.optIn(email))
	}
	w.deliver()
	for _, id := range ids {
		if o := w.get(id); o.Status != attribution.Credited {
			w.t.Fatalf("not credited: %+v", o)
		}
	}
	return ids
}

func (w *world) get(id uuid.UUID) attribution.OptIn {
	w.t.Helper()
	o, err := w.store.OptIn(w.t.Context(), account, id)
	if err != nil {
		w.t.Fatal(err)
	}
	return o
}

func (w *world) run(fix bool) reconcile.Report {
	w.t.Helper()
	time.Sleep(2 * time.Millisecond) // nothing of the test happens in the millisecond of the start
	begun, err := w.rec.Start(fix)
	if err != nil {
		w.t.Fatal(err)
	}
	for deadline := time.Now().Add(60 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		report, err := w.rec.Latest(w.t.Context())
		if err != nil {
			w.t.Fatal(err)
		}
		if report.ID == begun.ID && report.State != reconcile.Running {
			return report
		}
	}
	w.t.Fatal("the comparison does not end")
	return reconcile.Report{}
}

// want holds what was found against what should be.
func (w *world) want(r reconcile.Report, fixed int64, found map[reconcile.Kind]int64) {
	w.t.Helper()
	if r.State != reconcile.Finished || fmt.Sprint(r.Counts.Found) != fmt.Sprint(found) || r.Counts.Fixed != fixed {
		w.t.Errorf("report %s %q, found %v, fixed %d, rows %+v; want %v, fixed %d", r.State, r.Reason, r.Counts.Found, r.Counts.Fixed, r.Rows, found, fixed)
	}
}

func (w *world) total() (sum attribution.Tally) {
	w.t.Helper()
	hours, err := w.store.Counters(w.t.Context(), account, attribution.Ref{Kind: attribution.ByID, Value: w.maple.ID}, 0, attribution.HourOf(time.Now())+100)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, h := range hours {
		sum = sum.Add(h.Tally)
	}
	return sum
}

func emails(n int) (all []string) {
	for i := range n {
		all = append(all, fmt.Sprintf("person%d@example.com", i))
	}
	return all
}

func TestNothingRunYet(t *testing.T) {
	w := newWorld(t, nil)
	if r, err := w.rec.Latest(t.Context()); err != nil || r.State != reconcile.Never {
		t.Errorf("latest %+v, %v", r, err)
	}
	if b, err := w.rec.Backfill(t.Context()); err != nil || b.State != reconcile.Never {
		t.Errorf("backfill %+v, %v", b, err)
	}
}

func TestAllIsWell(t *testing.T) {
	w := newWorld(t, nil)
	w.credited(emails(20)...)
	r := w.run(true)
	w.want(r, 0, map[reconcile.Kind]int64{})
	if r.Counts.Referrals != 20 || r.Counts.Credited != 20 || r.Counts.Matched != 20 || len(r.Rows) != 0 || r.Differences() != 0 {
		t.Errorf("counts %+v", r.Counts)
	}
	if len(r.ByAffiliate) != 1 || r.ByAffiliate[0] != (reconcile.AffiliateRow{Affiliate: w.maple.ID, Code: "maple", Name: "Maple Club", OptIns: 20, People: 20, Credited: 20, InKeap: 20}) {
		t.Errorf("by affiliate %+v", r.ByAffiliate)
	}
	if !strings.Contains(r.Explanation, "Num opt ins") {
		t.Errorf("explanation %q", r.Explanation)
	}
	if r.Counts.Calls > 10 { // three pages of 7, and the contacts of each
		t.Errorf("%d calls of Keap", r.Counts.Calls)
	}
}

func TestWhatKeapLacksIsLookedForAndWrittenAgain(t *testing.T) {
	w := newWorld(t, nil)
	ids := w.credited(emails(5)...)
	lost := w.get(ids[2])
	w.box.DropReferral(lost.ReferralID)
	r := w.run(false)
	w.want(r, 0, map[reconcile.Kind]int64{reconcile.Missing: 1})
	if row := r.Rows[0]; row.OptIn != lost.ID.String() || !row.Fixable || row.Fixed || row.Advice == "" || row.ReferralID != lost.ReferralID {
		t.Errorf("row %+v", row)
	}
	if w.get(lost.ID).Status != attribution.Credited || w.total().Referrals != 5 {
		t.Error("a comparison without fix has changed something")
	}
	w.want(w.run(true), 1, map[reconcile.Kind]int64{reconcile.Missing: 1})
	if got := w.total(); got.Referrals != 4 {
		t.Errorf("counted %+v", got)
	}
	writes := w.box.Calls()["createReferral"]
	if len(w.box.Referrals()) != 4 || writes != 5 {
		t.Error("the comparison itself has written to Keap")
	}
	w.deliver()
	if o := w.get(lost.ID); o.Status != attribution.Credited || o.ReferralID == lost.ReferralID || o.ContactID != lost.ContactID || w.total().Referrals != 5 {
		t.Errorf("written again: %+v", o)
	}
	w.want(w.run(false), 0, map[reconcile.Kind]int64{})
}

func TestAReferralThatWentWithItsContactIsLeftAlone(t *testing.T) {
	w := newWorld(t, nil)
	ids := w.credited(emails(3)...)
	o := w.get(ids[0])
	w.box.DropReferral(o.ReferralID)
	w.box.DropContact(o.ContactID)
	w.want(w.run(true), 0, map[reconcile.Kind]int64{reconcile.MissingContact: 1})
	if w.get(ids[0]).Status != attribution.Credited {
		t.Error("a person whom somebody deleted in Keap is due again")
	}
}

// TestTheWrongKeapApp is a key of another tenant: nothing of ours is there, and none of it must be written there.
func TestTheWrongKeapApp(t *testing.T) {
	w := newWorld(t, nil)
	ids := w.credited(emails(30)...)
	for _, r := range w.box.Referrals() {
		w.box.DropReferral(r.ID)
	}
	r := w.run(true)
	w.want(r, 0, map[reconcile.Kind]int64{reconcile.MissingUnfixed: 30})
	if w.get(ids[0]).Status != attribution.Credited || r.Differences() != 30 || !strings.Contains(r.Rows[0].Advice, "Keap app") {
		t.Errorf("rows %+v", r.Rows[0])
	}
}

func TestAReferralOfAnotherProgramIsNotMissing(t *testing.T) {
	w := newWorld(t, nil)
	id := w.credited("ann@example.com")[0]
	o := w.get(id)
	w.box.DropReferral(o.ReferralID)
	other := w.box.AddReferral(sandbox.Referral{ContactID: o.ContactID, ReferralPartnerID: w.maple.ID, Source: "iTracker"})
	if done, err := w.store.Correct(t.Context(), account, time.Now(), store.Correction{Seen: o, Status: attribution.Credited, ContactID: o.ContactID, ReferralID: other.ID}); !done || err != nil {
		t.Fatal(done, err)
	}
	w.want(w.run(true), 0, map[reconcile.Kind]int64{})
}

func TestWhatKeapHasIsMarkedAsCredited(t *testing.T) {
	w := newWorld(t, nil)
	w.credited("warm@example.com")
	id := w.optIn("ann@example.com") // the program ended before it noted what it wrote
	c := w.box.AddContact("ann@example.com", "", "")
	r := w.box.AddReferral(sandbox.Referral{ContactID: c.ID, ReferralPartnerID: w.maple.ID, Source: "tributary:" + id.String()})
	w.want(w.run(false), 0, map[reconcile.Kind]int64{reconcile.NotCredited: 1})
	w.want(w.run(true), 1, map[reconcile.Kind]int64{reconcile.NotCredited: 1})
	if o := w.get(id); o.Status != attribution.Credited || o.ReferralID != r.ID || o.ContactID != c.ID || w.total().Referrals != 2 {
		t.Errorf("marked: %+v", o)
	}
	w.deliver()
	if len(w.box.Referrals()) != 2 {
		t.Error("it was written a second time")
	}
	w.want(w.run(false), 0, map[reconcile.Kind]int64{})
}

func TestMergedContactsAreFollowed(t *testing.T) {
	w := newWorld(t, nil)
	o := w.get(w.credited("ann@example.com")[0])
	stays := w.box.AddContact("anne@example.com", "", "")
	if err := w.box.MergeContacts(sandbox.Merge{From: o.ContactID, Into: stays.ID}); err != nil {
		t.Fatal(err)
	}
	w.want(w.run(false), 0, map[reconcile.Kind]int64{reconcile.MergedContact: 1})
	w.want(w.run(true), 1, map[reconcile.Kind]int64{reconcile.MergedContact: 1})
	if got := w.get(o.ID); got.ContactID != stays.ID || got.Status != attribution.Credited || w.total().Referrals != 1 {
		t.Errorf("followed: %+v", got)
	}
	w.want(w.run(false), 0, map[reconcile.Kind]int64{})
}

// TestWhatNobodyCanDecideIsListed and never touched, however often it is to be fixed.
func TestWhatNobodyCanDecideIsListed(t *testing.T) {
	w := newWorld(t, nil)
	ids := w.credited(emails(6)...)
	birch := w.box.AddAffiliate(sandbox.Affiliate{Code: "birch"})
	orphan, double, moved, partner := w.get(ids[0]), w.get(ids[1]), w.get(ids[2]), w.get(ids[3])
	w.box.DropContact(orphan.ContactID)
	tag := func(o attribution.OptIn) string { return "tributary:" + o.ID.String() }
	w.box.AddReferral(sandbox.Referral{ContactID: double.ContactID, ReferralPartnerID: w.maple.ID, Source: tag(double)})
	elsewhere := w.box.AddContact("else@example.com", "", "")
	w.box.DropReferral(moved.ReferralID)
	w.box.AddReferral(sandbox.Referral{ContactID: elsewhere.ID, ReferralPartnerID: w.maple.ID, Source: tag(moved)})
	w.box.DropReferral(partner.ReferralID)
	w.box.AddReferral(sandbox.Referral{ContactID: partner.ContactID, ReferralPartnerID: birch.ID, Source: strings.ToUpper(tag(partner))})
	w.box.AddReferral(sandbox.Referral{ContactID: elsewhere.ID, ReferralPartnerID: birch.ID, Source: "tributary:" + uuid.NewString()})
	w.box.AddReferral(sandbox.Referral{ContactID: elsewhere.ID, Source: "tributary:<script>"})
	before := fmt.Sprint(w.get(ids[0]), w.get(ids[1]), w.get(ids[2]), w.get(ids[3]), w.box.Referrals())
	want := map[reconcile.Kind]int64{
		reconcile.DeletedContact: 1, reconcile.DuplicateTag: 1, reconcile.OtherContact: 1, reconcile.OtherPartner: 1, reconcile.Unknown: 2,
	}
	for range 2 {
		r := w.run(true)
		w.want(r, 0, want)
		for _, row := range r.Rows {
			if row.Reason == "" || row.Advice == "" || row.Fixable {
				t.Errorf("row %+v", row)
			}
		}
		if !slices.ContainsFunc(r.ByAffiliate, func(a reconcile.AffiliateRow) bool {
			return a.Affiliate == birch.ID && a.InKeap == 2 && a.Difference == -2
		}) {
			t.Errorf("by affiliate %+v", r.ByAffiliate)
		}
	}
	if after := fmt.Sprint(w.get(ids[0]), w.get(ids[1]), w.get(ids[2]), w.get(ids[3]), w.box.Referrals()); after != before {
		t.Errorf("touched:\n%s\n%s", before, after)
	}
}

func TestAnErasedPersonIsNoDifference(t *testing.T) {
	w := newWorld(t, nil)
	o := w.get(w.credited("ann@example.com")[0])
	if _, err := w.store.Erase(t.Context(), account, o.Person, time.Now()); err != nil {
		t.Fatal(err)
	}
	r := w.run(true)
	w.want(r, 0, map[reconcile.Kind]int64{})
	if len(r.ByAffiliate) != 1 || r.ByAffiliate[0].Difference != 0 || r.ByAffiliate[0].Imported != 0 {
		t.Errorf("by affiliate %+v", r.ByAffiliate)
	}
}

func TestWhatIsOnItsWayIsNoDifference(t *testing.T) {
	w := newWorld(t, func(o *reconcile.Options) { o.Margin = time.Minute })
	ids := w.credited(emails(2)...)
	w.box.DropReferral(w.get(ids[0]).ReferralID)
	r := w.run(true)
	w.want(r, 0, map[reconcile.Kind]int64{})
	if r.Counts.InFlight != 2 {
		t.Errorf("counts %+v", r.Counts)
	}
}

func TestKeapFailsDuringTheRun(t *testing.T) {
	w := newWorld(t, nil)
	w.credited(emails(10)...)
	for _, f := range []sandbox.Fault{
		{Operation: "listReferrals", Kind: sandbox.Status503, Times: 2}, {Operation: "listReferrals", Kind: sandbox.Truncated},
		{Operation: "listContacts", Kind: sandbox.Reset, Times: 2}, {Operation: "listContacts", Kind: sandbox.Status429, RetryAfter: "0"},
	} {
		if err := w.box.AddFault(f); err != nil {
			t.Fatal(err)
		}
	}
	w.want(w.run(true), 0, map[reconcile.Kind]int64{})
	if err := w.box.AddFault(sandbox.Fault{Operation: "listReferrals", Kind: sandbox.Status401, Times: 100}); err != nil {
		t.Fatal(err)
	}
	r := w.run(true)
	if r.State != reconcile.Broken || r.Reason == "" || len(r.Rows) != 0 {
		t.Errorf("a refused key: %+v", r)
	}
	if _, err := w.rec.Start(false); err != nil {
		t.Errorf("after a failed run: %v", err)
	}
}

// TestAListThatIsCutInTheMiddle must not pass for all that Keap has.
func TestAListThatIsCutInTheMiddle(t *testing.T) {
	w := newWorld(t, nil)
	w.credited(emails(10)...)
	if err := w.box.AddFault(sandbox.Fault{Operation: "listReferrals", Kind: sandbox.Blank200, Times: 100}); err != nil {
		t.Fatal(err)
	}
	if r := w.run(true); r.State != reconcile.Broken || r.Counts.Fixed != 0 {
		t.Errorf("%+v", r)
	}
}

func TestOneRunAtATime(t *testing.T) {
	w := newWorld(t, nil)
	w.credited(emails(3)...)
	if err := w.box.AddFault(sandbox.Fault{Operation: "listReferrals", Kind: sandbox.SlowBody, Delay: sandbox.Duration(200 * time.Millisecond)}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.rec.Start(false); err != nil {
		t.Fatal(err)
	}
	if r, err := w.rec.Start(true); !errors.Is(err, reconcile.ErrRunning) || r.Fix {
		t.Errorf("a second run: %+v, %v", r, err)
	}
}

// TestByItself runs a comparison when the last one is a day old.
func TestByItself(t *testing.T) {
	w := newWorld(t, func(o *reconcile.Options) { o.Every = time.Hour })
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if r, err := w.rec.Latest(t.Context()); err == nil && r.State == reconcile.Finished {
			return
		}
	}
	t.Fatal("nothing was run")
}

// TestManyRowsAreBounded: counts are of all, rows are the first.
func TestManyRowsAreBounded(t *testing.T) {
	w := newWorld(t, func(o *reconcile.Options) { o.Page = 1000 })
	for range 700 {
		w.box.AddReferral(sandbox.Referral{ContactID: "1", Source: "tributary:" + uuid.NewString()})
	}
	r := w.run(false)
	if r.Counts.Found[reconcile.Unknown] != 700 || len(r.Rows) != 200 || r.RowsLeftOut != 500 {
		t.Errorf("%d rows, %d left out, found %v", len(r.Rows), r.RowsLeftOut, r.Counts.Found)
	}
	if text, err := json.Marshal(r); err != nil || len(text) > 1<<20 {
		t.Errorf("a report of %d bytes, %v", len(text), err)
	}
}

// many is a Keap with n referrals under our tag, of opt-ins that are not here, without a server.
type many struct{ n int }

func (m many) Contacts(context.Context, []string) ([]keap.Contact, error) { return nil, nil }

func (m many) Referrals(_ context.Context, _ keap.ReferralFilter, token string, size int) (page []keap.Referral, next string, err error) {
	from := 0
	fmt.Sscan(token, &from)
	for i := from; i < min(m.n, from+size); i++ {
		id := uuid.NewSHA1(uuid.Nil, fmt.Append(nil, i))
		page = append(page, keap.Referral{ID: fmt.Sprint(500000 + i), ContactID: fmt.Sprint(i), ReferralPartnerID: "7", ReferralTime: time.Now(), Source: "tributary:" + id.String()})
	}
	if from+size < m.n {
		next = fmt.Sprint(from + size)
	}
	return page, next, nil
}

// TestAHundredThousand holds the memory of a long run. TRIBUTARY_LONG=1 takes a million.
func TestAHundredThousand(t *testing.T) {
	n := 100_000
	if os.Getenv("TRIBUTARY_LONG") != "" {
		n = 1_000_000
	}
	var peak uint64
	w := newWorld(t, func(o *reconcile.Options) {
		o.Page = 1000
		o.Keap = watched{many{n}, func() {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapInuse)
		}}
	})
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	r := w.run(false)
	if r.Counts.Referrals != int64(n) {
		t.Errorf("counts %+v", r.Counts)
	}
	if grown := int64(peak) - int64(before.HeapInuse); grown > 48<<20 {
		t.Errorf("the heap grew by %d MB", grown>>20)
	}
}

type watched struct {
	reconcile.Keap
	each func()
}

func (w watched) Referrals(ctx context.Context, f keap.ReferralFilter, token string, size int) ([]keap.Referral, string, error) {
	w.each()
	return w.Keap.Referrals(ctx, f, token, size)
}
