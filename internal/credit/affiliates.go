package credit

import (
	"context"
	"errors"
	"fmt"

	"tributary/internal/attribution"
	"tributary/internal/keap"
	"tributary/internal/outbox"
	"tributary/internal/store"
)

// Resolve finds an affiliate here, or else in Keap, and keeps it. store.ErrNotFound when neither knows it.
func (c *Crediter) Resolve(ctx context.Context, account attribution.AccountID, ref attribution.Ref) (attribution.Affiliate, error) {
	known, err := c.store.Affiliate(ctx, account, ref)
	if err == nil || !errors.Is(err, store.ErrNotFound) {
		return known, err
	}
	found, err := c.ask(ctx, ref)
	if keap.IsNotFound(err) || errors.Is(err, keap.ErrInvalid) {
		return attribution.Affiliate{}, fmt.Errorf("affiliate %s in Keap: %w", ref, store.ErrNotFound)
	}
	if err != nil {
		return attribution.Affiliate{}, fmt.Errorf("asking Keap for affiliate %s: %w", ref, err)
	}
	a := attribution.Affiliate{
		ID: found.ID, Code: found.Code, Name: found.Name, Status: found.Status, ContactID: found.ContactID,
		Learned: c.o.Now(), Via: attribution.ViaKeap,
	}
	return a, c.store.PutAffiliate(ctx, account, a, c.o.Now())
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
		return c.unresolved(claim, ref, err)
	}
	return &outbox.Finished{Settlement: store.Settlement{State: store.Done}}
}

// affiliateOf resolves who earns an opt-in.
func (c *Crediter) affiliateOf(ctx context.Context, claim *outbox.Claim, o attribution.OptIn) (attribution.Affiliate, error) {
	a, err := c.Resolve(ctx, claim.Account, o.Ref)
	if err != nil {
		return a, c.unresolved(claim, o.Ref, err)
	}
	if a.Status == keap.AffiliateInactive {
		return a, &outbox.Permanent{
			Status: attribution.Held, Code: "inactive_affiliate", Step: "held", State: claim.State,
			Reason: fmt.Sprintf("affiliate %s is inactive in Keap: activate it there, then retry this opt-in", a.ID),
		}
	}
	return a, nil
}

// unresolved asks again for an affiliate that Keap does not know, because it may be on its way there: for an opt-in on
// the whole schedule, for a mere click a few times, because anybody can make up parameters.
func (c *Crediter) unresolved(claim *outbox.Claim, ref attribution.Ref, err error) error {
	if !errors.Is(err, store.ErrNotFound) {
		return c.steer(claim, "resolving the affiliate", err)
	}
	reason := fmt.Sprintf("Keap knows no affiliate with %s %s: create it in Keap or correct the link, then retry", ref.Kind, ref.Value)
	if claim.Kind == store.CreditJob || claim.Attempt < c.o.Unknown {
		return &outbox.Later{State: claim.State, Step: "held", Reason: reason, Code: store.UnknownAffiliate, Status: attribution.Held, GiveUp: attribution.Held}
	}
	return &outbox.Permanent{Code: store.UnknownAffiliate, Reason: reason}
}
