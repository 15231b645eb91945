// Package credit is what a referral means in Keap: find the affiliate and the contact, look for our tag, say that we are
// about to write, write, and read what came of it.
//
// Keap has no idempotency key and a referral cannot be taken back, so nothing is ever written without a look before it,
// and nothing is written again while an earlier write may still be on its way.
package credit

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/keap"
	"tributary/internal/outbox"
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
}

// Options configure crediting. Zero fields get their defaults.
type Options struct {
	// Settle is how long a write whose answer was lost may still take effect in Keap. Until then it is looked for and
	// never sent again; 60 seconds.
	Settle time.Duration
	// Unknown is how often an affiliate that came by a click alone is asked for again when Keap does not know it; 3.
	Unknown int
	Now     func() time.Time
}

// Crediter delivers the jobs of the outbox into Keap.
type Crediter struct {
	store Store
	keap  *keap.Client
	open  Opener
	o     Options
}

// New makes a Crediter.
func New(s Store, k *keap.Client, open Opener, o Options) *Crediter {
	if o.Settle == 0 {
		o.Settle = time.Minute
	}
	if o.Unknown == 0 {
		o.Unknown = 3
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Crediter{store: s, keap: k, open: open, o: o}
}

// Deliver implements outbox.Deliverer.
func (c *Crediter) Deliver(ctx context.Context, claim *outbox.Claim) error {
	switch claim.Kind {
	case store.AffiliateJob:
		return c.lookUp(ctx, claim)
	case store.CreditJob:
		return c.credit(ctx, claim)
	}
	return &outbox.Permanent{Code: "unknown_job", Reason: "this version knows no job of kind " + string(claim.Kind)}
}

// tag marks the referral of an opt-in in Keap.
func tag(id uuid.UUID) string { return TagPrefix + id.String() }

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
	affiliate, err := c.affiliateOf(ctx, claim, o)
	if err != nil {
		return err
	}
	contact, err := c.contactOf(ctx, claim, o, person)
	if err != nil {
		return err
	}
	return c.refer(ctx, claim, o, person, affiliate, contact)
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

// refer looks for the opt-in's referral and writes it when it is not there.
func (c *Crediter) refer(ctx context.Context, claim *outbox.Claim, o attribution.OptIn, p attribution.Person, a attribution.Affiliate, contact keap.Contact) error {
	found, err := c.look(ctx, o, contact)
	if err != nil {
		return c.steer(claim, "looking for the referral", err)
	}
	if found != nil {
		return credited(*found, "found in Keap: it was written before")
	}
	if err := c.mayStillArrive(claim); err != nil {
		return err
	}
	again := !claim.Intended.IsZero()
	if err := c.intend(ctx, claim, contact); err != nil {
		return err
	}
	written, err := c.keap.CreateReferral(ctx, newReferral(o, p, a, contact))
	if err != nil {
		return c.writeFailed(claim, again, err)
	}
	return credited(written, "referral "+written.ID+" for affiliate "+a.ID)
}

// look asks Keap for the referral that carries our tag.
func (c *Crediter) look(ctx context.Context, o attribution.OptIn, contact keap.Contact) (*keap.Referral, error) {
	page, _, err := c.keap.Referrals(ctx, keap.ReferralFilter{ContactID: contact.ID, Source: tag(o.ID)}, "", 100)
	if err != nil {
		return nil, err
	}
	for _, r := range page {
		if r.Source == tag(o.ID) {
			return &r, nil
		}
	}
	return nil, nil
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

func newReferral(o attribution.OptIn, p attribution.Person, a attribution.Affiliate, contact keap.Contact) keap.NewReferral {
	return keap.NewReferral{
		ContactID: contact.ID, ReferralPartnerID: a.ID, ReferralTime: o.At, IPAddress: p.IP,
		Source: tag(o.ID), Description: describe(o), ReferralType: keap.ReferralManual,
	}
}

func describe(o attribution.OptIn) string {
	if o.Form.ID == "" {
		return "Opt-in"
	}
	return "Opt-in on form " + o.Form.ID
}

func credited(r keap.Referral, detail string) error {
	return &outbox.Finished{Settlement: store.Settlement{
		State: store.Done, Status: attribution.Credited, ContactID: r.ContactID, ReferralID: r.ID, Step: "credited", Detail: detail,
	}}
}

// writeFailed tells a write that Keap did not take from one that it may have taken.
func (c *Crediter) writeFailed(claim *outbox.Claim, again bool, err error) error {
	if keap.MayHaveApplied(err) {
		if !again { // the looks that follow come soon, however long the contact took
			claim.Attempt = 0
		}
		return &outbox.Outage{Later: outbox.Later{State: store.Sending, Step: "unsure", Reason: "the answer to the write was lost, looking before anything else: " + err.Error()}}
	}
	claim.State = store.Ready
	if keap.IsRefused(err) || keap.IsNotFound(err) || errors.Is(err, keap.ErrInvalid) {
		return &outbox.Permanent{Status: attribution.Refused, Code: "refused", Step: "refused", Reason: "Keap refuses the referral: " + err.Error()}
	}
	return c.steer(claim, "writing the referral", err)
}

// contactOf finds the contact that the form tool makes for this person, and waits for it.
func (c *Crediter) contactOf(ctx context.Context, claim *outbox.Claim, o attribution.OptIn, p attribution.Person) (keap.Contact, error) {
	if claim.State == store.Sending && o.ContactID != "" { // our write, if it arrived, stands with this contact
		return keap.Contact{ID: o.ContactID}, nil
	}
	found, err := c.keap.ContactsByEmail(ctx, p.Email)
	if err != nil {
		return keap.Contact{}, c.steer(claim, "finding the contact", err)
	}
	if len(found) == 0 {
		return keap.Contact{}, &outbox.Later{
			State: claim.State, Status: attribution.Waiting, Step: "waiting", GiveUp: attribution.Held,
			Reason: "Keap has no contact with this e-mail yet; the form tool makes it",
		}
	}
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
