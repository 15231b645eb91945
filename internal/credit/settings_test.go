package credit_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/keap/sandbox"
	"tributary/internal/outbox"
	"tributary/internal/settings"
	"tributary/internal/store"
)

// set changes the settings for what is delivered from now on.
func (w *world) set(change func(*settings.Settings)) {
	s := settings.Default(attribution.DefaultPolicy)
	if old := w.settings.Load(); old != nil {
		s = *old
	}
	change(&s)
	w.settings.Store(&s)
}

func (w *world) current(context.Context, attribution.AccountID) (settings.Settings, error) {
	return *w.settings.Load(), nil
}

// awaitStep waits until an opt-in's trace has a step, and returns its detail.
func (w *world) awaitStep(id uuid.UUID, step string) string {
	w.t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for time.Now().Before(deadline) {
		for _, s := range w.get(id).Trace {
			if s.Step == step {
				return s.Detail
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
	w.t.Fatalf("no step %s: %+v", step, w.get(id).Trace)
	return ""
}

// awaitParked waits until a job is parked, and returns its code.
func (w *world) awaitParked(kind store.JobKind) store.Job {
	w.t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for time.Now().Before(deadline) {
		jobs, err := w.store.Jobs(context.Background(), account, store.Parked, "", 10)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, j := range jobs {
			if j.Kind == kind {
				return j
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
	w.t.Fatalf("no job %s is parked", kind)
	return store.Job{}
}

func (w *world) retry(j store.Job) {
	w.t.Helper()
	if _, err := w.store.Retry(context.Background(), account, j.ID, time.Now()); err != nil {
		w.t.Fatal(err)
	}
}

func ago(d time.Duration) string { return time.Now().Add(-d).UTC().Format(time.RFC3339) }

// TestReferralsOfOthers is what an opt-in of affiliate A becomes, by what Keap has for its contact already.
func TestReferralsOfOthers(t *testing.T) {
	write := func(s *settings.Settings) { s.OtherPartner = settings.Write }
	type given struct {
		partner  string // A, B or C
		at       time.Duration
		source   string
		expired  bool
		timeless bool
	}
	const hour = time.Hour
	for name, test := range map[string]struct {
		there   []given
		change  func(*settings.Settings)
		status  attribution.Status
		reason  string
		written int
	}{
		"the same partner's by others: credited, nothing written":      {there: []given{{partner: "A", at: hour, source: "form"}}, status: attribution.Credited},
		"the same partner's, an older one of another":                  {there: []given{{partner: "B", at: 2 * hour}, {partner: "A", at: hour}}, status: attribution.Credited},
		"the same partner's, a newer one of another":                   {there: []given{{partner: "A", at: 2 * hour}, {partner: "B", at: hour}}, status: attribution.Held, reason: "is respected"},
		"by first, the same partner's before another's":                {there: []given{{partner: "A", at: 2 * hour}, {partner: "B", at: hour}}, change: func(s *settings.Settings) { s.Rule = attribution.First }, status: attribution.Credited},
		"ours of the same partner: an opt-in of its own":               {there: []given{{partner: "A", at: 100 * hour, source: "tributary:x"}}, status: attribution.Credited, written: 1},
		"another partner's by others: respected":                       {there: []given{{partner: "B", at: hour, source: "form"}}, status: attribution.Held, reason: "affiliate 103 has referral"},
		"another partner's by others: written by setting":              {there: []given{{partner: "B", at: hour}}, change: write, status: attribution.Credited, written: 1},
		"another partner's, written by us: the rule decides":           {there: []given{{partner: "B", at: hour, source: "tributary:y"}}, status: attribution.Credited, written: 1},
		"another partner's, newer than the opt-in: never written late": {there: []given{{partner: "B", at: -hour}}, change: write, status: attribution.Held, reason: "could take that credit away"},
		"ours of another partner, newer than the opt-in":               {there: []given{{partner: "B", at: -hour, source: "tributary:z"}}, status: attribution.Held, reason: "is not newer"},
		"another partner's without a time":                             {there: []given{{partner: "B", timeless: true}}, change: write, status: attribution.Held, reason: "without a time"},
		"late, by setting":                                             {there: []given{{partner: "B", at: -hour}}, change: func(s *settings.Settings) { write(s); s.Late = settings.Write }, status: attribution.Credited, written: 1},
		"another partner's that has expired":                           {there: []given{{partner: "B", at: 200 * hour, expired: true}}, status: attribution.Credited, written: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Options{})
			contact := w.box.AddContact("ann@example.com", "", "")
			ids := map[string]string{}
			for _, p := range []string{"A", "B", "C"} {
				ids[p] = w.box.AddAffiliate(sandbox.Affiliate{Code: "code" + p}).ID
			}
			ids["B"] = w.box.AddAffiliate(sandbox.Affiliate{ID: "103", Code: "codeB2"}).ID
			for _, g := range test.there {
				r := sandbox.Referral{ContactID: contact.ID, ReferralPartnerID: ids[g.partner], ReferralTime: ago(g.at), Source: g.source, ReferralType: "COOKIE"}
				if g.expired {
					r.ExpirationTime = ago(time.Hour)
				}
				if g.timeless {
					r.ReferralTime = ""
				}
				w.box.AddReferral(r)
			}
			if test.change != nil {
				w.set(test.change)
			}
			w.start()
			o := w.await(w.optIn(byID(ids["A"]), "ann@example.com"), test.status)
			if !strings.Contains(o.Reason, test.reason) {
				t.Errorf("reason %q, want %q", o.Reason, test.reason)
			}
			if n := len(w.box.Referrals()) - len(test.there); n != test.written {
				t.Errorf("%d referrals were written, want %d", n, test.written)
			}
			if test.status == attribution.Credited && o.ReferralID == "" {
				t.Error("credited without a referral")
			}
		})
	}
}

func TestAHeldOptInGoesOnWhenTheOwnerLetsKeapDecide(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	a, b := w.box.AddAffiliate(sandbox.Affiliate{Code: "maple"}), w.box.AddAffiliate(sandbox.Affiliate{Code: "birch"})
	contact := w.box.AddContact("ann@example.com", "", "")
	w.box.AddReferral(sandbox.Referral{ContactID: contact.ID, ReferralPartnerID: b.ID, ReferralTime: ago(time.Hour)})
	w.start()
	id := w.optIn(byID(a.ID), "ann@example.com")
	w.await(id, attribution.Held)
	j := w.awaitParked(store.CreditJob)
	if j.Code != "other_partner" {
		t.Errorf("code %q", j.Code)
	}
	w.set(func(s *settings.Settings) { s.OtherPartner = settings.Write })
	w.retry(j)
	w.await(id, attribution.Credited)
	onceEach(t, w.box, 1, 1)
}

func TestTheReferralIsWrittenAsSet(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	a := w.box.AddAffiliate(sandbox.Affiliate{Code: "00123", Name: "Änn Ünïcode"})
	w.box.AddContact("ann@example.com", "", "")
	w.set(func(s *settings.Settings) {
		s.ReferralType, s.ReferralExpires, s.WriteIP = "COOKIE", settings.Span(30*24*time.Hour), false
		s.Description = "{affiliate_name} ({affiliate_code}) on {form}"
	})
	w.start()
	o := w.await(w.optIn(byCode("00123"), "ann@example.com"), attribution.Credited)
	r := w.box.Referrals()[0]
	if r.ReferralType != "COOKIE" || r.IPAddress != "" || r.Description != "Änn Ünïcode (00123) on signup" || r.ReferralPartnerID != a.ID {
		t.Errorf("referral %+v", r)
	}
	if want := o.At.UTC().Format(time.RFC3339); r.ReferralTime != want {
		t.Errorf("time %s, want that of the opt-in, %s", r.ReferralTime, want)
	}
	if want := o.At.Add(30 * 24 * time.Hour).UTC().Format(time.RFC3339); r.ExpirationTime != want {
		t.Errorf("expires %s, want %s", r.ExpirationTime, want)
	}
}

func TestAffiliatesThatGetNoCredit(t *testing.T) {
	for how, want := range map[string]attribution.Status{settings.Refuse: attribution.Refused, settings.Unattributed: attribution.Unattributed, settings.Hold: attribution.Held} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Options{})
			w.box.AddContact("ann@example.com", "", "")
			asleep := w.box.AddAffiliate(sandbox.Affiliate{Code: "asleep", Status: "INACTIVE"})
			w.set(func(s *settings.Settings) { s.UnknownAffiliate, s.InactiveAffiliate = how, how })
			w.start()
			inactive := w.await(w.optIn(byID(asleep.ID), "ann@example.com"), want)
			unknown := w.await(w.optIn(byCode("nobody"), "bob@example.com"), want)
			if !strings.Contains(inactive.Reason, "inactive in Keap") || !strings.Contains(unknown.Reason, "no affiliate with code nobody") {
				t.Errorf("reasons %q and %q", inactive.Reason, unknown.Reason)
			}
			if n := len(w.box.Referrals()); n != 0 {
				t.Errorf("%d referrals", n)
			}
		})
	}
}

// TestAnAffiliateDeletedMeanwhile: known here as active, and gone in Keap.
func TestAnAffiliateDeletedMeanwhile(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	a := w.box.AddAffiliate(sandbox.Affiliate{Code: "maple"})
	w.box.AddContact("ann@example.com", "", "")
	if _, err := w.crediter.Resolve(context.Background(), account, byID(a.ID)); err != nil {
		t.Fatal(err)
	}
	w.box.ChangeAffiliate(a.ID, func(*sandbox.Affiliate) bool { return false })
	w.start()
	id := w.optIn(byID(a.ID), "ann@example.com")
	if o := w.await(id, attribution.Held); !strings.Contains(o.Reason, "no longer in Keap") {
		t.Errorf("reason %q", o.Reason)
	}
	known, err := w.store.Affiliate(context.Background(), account, byID(a.ID))
	if err != nil || known.Gone.IsZero() {
		t.Errorf("known as %+v, %v", known, err)
	}
	w.box.AddAffiliate(sandbox.Affiliate{ID: a.ID, Code: "maple"}) // somebody restores it
	if _, err := w.crediter.Sync(context.Background(), account); err != nil {
		t.Fatal(err)
	}
	w.await(id, attribution.Credited)
}

func TestAContactIsCreatedAfterTheGraceWhenSet(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	a := w.box.AddAffiliate(sandbox.Affiliate{Code: "maple"})
	w.set(func(s *settings.Settings) {
		s.Contact, s.ContactGrace, s.OptInReason = settings.Create, settings.Span(300*time.Millisecond), "asked for it"
	})
	w.start()
	long := strings.Repeat("Ü", 300)
	id := w.optInOf(byID(a.ID), attribution.Person{Email: "ann@example.com", FirstName: long, LastName: "Lee", IP: "192.0.2.7"})
	w.await(id, attribution.Waiting)
	o := w.await(id, attribution.Credited)
	if passed := o.Trace[len(o.Trace)-1].At.Sub(o.Received); passed < 300*time.Millisecond {
		t.Errorf("created after %s, within the grace", passed)
	}
	made := w.box.Contacts()[1] // the first is the affiliate's own
	if len(made.Emails) != 1 || made.Emails[0].OptInReason != "asked for it" || made.GivenName != strings.Repeat("Ü", 40) || made.FamilyName != "Lee" || made.Origin == nil || made.Origin.IPAddress != "192.0.2.7" {
		t.Errorf("made %+v", made)
	}
	if o.ContactID != made.ID {
		t.Errorf("credited for contact %s", o.ContactID)
	}
}

// TestACreatedContactIsOneWhateverHappensToTheAnswer, and an existing one is left as it is.
func TestACreatedContactIsOneWhateverHappensToTheAnswer(t *testing.T) {
	const n = 20
	for _, kind := range []sandbox.Kind{sandbox.ApplyThenReset, sandbox.ApplyThen500, sandbox.Status503, sandbox.LateApply} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Options{})
			a := w.box.AddAffiliate(sandbox.Affiliate{Code: "maple"})
			w.set(func(s *settings.Settings) { s.Contact, s.ContactGrace = settings.Create, 0 })
			if err := w.box.AddFault(sandbox.Fault{Operation: "createContact", Kind: kind, Times: n, Delay: sandbox.Duration(200 * time.Millisecond)}); err != nil {
				t.Fatal(err)
			}
			kept := w.box.AddContact("kept@example.com", "Kept", "Name")
			var ids []uuid.UUID
			for i := range n {
				ids = append(ids, w.optIn(byID(a.ID), fmt.Sprintf("p%d@example.com", i)))
			}
			ids = append(ids, w.optInOf(byID(a.ID), attribution.Person{Email: "kept@example.com", FirstName: "Other"}))
			w.start()
			for _, id := range ids {
				w.await(id, attribution.Credited)
			}
			w.box.Settle()
			onceEach(t, w.box, n+1)
			if made := len(w.box.Contacts()); made != n+2 {
				t.Errorf("%d contacts, want %d", made, n+2)
			}
			for _, c := range w.box.Contacts() {
				if c.ID == kept.ID && c.GivenName != "Kept" {
					t.Errorf("an existing contact became %+v", c)
				}
			}
		})
	}
}

// TestAContactThatTheSearchDoesNotShowYet is not made twice: it is fetched by its id.
func TestAContactThatTheSearchDoesNotShowYet(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	a := w.box.AddAffiliate(sandbox.Affiliate{Code: "maple"})
	w.set(func(s *settings.Settings) { s.Contact, s.ContactGrace = settings.Create, 0 })
	if err := w.box.AddFault(sandbox.Fault{Operation: "listReferrals", Kind: sandbox.Status503, Times: 3}); err != nil {
		t.Fatal(err)
	}
	w.box.HideFromSearch("ann@example.com")
	w.start()
	id := w.optIn(byID(a.ID), "ann@example.com")
	o := w.await(id, attribution.Credited)
	if made := len(w.box.Contacts()) - 1; made != 1 || o.ContactID != w.box.Contacts()[1].ID {
		t.Errorf("%d contacts were made", made)
	}
}

func TestAnEMailWithAStarIsHeldWithAReason(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	a := w.box.AddAffiliate(sandbox.Affiliate{Code: "maple"})
	w.box.AddContact("a*b@example.com", "", "")
	w.box.AddContact("anybody@example.com", "", "")
	w.set(func(s *settings.Settings) { s.Contact, s.ContactGrace = settings.Create, 0 })
	w.start()
	o := w.await(w.optIn(byID(a.ID), "*@example.com"), attribution.Held)
	if !strings.Contains(o.Reason, "wildcard") {
		t.Errorf("reason %q", o.Reason)
	}
	w.await(w.optIn(byID(a.ID), "a*b@example.com"), attribution.Credited)
	onceEach(t, w.box, 1)
}

// TestWhatFollowsOnACredit is done once each, beside three calls for the credit itself.
func TestWhatFollowsOnACredit(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	source, partner, totals := w.box.AddContactField("Source", "TEXT"), w.box.AddContactField("Partner", "TEXT"), w.box.AddContactField("Opt-ins", "WHOLE_NUMBER")
	colour := w.box.AddContactField("Colour", "TEXT")
	a, tag := w.box.AddAffiliate(sandbox.Affiliate{Code: "00123"}), w.box.AddTag("referred")
	w.box.AddGoal("tributary", "optin")
	w.set(func(s *settings.Settings) {
		s.TagID, s.GoalIntegration, s.GoalCallName, s.TotalsField = tag.ID, "tributary", "optin", totals.ID
		s.Fields = map[string]string{"lead_source": source.ID, "affiliate_code": partner.ID}
	})
	before := settings.Default(attribution.DefaultPolicy)
	if err := w.crediter.CheckSettings(context.Background(), before, *w.settings.Load()); err != nil {
		t.Fatalf("the settings: %v", err)
	}
	const n = 10
	var ids []uuid.UUID
	for i := range n {
		email := fmt.Sprintf("p%d@example.com", i)
		w.box.AddContactWith(email, sandbox.CustomField{ID: colour.ID, Content: "blue"})
		ids = append(ids, w.optIn(byID(a.ID), email))
	}
	w.start()
	for _, id := range ids {
		w.await(id, attribution.Credited)
		for _, step := range []string{"tag", "goal", "fields"} {
			w.awaitStep(id, step)
		}
		if o := w.get(id); o.Status != attribution.Credited || o.Reason != "" {
			t.Errorf("the opt-in became %s, %q", o.Status, o.Reason)
		}
	}
	if len(w.box.Tagged(tag.ID)) != n || len(w.box.Achieved()) != n {
		t.Errorf("%d tagged, %d achieved", len(w.box.Tagged(tag.ID)), len(w.box.Achieved()))
	}
	fields := map[string]int{}
	for _, c := range w.box.Contacts() {
		for _, f := range c.CustomFields {
			fields[fmt.Sprint(f.ID, "=", f.Content)]++
		}
	}
	for _, want := range []string{colour.ID + "=blue", source.ID + "=newsletter", partner.ID + "=00123"} {
		if fields[want] != n {
			t.Errorf("%d contacts have %s: %v", fields[want], want, fields)
		}
	}
	w.awaitTotal(a.ContactID, totals.ID, fmt.Sprint(n))
	if patched := w.box.Calls()["updateContact"] - n; patched > n/2 {
		t.Errorf("%d opt-ins made %d writes of totals", n, patched)
	}
	onceEach(t, w.box, n)
}

func (w *world) awaitTotal(contact, field, want string) {
	w.t.Helper()
	var got any
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		for _, c := range w.box.Contacts() {
			for _, f := range c.CustomFields {
				if c.ID == contact && f.ID == field {
					got = f.Content
				}
			}
		}
		if got == want {
			return
		}
	}
	w.t.Errorf("the affiliate's contact has %v, want %s", got, want)
}

// TestWhatFollowsCanFailAlone: the tag, the field and the goal are gone, and the opt-in stays credited, once.
func TestWhatFollowsCanFailAlone(t *testing.T) {
	for name, unknowns := range map[string]sandbox.Unknowns{"said by status": {}, "said by words": {AnswerFailures: true, DropUnknownFields: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Options{Unknowns: unknowns})
			w.box.AddContactField("Colour", "TEXT")
			a := w.box.AddAffiliate(sandbox.Affiliate{Code: "maple"})
			w.box.AddContact("ann@example.com", "", "")
			w.set(func(s *settings.Settings) {
				s.TagID, s.GoalIntegration, s.GoalCallName, s.TotalsField = "999", "tributary", "unpublished", "997"
				s.Fields = map[string]string{"form": "998"}
			})
			w.start()
			id := w.optIn(byID(a.ID), "ann@example.com")
			for kind, code := range map[store.JobKind]string{store.TagJob: "tag_refused", store.GoalJob: "no_goal", store.FieldsJob: "fields_refused", store.TotalsJob: "totals_refused"} {
				if j := w.awaitParked(kind); j.Code != code || j.Reason == "" {
					t.Errorf("%s: %q, %q", kind, j.Code, j.Reason)
				}
			}
			for step, want := range map[string]string{"tag": "tag 999", "goal": "publish it", "fields": "998"} {
				if detail := w.awaitStep(id, step); !strings.Contains(detail, want) {
					t.Errorf("%s: %q", step, detail)
				}
			}
			if o := w.await(id, attribution.Credited); o.Reason != "" {
				t.Errorf("reason %q", o.Reason)
			}
			onceEach(t, w.box, 1)
			right := w.box.AddTag("right")
			w.set(func(s *settings.Settings) { s.TagID = right.ID })
			w.retry(w.awaitParked(store.TagJob))
			for deadline := time.Now().Add(10 * time.Second); len(w.box.Tagged(right.ID)) == 0 && time.Now().Before(deadline); {
				time.Sleep(5 * time.Millisecond)
			}
			if len(w.box.Tagged(right.ID)) != 1 {
				t.Error("the retried tag was not applied")
			}
		})
	}
}

// TestAGoalIsNeverAchievedTwice: the answer is lost, and a person decides.
func TestAGoalIsNeverAchievedTwice(t *testing.T) {
	for _, kind := range []sandbox.Kind{sandbox.ApplyThenReset, sandbox.ApplyThen500, sandbox.Reset} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Options{})
			a := w.box.AddAffiliate(sandbox.Affiliate{Code: "maple"})
			w.box.AddContact("ann@example.com", "", "")
			w.box.AddGoal("tributary", "optin")
			w.set(func(s *settings.Settings) { s.GoalIntegration, s.GoalCallName = "tributary", "optin" })
			if err := w.box.AddFault(sandbox.Fault{Operation: "achieveGoal", Kind: kind, Times: 1}); err != nil {
				t.Fatal(err)
			}
			w.start()
			id := w.optIn(byID(a.ID), "ann@example.com")
			j := w.awaitParked(store.GoalJob)
			if o := w.await(id, attribution.Credited); j.Code != "unsure" || o.Reason != "" {
				t.Errorf("parked as %q, the opt-in's reason %q", j.Code, o.Reason)
			}
			before := len(w.box.Achieved())
			w.retry(j)
			for deadline := time.Now().Add(10 * time.Second); len(w.box.Achieved()) == before && time.Now().Before(deadline); {
				time.Sleep(5 * time.Millisecond)
			}
			if n := len(w.box.Achieved()); n != before+1 {
				t.Errorf("achieved %d times after a retry by hand, before %d", n, before)
			}
		})
	}
}

// TestAGoalThatWasBeingSentWhenTheProgramEnded is not sent again.
func TestAGoalThatWasBeingSentWhenTheProgramEnded(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.set(func(s *settings.Settings) { s.GoalIntegration, s.GoalCallName = "tributary", "optin" })
	id := w.optIn(byID("101"), "ann@example.com")
	claim := &outbox.Claim{Job: store.Job{Account: account, ID: "goal:" + id.String(), Kind: store.GoalJob, Subject: id.String(), State: store.Sending}}
	var parked *outbox.Permanent
	if err := w.crediter.Deliver(context.Background(), claim); !errors.As(err, &parked) || parked.Code != "unsure" {
		t.Errorf("got %v", err)
	}
	if n := calls(w.box); n != 0 {
		t.Errorf("%d calls", n)
	}
}

func TestSettingsAreCheckedAgainstKeap(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	text, number := w.box.AddContactField("Source", "TEXT"), w.box.AddContactField("Count", "WHOLE_NUMBER")
	choice := w.box.AddContactField("Choice", "DROPDOWN")
	before := settings.Default(attribution.DefaultPolicy)
	for name, test := range map[string]struct {
		change func(*settings.Settings)
		want   string
	}{
		"a tag that is gone":      {func(s *settings.Settings) { s.TagID = "999" }, "tag_id names tag 999, which Keap does not have"},
		"a field that is not":     {func(s *settings.Settings) { s.Fields = map[string]string{"form": "999"} }, "fields names custom field 999, which contacts in Keap do not have; they have " + text.ID + " (Source)"},
		"a field of a wrong type": {func(s *settings.Settings) { s.Fields = map[string]string{"form": number.ID} }, "must be one of TEXT, TEXT_AREA"},
		"totals in a choice":      {func(s *settings.Settings) { s.TotalsField = choice.ID }, "which is a DROPDOWN"},
		"a link in a number":      {func(s *settings.Settings) { s.LinkField = number.ID }, "link_field names custom field " + number.ID + " (Count), which is a WHOLE_NUMBER and must be one of TEXT, TEXT_AREA, WEBSITE"},
		"a link in none":          {func(s *settings.Settings) { s.LinkField = "999" }, "link_field names custom field 999, which contacts in Keap do not have"},
		"a link in a text":        {func(s *settings.Settings) { s.LinkField = text.ID }, ""},
		"good ones":               {func(s *settings.Settings) { s.TotalsField, s.Fields = number.ID, map[string]string{"form": text.ID} }, ""},
	} {
		after := before
		test.change(&after)
		err := w.crediter.CheckSettings(context.Background(), before, after)
		var wrong *settings.Wrong
		if test.want == "" && err != nil || test.want != "" && (!errors.As(err, &wrong) || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
	}
	after := before
	after.TagID = "999"
	asked := calls(w.box)
	if err := w.crediter.CheckSettings(context.Background(), after, after); err != nil || calls(w.box) != asked {
		t.Errorf("what did not change was asked for: %v", err)
	}
	if err := w.box.AddFault(sandbox.Fault{Operation: "listTags", Kind: sandbox.Status503, Times: 1}); err != nil {
		t.Fatal(err)
	}
	var wrong *settings.Wrong
	if err := w.crediter.CheckSettings(context.Background(), before, after); err == nil || errors.As(err, &wrong) {
		t.Errorf("Keap could not be asked: %v", err)
	}
}
