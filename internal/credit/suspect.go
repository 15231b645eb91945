package credit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/outbox"
	"tributary/internal/store"
	"tributary/internal/suspicion"
)

// suspicious is the code of a job whose opt-in waits for a person because of a flag.
const suspicious = "suspicious"

// suspect flags what does not look right about an opt-in that is about to be credited, from what is known here alone: it costs
// no call of Keap. It comes before the contact is looked for, so that an opt-in that is to wait for a person does so at once;
// and again with the contact. What was ever about to be sent is past that.
func (c *Crediter) suspect(ctx context.Context, claim *outbox.Claim, w *work) error {
	if claim.State == store.Sending || !claim.Intended.IsZero() {
		return nil
	}
	facts, err := c.facts(ctx, claim.Account, *w)
	if err != nil {
		return err
	}
	flags := suspicion.Flags(w.o, facts, w.settings.Rules())
	if err := c.flag(ctx, claim, w, flags); err != nil {
		return err
	}
	if why := whyHeld(w.o); why != "" {
		return &outbox.Permanent{Status: attribution.Held, Code: suspicious, Step: "held", Reason: why, State: claim.State}
	}
	return nil
}

// flag keeps the flags with the opt-in where they have changed, before anything else happens to it.
func (c *Crediter) flag(ctx context.Context, claim *outbox.Claim, w *work, flags []attribution.Flag) error {
	if slices.Equal(flags, w.o.Flags) {
		return nil
	}
	if flags == nil {
		flags = []attribution.Flag{} // none any more
	}
	w.o.Flags = flags
	return claim.Record(ctx, store.Settlement{
		State: claim.State, Reason: claim.Reason, Code: claim.Code, Flags: flags, Step: "looked at", Detail: told(flags),
	})
}

func told(flags []attribution.Flag) string {
	if len(flags) == 0 {
		return "nothing looks wrong any more"
	}
	reasons := make([]string, len(flags))
	for i, f := range flags {
		reasons[i] = f.Reason
	}
	return strings.Join(reasons, "; ")
}

// whyHeld names the flags that hold the opt-in and that nobody has passed over; "" for none.
func whyHeld(o attribution.OptIn) string {
	var reasons []string
	for _, f := range o.Flags {
		if f.Hold && !o.Passes(f.Code) {
			reasons = append(reasons, f.Reason)
		}
	}
	return strings.Join(reasons, "; ")
}

func isFlagged(o attribution.OptIn, code string) bool {
	return slices.ContainsFunc(o.Flags, func(f attribution.Flag) bool { return f.Code == code })
}

// facts looks up what the flags are told by. Each look-up costs the same however much is stored.
func (c *Crediter) facts(ctx context.Context, account attribution.AccountID, w work) (f suspicion.Facts, err error) {
	f = suspicion.Facts{Email: w.person.Email, Affiliate: w.affiliate, Contact: w.contact.ID}
	if f.Contact == "" && isFlagged(w.o, suspicion.SelfReferral) {
		f.Contact = w.affiliate.ContactID // seen at an earlier attempt
	}
	if f.Minute, err = c.inMinute(ctx, account, w.o, w.settings.BurstOver+1); err != nil {
		return f, err
	}
	if f.FromNetwork, err = c.store.FromNetwork(ctx, account, w.o.Signals.Network, w.settings.NetworkOver+1); err != nil {
		return f, fmt.Errorf("counting by network: %w", err)
	}
	if f.Clicked, err = c.store.HasClicked(ctx, account, w.o.Visitor, w.o.Ref); err != nil {
		return f, fmt.Errorf("looking for the click: %w", err)
	}
	f.SiteSince, err = c.siteSince(ctx, w.o.Site)
	return f, err
}

// inMinute counts the affiliate's opt-ins in the minute up to one, up to most.
func (c *Crediter) inMinute(ctx context.Context, account attribution.AccountID, o attribution.OptIn, most int) (int, error) {
	page, err := c.store.OptIns(ctx, account, store.Query{
		Ref: o.Ref, From: o.At.Add(-time.Minute), To: o.At.Add(time.Millisecond), Limit: most,
	})
	if err != nil {
		return 0, fmt.Errorf("counting the affiliate's opt-ins: %w", err)
	}
	return len(page.OptIns), nil
}

// siteSince is when a site was made; zero for one that is gone.
func (c *Crediter) siteSince(ctx context.Context, key string) (time.Time, error) {
	if key == "" {
		return time.Time{}, nil
	}
	doc, err := c.store.Get(ctx, store.SiteKind, key)
	if errors.Is(err, store.ErrNotFound) {
		return time.Time{}, nil
	}
	var site attribution.Site
	if err == nil {
		err = json.Unmarshal(doc.Value, &site)
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("reading the site: %w", err)
	}
	return site.Created, nil
}
