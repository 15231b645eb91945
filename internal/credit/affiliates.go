package credit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/keap"
	"tributary/internal/outbox"
	"tributary/internal/settings"
	"tributary/internal/store"
)

// Resolve finds an affiliate here, or else in Keap, and keeps it. store.ErrNotFound when neither knows it.
func (c *Crediter) Resolve(ctx context.Context, account attribution.AccountID, ref attribution.Ref) (attribution.Affiliate, error) {
	known, err := c.store.Affiliate(ctx, account, ref)
	if err == nil && known.Gone.IsZero() || err != nil && !errors.Is(err, store.ErrNotFound) {
		return known, err
	}
	found, err := c.ask(ctx, ref)
	if keap.IsNotFound(err) || errors.Is(err, keap.ErrInvalid) {
		return known, fmt.Errorf("affiliate %s in Keap: %w", ref, store.ErrNotFound)
	}
	if err != nil {
		return attribution.Affiliate{}, fmt.Errorf("asking Keap for affiliate %s: %w", ref, err)
	}
	a, err := c.learn(ctx, account, found, ref)
	if err != nil {
		return a, err
	}
	defer c.CheckLinks()
	return a, c.store.PutAffiliate(ctx, account, a, c.o.Now())
}

// maxSpellings bounds how many spellings of one code are kept: anybody can make them up. One more is asked for each time.
const maxSpellings = 20

// learn adds what Keap tells of an affiliate to what is known here, such as the e-mail that the owner gave.
func (c *Crediter) learn(ctx context.Context, account attribution.AccountID, found keap.Affiliate, ref attribution.Ref) (attribution.Affiliate, error) {
	a, err := c.store.Affiliate(ctx, account, attribution.Ref{Kind: attribution.ByID, Value: found.ID})
	if errors.Is(err, store.ErrNotFound) {
		a, err = attribution.Affiliate{ID: found.ID, Learned: c.o.Now(), Via: attribution.ViaKeap}, nil
	}
	a.Code, a.Name = cmp.Or(found.Code, a.Code), cmp.Or(found.Name, a.Name)
	a.Status, a.ContactID, a.Gone = found.Status, found.ContactID, time.Time{}
	if ref.Kind == attribution.ByCode && ref.Value != a.Code && !slices.Contains(a.Spellings, ref.Value) && len(a.Spellings) < maxSpellings {
		a.Spellings = append(a.Spellings, ref.Value)
	}
	return a, err
}

func (c *Crediter) ask(ctx context.Context, ref attribution.Ref) (keap.Affiliate, error) {
	if ref.Kind == attribution.ByCode {
		return c.keap.AffiliateByCode(ctx, ref.Value)
	}
	return c.keap.Affiliate(ctx, ref.Value)
}

// lookUp does the job of an affiliate's first sight.
func (c *Crediter) lookUp(ctx context.Context, claim *outbox.Claim) error {
	ref, err := attribution.ParseRef(claim.Subject)
	if err != nil {
		return &outbox.Permanent{Code: "bad_job", Reason: "the job names no affiliate"}
	}
	if _, err = c.Resolve(ctx, claim.Account, ref); err != nil {
		return c.unresolved(claim, ref, settings.Hold, err)
	}
	return &outbox.Finished{Settlement: store.Settlement{State: store.Done}}
}

// affiliateOf resolves who earns an opt-in.
func (c *Crediter) affiliateOf(ctx context.Context, claim *outbox.Claim, w work) (attribution.Affiliate, error) {
	a, err := c.Resolve(ctx, claim.Account, w.o.Ref)
	if err != nil {
		return a, c.unresolved(claim, w.o.Ref, w.settings.UnknownAffiliate, err)
	}
	if a.Status == keap.AffiliateInactive {
		reason := fmt.Sprintf("affiliate %s is inactive in Keap: activate it there, then retry this opt-in", a.ID)
		return a, uncreditable(claim, w.settings.InactiveAffiliate, store.InactiveAffiliate, reason)
	}
	return a, nil
}

// uncreditable ends the work on an opt-in whose affiliate can get no credit as the owner has decided. While a write of
// ours may be on its way nothing but holding is true.
func uncreditable(claim *outbox.Claim, how, code, reason string) error {
	switch {
	case how == settings.Refuse && claim.State != store.Sending:
		return &outbox.Permanent{Status: attribution.Refused, Code: code, Step: "refused", Reason: reason}
	case how == settings.Unattributed && claim.State != store.Sending:
		reason += "; by setting the opt-in is nobody's"
		return &outbox.Finished{Settlement: store.Settlement{State: store.Done, Status: attribution.Unattributed, Reason: reason, Step: "unattributed", Detail: reason}}
	}
	return &outbox.Permanent{Status: attribution.Held, Code: code, Step: "held", State: claim.State, Reason: reason}
}

// unresolved asks again for an affiliate that Keap does not know, because it may be on its way there: for an opt-in that
// is held on the whole schedule, for a mere click a few times, because anybody can make up parameters.
func (c *Crediter) unresolved(claim *outbox.Claim, ref attribution.Ref, how string, err error) error {
	if !errors.Is(err, store.ErrNotFound) {
		return c.steer(claim, "resolving the affiliate", err)
	}
	reason := fmt.Sprintf("Keap knows no affiliate with %s %s: create it in Keap or correct the link, then retry", ref.Kind, ref.Value)
	if how != settings.Hold {
		return uncreditable(claim, how, store.UnknownAffiliate, reason)
	}
	if claim.Kind == store.CreditJob || claim.Attempt < c.o.Unknown {
		return &outbox.Later{State: claim.State, Step: "held", Reason: reason, Code: store.UnknownAffiliate, Status: attribution.Held, GiveUp: attribution.Held}
	}
	return &outbox.Permanent{Code: store.UnknownAffiliate, Reason: reason}
}
