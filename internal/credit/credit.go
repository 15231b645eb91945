// Package credit is what a referral means in Keap: find the affiliate and the contact, look for our tag, say that we are
// about to write, write, and read what came of it.
//
// Keap has no idempotency key and a referral cannot be taken back, so nothing is ever written without a look before it,
// and nothing is written again while an earlier write may still be on its way.
package credit

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/keap"
	"tributary/internal/outbox"
	"tributary/internal/settings"
	"tributary/internal/store"
)

// Opener reads sealed persons.
type Opener interface {
	Open(sealed []byte, key attribution.PersonKey) (attribution.Person, error)
}

// Store is what crediting needs of the store.
type Store interface {
	OptIn(ctx context.Context, account attribution.AccountID, id uuid.UUID) (attribution.OptIn, error)
	Affiliate(ctx context.Context, account attribution.AccountID, ref attribution.Ref) (attribution.Affiliate, error)
	PutAffiliate(ctx context.Context, account attribution.AccountID, a attribution.Affiliate, now time.Time) error
	Affiliates(ctx context.Context, account attribution.AccountID, after string, limit int) ([]attribution.Affiliate, error)
	Counters(ctx context.Context, account attribution.AccountID, ref attribution.Ref, from, to attribution.Hour) ([]attribution.HourTally, error)
	OptIns(ctx context.Context, account attribution.AccountID, q store.Query) (store.Page, error)
	HasClicked(ctx context.Context, account attribution.AccountID, visitor uuid.UUID, ref attribution.Ref) (bool, error)
	FromNetwork(ctx context.Context, account attribution.AccountID, network attribution.NetworkKey, most int) (int, error)
	Job(ctx context.Context, account attribution.AccountID, id string) (store.Job, error)
	Worklist(ctx context.Context, account attribution.AccountID) (store.Worklist, error)
	Follow(ctx context.Context, account attribution.AccountID, now time.Time, then []store.Following) error
	Get(ctx context.Context, kind, key string) (store.Document, error)
	Put(ctx context.Context, kind, key string, value []byte, version int64) (int64, error)
}

// Options configure crediting. Zero fields get their defaults.
type Options struct {
	// Settle is how long a write whose answer was lost may still take effect in Keap. Until then it is looked for and
	// never sent again; 60 seconds.
	Settle time.Duration
	// Unknown is how often an affiliate that came by a click alone is asked for again when Keap does not know it; 3.
	Unknown int
	// Coalesce is how long an affiliate's totals wait for further opt-ins before they are written; 1 minute.
	Coalesce time.Duration
	// Settings are what the owner of an account has decided; the defaults when nil.
	Settings func(context.Context, attribution.AccountID) (settings.Settings, error)
	// Seal encrypts the e-mails of affiliates, which a sync takes from their contacts; when nil it takes none.
	Seal func(attribution.Person) (attribution.PersonKey, []byte, error)
	// Link is an affiliate's lasting address, which LinkField gets; when nil none is written.
	Link func(ctx context.Context, account attribution.AccountID, affiliate string) (string, error)
	// LinkPace is the time from one affiliate's link to the next; 1 second.
	LinkPace time.Duration
	Now      func() time.Time
}

// Crediter delivers the jobs of the outbox into Keap.
type Crediter struct {
	store Store
	keap  *keap.Client
	open  Opener
	o     Options
	turns turns
	sync  syncing
	links chan struct{} // a round of KeepLinks is wanted
}

// New makes a Crediter.
func New(s Store, k *keap.Client, open Opener, o Options) *Crediter {
	if o.Settle == 0 {
		o.Settle = time.Minute
	}
	if o.Unknown == 0 {
		o.Unknown = 3
	}
	if o.Coalesce == 0 {
		o.Coalesce = time.Minute
	}
	if o.LinkPace == 0 {
		o.LinkPace = time.Second
	}
	if o.Settings == nil {
		o.Settings = func(context.Context, attribution.AccountID) (settings.Settings, error) {
			return settings.Default(attribution.DefaultPolicy), nil
		}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Crediter{store: s, keap: k, open: open, o: o, turns: newTurns(), links: make(chan struct{}, 1)}
}

// Deliver implements outbox.Deliverer.
func (c *Crediter) Deliver(ctx context.Context, claim *outbox.Claim) error {
	switch claim.Kind {
	case store.AffiliateJob:
		return c.lookUp(ctx, claim)
	case store.CreditJob:
		return c.credit(ctx, claim)
	case store.TagJob, store.GoalJob, store.FieldsJob:
		return c.after(ctx, claim)
	case store.TotalsJob:
		return c.totals(ctx, claim)
	case store.LinkJob:
		return c.link(ctx, claim)
	}
	return &outbox.Permanent{Code: "unknown_job", Reason: "this version knows no job of kind " + string(claim.Kind)}
}

// tag marks the referral of an opt-in in Keap.
func tag(id uuid.UUID) string { return TagPrefix + id.String() }

// work is an opt-in to be credited, with all that was found out about it.
type work struct {
	o         attribution.OptIn
	person    attribution.Person
	affiliate attribution.Affiliate
	contact   keap.Contact
	settings  settings.Settings
}

func (c *Crediter) credit(ctx context.Context, claim *outbox.Claim) error {
	o, err := c.optIn(ctx, claim)
	if err != nil {
		return err
	}
	if o.Status == attribution.Credited {
		return &outbox.Finished{Settlement: store.Settlement{State: store.Done}}
	}
	if len(o.Sealed) == 0 { // no store makes such a job; nothing can be asked of Keap for it
		return &outbox.Permanent{Status: attribution.Held, Code: "no_email", Step: "held", Reason: "this opt-in's e-mail is not known", State: claim.State}
	}
	person, err := c.open.Open(o.Sealed, o.Person)
	if err != nil {
		return &outbox.Permanent{Status: attribution.Held, Code: "unreadable", Step: "held", Reason: err.Error(), State: claim.State}
	}
	w := work{o: o, person: person}
	if w.settings, err = c.o.Settings(ctx, claim.Account); err != nil {
		return err
	}
	if w.affiliate, err = c.affiliateOf(ctx, claim, w); err != nil {
		return err
	}
	if err := c.suspect(ctx, claim, &w); err != nil {
		return err
	}
	if w.contact, err = c.contactOf(ctx, claim, w); err != nil {
		return err
	}
	if w.contact.ID == w.affiliate.ContactID {
		if err := c.suspect(ctx, claim, &w); err != nil { // it may be the affiliate's own
			return err
		}
	}
	return c.refer(ctx, claim, w)
}

func (c *Crediter) optIn(ctx context.Context, claim *outbox.Claim) (attribution.OptIn, error) {
	id, err := uuid.Parse(claim.Subject)
	if err != nil {
		return attribution.OptIn{}, &outbox.Permanent{Code: "bad_job", Reason: "the job names no opt-in"}
	}
	o, err := c.store.OptIn(ctx, claim.Account, id)
	if errors.Is(err, store.ErrNotFound) {
		return o, &outbox.Finished{Settlement: store.Settlement{State: store.Done}} // its person was erased
	}
	return o, err
}

// refer looks for the opt-in's referral and writes it when it is not there, and nothing speaks against it.
func (c *Crediter) refer(ctx context.Context, claim *outbox.Claim, w work) error {
	defer c.turns.take(w.contact.ID)()
	all, err := c.look(ctx, w.contact)
	if err != nil {
		return c.steer(claim, "looking for the referral", err)
	}
	for _, r := range all {
		if r.Source == tag(w.o.ID) {
			return c.credited(w, r, "found in Keap: it was written before")
		}
	}
	if err := c.mayStillArrive(claim); err != nil {
		return err
	}
	if err := c.judge(w, all); err != nil {
		return err
	}
	again := !claim.Intended.IsZero()
	if err := c.intend(ctx, claim, w.contact); err != nil {
		return err
	}
	written, err := c.keap.CreateReferral(ctx, w.referral())
	if err != nil {
		return c.writeFailed(ctx, claim, w, again, err)
	}
	return c.credited(w, written, "referral "+written.ID+" for affiliate "+w.affiliate.ID)
}

// maxLooks bounds how many pages of 1000 referrals one contact may have.
const maxLooks = 20

// look asks Keap for all referrals of the contact: ours is told by its tag, and the others count, too.
func (c *Crediter) look(ctx context.Context, contact keap.Contact) (all []keap.Referral, err error) {
	token := ""
	for range maxLooks {
		page, next, err := c.keap.Referrals(ctx, keap.ReferralFilter{ContactID: contact.ID}, token, 0)
		if err != nil {
			return nil, err
		}
		if all = append(all, page...); next == "" {
			return all, nil
		}
		token = next
	}
	return nil, fmt.Errorf("contact %s has more than %d referrals", contact.ID, len(all))
}

// mayStillArrive puts the job off while a write of ours may still be on its way through Keap.
func (c *Crediter) mayStillArrive(claim *outbox.Claim) error {
	until := claim.Intended.Add(c.o.Settle)
	if claim.State != store.Sending || !c.o.Now().Before(until) {
		return nil
	}
	return &outbox.Later{State: store.Sending, Step: "looked", Reason: "Keap does not show the referral that may have been written; waiting before it is sent again"}
}

// intend makes it durable that a write is about to be sent. After this only a look decides.
func (c *Crediter) intend(ctx context.Context, claim *outbox.Claim, contact keap.Contact) error {
	return claim.Record(ctx, store.Settlement{State: store.Sending, Intended: c.o.Now(), ContactID: contact.ID, Step: "sending", Detail: "to contact " + contact.ID})
}

func (w work) referral() keap.NewReferral {
	r := keap.NewReferral{
		ContactID: w.contact.ID, ReferralPartnerID: w.affiliate.ID, ReferralTime: w.o.At,
		Source: tag(w.o.ID), Description: w.settings.Describe(w.o, w.affiliate), ReferralType: w.settings.ReferralType,
	}
	if w.settings.WriteIP {
		r.IPAddress = w.person.IP
	}
	if w.settings.ReferralExpires > 0 {
		r.ExpirationTime = w.o.At.Add(time.Duration(w.settings.ReferralExpires))
	}
	return r
}

// creditedStep is the line of a trace that says so.
const creditedStep = "credited"

// credited ends the work, and brings what the owner wants done after it.
func (c *Crediter) credited(w work, r keap.Referral, detail string) error {
	return &outbox.Finished{Settlement: store.Settlement{
		State: store.Done, Status: attribution.Credited, ContactID: w.contact.ID, ReferralID: r.ID, Step: creditedStep, Detail: detail,
		Then: c.following(w),
	}}
}

// writeFailed tells a write that Keap did not take from one that it may have taken.
func (c *Crediter) writeFailed(ctx context.Context, claim *outbox.Claim, w work, again bool, err error) error {
	if keap.MayHaveApplied(err) {
		if !again { // the looks that follow come soon, however long the contact took
			claim.Attempt = 0
		}
		return &outbox.Outage{Later: outbox.Later{State: store.Sending, Step: "unsure", Reason: "the answer to the write was lost, looking before anything else: " + err.Error()}}
	}
	claim.State = store.Ready
	if keap.IsRefused(err) || keap.IsNotFound(err) || errors.Is(err, keap.ErrInvalid) {
		return c.refused(ctx, claim, w, err)
	}
	return c.steer(claim, "writing the referral", err)
}

// contactOf finds the contact that the form tool makes for this person, and waits for it.
func (c *Crediter) contactOf(ctx context.Context, claim *outbox.Claim, w work) (keap.Contact, error) {
	if claim.State == store.Sending && !isCreating(claim, w.o) { // our write, if it arrived, stands with this contact
		return keap.Contact{ID: w.o.ContactID}, nil
	}
	found, err := c.keap.ContactsByEmail(ctx, w.person.Email)
	if err != nil {
		return keap.Contact{}, c.steer(claim, "finding the contact", err)
	}
	if len(found) == 0 {
		return c.absent(ctx, claim, w)
	}
	claim.State = store.Ready // a contact that we were to create is there: nothing of ours is on its way
	return oldest(found), nil
}

// oldest picks one contact of several that share an e-mail, the same at every attempt: the one that Keap made first.
func oldest(contacts []keap.Contact) keap.Contact {
	first := contacts[0]
	for _, c := range contacts[1:] {
		if len(c.ID) < len(first.ID) || len(c.ID) == len(first.ID) && strings.Compare(c.ID, first.ID) < 0 {
			first = c
		}
	}
	return first
}
