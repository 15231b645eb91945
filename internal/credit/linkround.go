package credit

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/settings"
	"tributary/internal/store"
)

const (
	// linksAtOnce bounds the jobs of links that are open, so that ten thousand affiliates never stand before an opt-in that
	// waits for its contact.
	linksAtOnce = 60
	// maxParkedLinks ends a round where Keap refuses one after the other: the outbox shows these, and the rest would be no news.
	maxParkedLinks = 100
	// linksEvery is how often a round begins that nobody asked for.
	linksEvery = time.Hour
	linksPage  = 500
)

// CheckLinks has KeepLinks begin a round soon: an affiliate, an address or a setting may have changed.
func (c *Crediter) CheckLinks() {
	select {
	case c.links <- struct{}{}:
	default: // one is wanted already
	}
}

// RewriteLinks has every link looked at in Keap once more, and written where it is not there.
func (c *Crediter) RewriteLinks(ctx context.Context, account attribution.AccountID) error {
	round, err := c.timesWanted(ctx, account)
	if err == nil {
		_, err = c.store.Put(ctx, linkKind, linkKey(account, ""), []byte("{}"), round)
	}
	if err != nil && !errors.Is(err, store.ErrConflict) { // somebody else has asked for it in this moment
		return err
	}
	c.CheckLinks()
	return nil
}

// WantLink has one affiliate's link written now, such as one that takes the place of a link that is void.
func (c *Crediter) WantLink(ctx context.Context, account attribution.AccountID, affiliate string) error {
	s, err := c.o.Settings(ctx, account)
	if err != nil || s.LinkField == "" || c.o.Link == nil {
		return err
	}
	return c.store.Follow(ctx, account, c.o.Now(), []store.Following{{Kind: store.LinkJob, Subject: affiliate}})
}

// KeepLinks makes the jobs that write links which are not in Keap yet, until ctx ends. A round goes over all affiliates, and
// what is written down of each makes it cheap: a change is found, and found again after a crash, without a call of Keap.
func (c *Crediter) KeepLinks(ctx context.Context, account attribution.AccountID, log *slog.Logger) {
	r := linkRound{Crediter: c, account: account}
	for ctx.Err() == nil {
		wait := linksEvery
		more, err := r.goOn(ctx)
		if err != nil && ctx.Err() == nil {
			log.Error("looking for login links that are to be written into Keap", "error", err)
		}
		if more || err != nil {
			wait = linksAtOnce * c.o.LinkPace
		}
		r.rest(ctx, wait)
	}
}

// linkRound is a round over all affiliates, in id order.
type linkRound struct {
	*Crediter
	account  attribution.AccountID
	settings settings.Settings
	after    string // who was looked at last
}

// rest waits, or begins anew where somebody asks for it.
func (r *linkRound) rest(ctx context.Context, wait time.Duration) {
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-r.links:
		r.after = ""
	case <-t.C:
	case <-ctx.Done():
	}
}

// goOn makes as many jobs as there is room for, and says whether the round is to go on.
func (r *linkRound) goOn(ctx context.Context) (more bool, err error) {
	if r.settings, err = r.o.Settings(ctx, r.account); err != nil || r.settings.LinkField == "" || r.o.Link == nil {
		return false, err
	}
	room, err := r.roomForLinks(ctx, r.account)
	if err != nil || room == 0 {
		return true, err
	}
	then, more, err := r.wanted(ctx, room)
	if err == nil && len(then) > 0 {
		err = r.store.Follow(ctx, r.account, r.o.Now(), then)
	}
	return more, err
}

// wanted finds affiliates whose link is to be written, at most as many as there is room for.
func (r *linkRound) wanted(ctx context.Context, room int) (then []store.Following, more bool, err error) {
	for {
		known, err := r.store.Affiliates(ctx, r.account, r.after, linksPage)
		if err != nil {
			return nil, true, err
		}
		if len(known) == 0 {
			r.after = ""
			return then, false, nil
		}
		for _, a := range known {
			if len(then) == room {
				return then, true, nil
			}
			wanted, err := r.isLinkWanted(ctx, r.account, r.settings, a)
			if err != nil {
				return nil, true, err
			}
			if wanted {
				then = append(then, store.Following{Kind: store.LinkJob, Subject: a.ID, After: time.Duration(len(then)) * r.o.LinkPace})
			}
			r.after = a.ID
		}
	}
}

// roomForLinks is how many more jobs there may be.
func (c *Crediter) roomForLinks(ctx context.Context, account attribution.AccountID) (int, error) {
	work, err := c.store.Worklist(ctx, account)
	open, parked := 0, 0
	for _, w := range work.Standings {
		switch {
		case w.Kind != store.LinkJob:
		case w.State == store.Parked:
			parked += w.Jobs
		default:
			open += w.Jobs
		}
	}
	if parked >= maxParkedLinks {
		return 0, err
	}
	return max(0, linksAtOnce-open), err
}

// isLinkWanted says whether an affiliate's contact lacks the link, and no job is there that writes it.
func (c *Crediter) isLinkWanted(ctx context.Context, account attribution.AccountID, s settings.Settings, a attribution.Affiliate) (bool, error) {
	if a.ContactID == "" || !a.Gone.IsZero() {
		return false, nil
	}
	_, want, err := c.wantedLink(ctx, account, s, a)
	if err != nil {
		return false, err
	}
	there, _, err := c.writtenLink(ctx, account, a.ID)
	if err != nil || there == want {
		return false, err
	}
	_, err = c.store.Job(ctx, account, store.JobID(store.LinkJob, a.ID))
	if errors.Is(err, store.ErrNotFound) {
		return true, nil
	}
	return false, err
}
