package credit

import (
	"context"
	"fmt"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/keap"
	"tributary/internal/outbox"
	"tributary/internal/settings"
	"tributary/internal/store"
)

// judge says whether the referrals that a contact has let another one be written: nil when they do. A referral can neither
// be changed nor deleted, and by Keap's usual rule the latest one earns, so that one too many takes somebody's credit.
func (c *Crediter) judge(w work, all []keap.Referral) error {
	mine, others := w.sort(all)
	if mine != nil && w.earns(*mine, others) {
		return c.credited(w, *mine, fmt.Sprintf("Keap had referral %s for affiliate %s already, which we did not write: nothing was written", mine.ID, w.affiliate.ID))
	}
	for _, r := range others {
		if w.isLate(r) && w.settings.Late != settings.Write && !w.o.Passes(late) {
			return held(late, fmt.Sprintf("affiliate %s has referral %s for this contact%s, and this opt-in is not newer: writing it now could take that credit away", r.ReferralPartnerID, r.ID, since(r)))
		}
	}
	for _, r := range others {
		if !isOurs(r) && w.settings.OtherPartner != settings.Write && !w.o.Passes(otherPartner) {
			return held(otherPartner, fmt.Sprintf("affiliate %s has referral %s for this contact%s, which we did not write: it is respected; to let Keap's rule decide set other_partner to write, then retry", r.ReferralPartnerID, r.ID, since(r)))
		}
	}
	return nil
}

// Codes of opt-ins that are held because of what Keap has. A person can pass over them.
const (
	late         = "late"
	otherPartner = "other_partner"
)

func held(code, reason string) error {
	return &outbox.Permanent{Status: attribution.Held, Code: code, Step: "held", Reason: reason}
}

func since(r keap.Referral) string {
	if r.ReferralTime.IsZero() {
		return " without a time"
	}
	return " of " + r.ReferralTime.Format(time.RFC3339)
}

func isOurs(r keap.Referral) bool {
	_, ours := Tagged(r.Source)
	return ours
}

// sort finds what others wrote for this affiliate (of several the one that earns by the rule), and what anybody wrote for
// another. What had expired at the opt-in says nothing.
func (w work) sort(all []keap.Referral) (mine *keap.Referral, others []keap.Referral) {
	for _, r := range all {
		switch {
		case !r.ExpirationTime.IsZero() && !r.ExpirationTime.After(w.o.At):
		case r.ReferralPartnerID != w.affiliate.ID:
			others = append(others, r)
		case !isOurs(r) && (mine == nil || w.beats(r, *mine)):
			mine = &r
		}
	}
	return mine, others
}

// beats reports whether a referral earns before another by the rule.
func (w work) beats(a, b keap.Referral) bool {
	if w.settings.Rule == attribution.First {
		return a.ReferralTime.Before(b.ReferralTime)
	}
	return a.ReferralTime.After(b.ReferralTime)
}

// earns reports whether a referral holds the credit against those of others.
func (w work) earns(mine keap.Referral, others []keap.Referral) bool {
	for _, r := range others {
		if !w.beats(mine, r) {
			return false
		}
	}
	return true
}

// isLate reports whether a referral is as new as the opt-in, or newer; one without a time may be.
func (w work) isLate(r keap.Referral) bool {
	return r.ReferralTime.IsZero() || !r.ReferralTime.Before(w.o.At.Truncate(time.Second)) // Keap keeps seconds
}

// refused finds out why Keap does not take a referral: what was known here of the affiliate or the contact may be old.
func (c *Crediter) refused(ctx context.Context, claim *outbox.Claim, w work, refusal error) error {
	if gone, err := c.forget(ctx, claim.Account, w.affiliate); err != nil || gone {
		reason := fmt.Sprintf("affiliate %s is no longer in Keap, which refuses the referral (%v)", w.affiliate.ID, refusal)
		if err != nil {
			return c.steer(claim, "asking why the referral was refused", err)
		}
		return uncreditable(claim, w.settings.UnknownAffiliate, store.UnknownAffiliate, reason)
	}
	if _, err := c.keap.Contact(ctx, w.contact.ID); keap.IsNotFound(err) {
		return &outbox.Later{
			State: store.Ready, Status: attribution.Waiting, Step: "waiting", GiveUp: attribution.Held,
			Reason: fmt.Sprintf("contact %s is no longer in Keap; waiting for another with this e-mail", w.contact.ID),
		}
	}
	return &outbox.Permanent{Status: attribution.Refused, Code: "refused", Step: "refused", Reason: "Keap refuses the referral: " + refusal.Error()}
}

// forget marks an affiliate as gone when Keap has it no longer.
func (c *Crediter) forget(ctx context.Context, account attribution.AccountID, a attribution.Affiliate) (gone bool, err error) {
	_, err = c.keap.Affiliate(ctx, a.ID)
	if !keap.IsNotFound(err) {
		return false, err
	}
	a.Gone = c.o.Now().UTC()
	return true, c.store.PutAffiliate(ctx, account, a, c.o.Now())
}
