package connect

import (
	"context"
	"errors"
	"net/http"
	"time"

	"tributary/internal/keap"
)

const (
	poll       = 30 * time.Second // how soon a change by another process is seen
	firstAgain = time.Second      // after Keap could not be asked; doubled up to poll
	askTimeout = 30 * time.Second
)

// Run keeps the connection working until ctx ends: it checks a new credential with Keap, renews tokens ahead of their end,
// and sees what other processes change.
func (c *Connection) Run(ctx context.Context) {
	again := firstAgain
	for {
		wait := poll
		if !c.tend(ctx) {
			wait, again = again, min(2*again, poll)
		} else {
			again = firstAgain
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-c.kick:
		case <-ctx.Done():
			timer.Stop()
			return
		}
		timer.Stop()
	}
}

// tend does what is due. False asks to come again soon.
func (c *Connection) tend(ctx context.Context) bool {
	if err := c.reload(ctx); err != nil {
		if ctx.Err() == nil {
			c.o.Logger.Error("reading the connection to Keap", "error", err)
		}
		return false
	}
	now := c.current()
	if now.How == ByOAuth && c.isDue(now) {
		if err := c.renew(ctx, now.Access); err != nil && !errors.Is(err, keap.ErrNoCredential) && ctx.Err() == nil {
			c.o.Logger.Warn("renewing the tokens of Keap ahead of their end", "error", err)
		}
	}
	return c.isChecked() || c.check(ctx)
}

// isDue says whether three quarters of the tokens' time are over: enough is left to log in again, should that be needed.
func (c *Connection) isDue(now credential) bool {
	life := now.Expires.Sub(now.Renewed)
	return !c.isFresh(now) || !c.o.Now().Before(now.Expires.Add(-life/4))
}

func (c *Connection) isChecked() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now.How == "" || !c.standing.checked.IsZero()
}

// check asks Keap whose the present credential is. False says that it must be asked again.
func (c *Connection) check(ctx context.Context) bool {
	now := c.current()
	if now.How == ByOAuth && !c.isFresh(now) {
		return false // renew has said why
	}
	c.mu.Lock()
	c.tried = c.o.Now()
	c.mu.Unlock()
	found, err := c.ask(ctx, now)
	if keap.IsKeyRefused(err) && c.anotherThan(ctx, now) {
		now = c.current()
		found, err = c.ask(ctx, now)
	}
	if ctx.Err() != nil {
		return false
	}
	next, done := c.judge(ctx, found, err)
	c.settle(now, next)
	return done
}

// anotherThan gets other tokens in place of one that Keap refuses.
func (c *Connection) anotherThan(ctx context.Context, now credential) bool {
	if now.How != ByOAuth || c.isTooFresh(now) {
		return false
	}
	c.bury(now.Access)
	return c.renew(ctx, now.Access) == nil
}

// judge turns Keap's answer into a standing. What passes by itself is asked again, and so is a refusal: the owner may
// allow a key again.
func (c *Connection) judge(ctx context.Context, id string, err error) (standing, bool) {
	var other *OtherTenantError
	if err == nil {
		err = c.admit(ctx, id, false)
	}
	switch {
	case err == nil:
		return standing{State: Connected, Tenant: id, checked: c.o.Now()}, true
	case errors.As(err, &other):
		return standing{State: OtherTenant, Reason: other.Error(), Tenant: id}, false // another process may be told that it is meant
	case keap.IsKeyRefused(err):
		return standing{State: Refused, Reason: c.current().whyRefused(), Tenant: id}, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.standing.State == Connected { // a check of what has worked: that Keap is away for a moment changes nothing
		return c.standing, false
	}
	return standing{State: Unchecked, Reason: "Keap could not be asked whose credential this is: " + err.Error()}, false
}

func (c credential) whyRefused() string {
	switch {
	case c.Refused != "":
		return c.Refused
	case c.How == ByFlag:
		return "Keap refuses the key: check --keap-key and --keap-key-header"
	case c.How == ByKey:
		return "Keap refuses the stored key: make another in Keap, and give it by \"tributary keap login --key\""
	}
	return "Keap refuses the access token: log in again by \"tributary keap login\""
}

// ask returns the app of a credential, "" where Keap takes the credential and does not tell.
func (c *Connection) ask(ctx context.Context, of credential) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	who, err := c.as(of).UserInfo(ctx)
	var answer *keap.Error
	if errors.As(err, &answer) && (answer.Status == http.StatusForbidden || keap.IsNotFound(err)) {
		return "", nil // a key that may do other things, perhaps; every call will tell
	}
	return who.TenantID, err
}

// as asks Keap with one credential, whatever the present one is.
func (c *Connection) as(of credential) *keap.Client {
	return c.keap.As(keap.Token{Text: of.token(), Header: of.Header})
}
