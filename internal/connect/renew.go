package connect

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/oauth2"

	"tributary/internal/keap"
	"tributary/internal/lease"
	"tributary/internal/store"
)

const (
	tokenTimeout = 15 * time.Second // of one call of the token address
	leaseLife    = time.Minute      // longer than two such calls and a commit
	leasePoll    = 50 * time.Millisecond
	tokenPause   = 5 * time.Second // after a call that was lost
	refusedPause = time.Hour       // after a refusal: Keap is known to refuse at random, so it is asked again, seldom
	accessLife   = 24 * time.Hour  // where Keap does not tell
)

// rotation is a pair that Keap gave and that is not on disk yet.
type rotation struct {
	spent string // the refresh token that Keap took for it
	next  credential
}

// renew gets other tokens than the access token named: from the store, where another process has renewed them, or from
// Keap. One caller at a time does it, here and over all processes; the others find what that one has saved.
func (c *Connection) renew(ctx context.Context, stale string) error {
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if found, err := c.renewed(ctx, stale); found || err != nil {
		return err
	}
	held, err := c.hold(ctx, stale)
	if held == nil || err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx) // a caller who leaves must not stop it between Keap and the disk
	defer func() {
		if err := held.Release(ctx); err != nil {
			c.o.Logger.Warn("giving the lease of Keap's tokens back", "error", err)
		}
	}()
	if found, err := c.renewed(ctx, stale); found || err != nil {
		return err
	}
	return c.rotate(ctx)
}

// renewed says whether the store has other tokens than the stale one, and takes them over. An error says that there is no
// use in asking Keap now.
func (c *Connection) renewed(ctx context.Context, stale string) (bool, error) {
	if err := c.saveLate(ctx); err != nil {
		return false, err
	}
	if err := c.reload(ctx); err != nil {
		return false, err
	}
	now := c.current()
	if now.How != "" && now.token() != stale {
		return true, nil
	}
	return false, c.noUse(now)
}

func (c *Connection) noUse(now credential) error {
	at := c.o.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case now.How == "":
		return fmt.Errorf("%w: %s", keap.ErrNoCredential, howToConnect)
	case c.o.ClientID == "":
		c.stand(standing{State: Refused, Reason: noClient, Tenant: c.standing.Tenant})
		return fmt.Errorf("%w: %s", keap.ErrNoCredential, noClient)
	case now.Refused != "" && now.RefusedAt.After(c.started) && at.Before(now.RefusedAt.Add(refusedPause)):
		return c.stop(now) // a start tries again: the client's secret may have been put right
	case c.lost != nil && at.Before(c.lostAt.Add(tokenPause)):
		return c.lost
	}
	return nil
}

const noClient = "the tokens of Keap cannot be renewed: start with --keap-client-id and --keap-client-secret again"

// stop says that Keap gives no other tokens. Those that are left are used to their end. c.mu is held.
func (c *Connection) stop(now credential) error {
	if !c.o.Now().Before(now.Expires.Add(-late)) || now.Access == c.dead {
		c.stand(standing{State: Refused, Reason: now.Refused, Tenant: c.standing.Tenant})
	}
	return fmt.Errorf("%w: %s", keap.ErrNoCredential, now.Refused)
}

// hold waits for the lease. It returns none when the tokens were renewed meanwhile.
func (c *Connection) hold(ctx context.Context, stale string) (*lease.Lease, error) {
	for {
		held, err := lease.Take(ctx, c.o.Store, "keap-tokens/"+c.o.Account, leaseLife, c.o.Now())
		if !errors.Is(err, lease.ErrHeld) {
			return held, err
		}
		select {
		case <-time.After(leasePoll):
		case <-ctx.Done():
			return nil, fmt.Errorf("waiting for another process to renew the tokens of Keap: %w", ctx.Err())
		}
		if found, err := c.renewed(ctx, stale); found || err != nil {
			return nil, err
		}
	}
}

// rotate asks Keap for new tokens and saves them. On a refusal it looks whether another process was faster after all, and
// tries the refresh token before this one once: Keap may have forgotten its own renewal.
func (c *Connection) rotate(ctx context.Context) error {
	old := c.current()
	pair, err := c.refresh(ctx, old.Refresh)
	spent := old.Refresh
	if refused(err) {
		if found, err := c.renewed(ctx, old.Access); found || err != nil {
			return err
		}
		if old.Previous != "" {
			pair, err = c.refresh(ctx, old.Previous)
		}
	}
	if refused(err) {
		return c.giveUp(ctx, old, err)
	}
	c.mu.Lock()
	c.lost, c.lostAt = err, c.o.Now()
	if err == nil {
		c.unsaved = &rotation{spent, old.with(pair, c.o.Now())}
	}
	c.mu.Unlock()
	if err != nil {
		return err
	}
	return c.saveLate(ctx)
}

func (c credential) with(pair *oauth2.Token, now time.Time) credential {
	life := accessLife
	if pair.ExpiresIn > 0 {
		life = time.Duration(pair.ExpiresIn) * time.Second
	}
	c.How, c.Refused, c.RefusedAt = ByOAuth, "", time.Time{}
	c.Renewed, c.Expires = now.UTC(), now.Add(life).UTC()
	c.secrets = secrets{Access: pair.AccessToken, Refresh: pair.RefreshToken, Previous: c.Refresh}
	return c
}

// saveLate saves tokens that Keap gave and the disk did not take; nothing is shown to Keap before. They are given up only
// for a connection that was made meanwhile, which is the owner's newer word.
func (c *Connection) saveLate(ctx context.Context) error {
	c.mu.Lock()
	late := c.unsaved
	c.mu.Unlock()
	for late != nil {
		stored, err := c.load(ctx)
		if err != nil {
			return fmt.Errorf("saving the new tokens of Keap: %w", err)
		}
		if stored.Refresh != late.spent {
			c.saved(stored)
			return nil
		}
		late.next.version = stored.version
		saved, err := c.put(ctx, late.next)
		if errors.Is(err, store.ErrConflict) {
			continue
		}
		if err != nil {
			return fmt.Errorf("saving the new tokens of Keap; they are not used before: %w", err)
		}
		c.o.Logger.Info("the tokens of Keap are renewed", "until", saved.Expires)
		c.saved(saved)
		return nil
	}
	return nil
}

func (c *Connection) saved(now credential) {
	c.mu.Lock()
	c.unsaved = nil
	c.mu.Unlock()
	c.adopt(now)
}

// giveUp stores that Keap refuses, so that every process knows and the owner is told.
func (c *Connection) giveUp(ctx context.Context, old credential, why error) error {
	old.Refused, old.RefusedAt = why.Error(), c.o.Now().UTC()
	saved, err := c.put(ctx, old)
	if errors.Is(err, store.ErrConflict) { // somebody has connected anew meanwhile
		return c.reload(ctx)
	}
	if err != nil {
		return fmt.Errorf("saving that Keap refuses the tokens: %w", err)
	}
	c.o.Logger.Error("Keap gives no new tokens", "reason", saved.Refused, "old_ones_until", saved.Expires)
	c.adopt(saved)
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stop(saved)
}

// refresh is one call of the token address. Its errors hold nothing that Keap wrote.
func (c *Connection) refresh(ctx context.Context, token string) (*oauth2.Token, error) {
	conf := c.oauth
	conf.Endpoint.AuthStyle = oauth2.AuthStyleInHeader // HTTP Basic: Keap takes a refresh no other way
	pair, err := conf.TokenSource(c.withClient(ctx), &oauth2.Token{RefreshToken: token}).Token()
	if err != nil {
		return nil, tokenError("renewing the tokens of Keap", err)
	}
	return pair, nil
}

func (c *Connection) withClient(ctx context.Context) context.Context {
	return context.WithValue(ctx, oauth2.HTTPClient, c.web)
}
