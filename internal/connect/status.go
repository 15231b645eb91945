package connect

import (
	"context"
	"net/url"
	"time"

	"tributary/internal/keap"
)

// settings are those of the app, as Keap told them.
type settings struct {
	of    string // the token that they were asked with
	asked time.Time
	told  keap.AffiliateSettings
	err   error
}

// fresh is how long the app's settings are taken as told.
const fresh = 10 * time.Minute

// learnSettings asks for the settings that decide what a referral is worth. Not to get them is no reason to stop.
func (c *Connection) learnSettings(ctx context.Context, of credential) {
	found := settings{of: of.token(), asked: c.o.Now()}
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	found.told, found.err = c.as(of).AffiliateSettings(ctx)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settings = found
}

// Note is a thing for the owner to do or to look at.
type Note struct{ Code, Detail string }

// Status is how the collector is connected.
type Status struct {
	State       State
	Reason      string // why it is not connected
	How         How
	Tenant      string // the app that the data belongs to
	OtherTenant string // the app of the present credential where that is another
	Connected   time.Time
	Expires     time.Time // of the access token; it is renewed before
	Checked     time.Time
	OAuth       bool   // a login is possible: there is a client id
	Attention   []Note // for the owner to do
	ByHand      []Note // what Keap does not tell, for the owner to look at once
}

// Status tells how the collector is connected. The app's settings are asked for again when they are older than 10 minutes;
// anew asks for them now, and whose the credential is.
func (c *Connection) Status(ctx context.Context, anew bool) (Status, error) {
	if err := c.reload(ctx); err != nil {
		return Status{}, err
	}
	if anew && c.current().How != "" {
		c.check(ctx)
	}
	if now := c.current(); c.wantsSettings(now, anew) {
		c.learnSettings(ctx, now)
	}
	tenant, _, err := c.tenant(ctx)
	if err != nil {
		return Status{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	s := Status{
		State: c.standing.State, Reason: c.standing.Reason, How: c.now.How, Tenant: tenant,
		Connected: c.now.Connected, Expires: c.now.Expires, Checked: c.standing.checked, OAuth: c.o.ClientID != "",
	}
	if s.State == OtherTenant {
		s.OtherTenant = c.standing.Tenant
	}
	c.note(&s)
	return s, nil
}

func (c *Connection) wantsSettings(now credential, anew bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	old := c.settings.of != now.token() || c.o.Now().Sub(c.settings.asked) >= fresh
	return c.standing.State == Connected && (old || anew)
}

// note adds what the owner should know. c.mu is held.
func (c *Connection) note(s *Status) {
	if c.now.Refused != "" && s.State == Connected {
		s.Attention = append(s.Attention, Note{"login_again", c.now.Refused + ". What there is works until " + c.now.Expires.Format(time.RFC3339)})
	}
	if redirect, err := url.Parse(c.o.RedirectURL); s.OAuth && (err != nil || redirect.Scheme != "https") && s.Connected.IsZero() {
		s.Attention = append(s.Attention, Note{"redirect_not_https", "Keap sends browsers back to https addresses only: start with --base-url https://... (now " + c.o.RedirectURL + ")"})
	}
	if s.State != Connected {
		return
	}
	if c.standing.Tenant == "" {
		s.Attention = append(s.Attention, Note{"tenant_unknown", "Keap takes the credential and does not tell which app it is of, so a credential of another app cannot be told from the right one"})
	}
	c.noteSettings(s)
	s.ByHand = append(s.ByHand, Note{"partner_rule", "Keap does not tell here whether the first or the latest partner earns: look into Keap's settings for referral partners, and choose the same rule in the settings here"})
}

func (c *Connection) noteSettings(s *Status) {
	const where = "\"Referral history and cookies\" in Keap's settings for referral partners"
	switch history := c.settings.told.ReferralHistory; {
	case c.settings.err == nil && history != nil && *history:
	case c.settings.err == nil && history != nil:
		s.Attention = append(s.Attention, Note{"referral_history_off", "a later sale pays for a referral only where the buyer has a cookie of Keap, which nobody has from your own pages: choose " + where})
	default:
		s.ByHand = append(s.ByHand, Note{"referral_history_unknown", "Keap did not tell whether later sales pay for referrals: the setting must be " + where})
	}
}
