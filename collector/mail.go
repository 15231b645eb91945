package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tributary/internal/affiliates"
	"tributary/internal/attribution"
	"tributary/internal/auth"
	"tributary/internal/letter"
	"tributary/internal/mail"
	"tributary/internal/pass"
	"tributary/internal/portal"
	"tributary/internal/vault"
)

// digestPace is what the strictest of the common mail services takes without complaint.
const digestPace = 250 * time.Millisecond

// checkMail reads the mail server's address, so that a slip in it is told at the start.
func (c *config) checkMail() error {
	if c.smtpURL == "" {
		if c.mailFrom != "" {
			return errors.New("--mail-from is for --smtp-url: give both, or neither")
		}
		return nil
	}
	if c.mailFrom == "" {
		return errors.New(`--smtp-url needs --mail-from, the sender of the mails, such as "Example Team <team@example.com>"`)
	}
	if _, err := mail.NewServer(c.smtpURL, c.mailFrom); err != nil {
		return fmt.Errorf("--smtp-url and --mail-from: %w", err)
	}
	return nil
}

// openMail makes the queue, and what writes the mails. Without a mail server nothing can be put into it; what waits from
// before is listed and waits on.
func (c *collector) openMail(seal *vault.Vault) error {
	o := mail.Options{Docs: c.store, Now: time.Now, Logger: c.log, Pace: digestPace, Settled: c.metrics.Mailed}
	if c.cfg.smtpURL != "" {
		server, err := mail.NewServer(c.cfg.smtpURL, c.cfg.mailFrom)
		if err != nil {
			return err
		}
		o.Send = server.Send
	}
	c.mails = mail.NewQueue(o)
	c.passes = pass.New(c.store, seal)
	c.metrics.WatchMails(c.mails.Waiting)
	var err error
	c.letters, err = letter.New(letter.Options{
		Store: c.store, Docs: c.store, Vault: seal, Auth: c.auth, Queue: c.mails, Passes: c.passes, Settings: c.settings.Of, BaseURL: c.cfg.baseURL, Now: time.Now, Texts: c.texts,
	})
	return err
}

// mailer is what the affiliate's page mails with; nil where there is no mail server.
func (c *collector) mailer() portal.Mailer {
	if !c.mails.CanSend() {
		return nil
	}
	return c.letters
}

// inviter mails a user of the desk a link; nil where there is no mail server.
func (c *collector) inviter() func(context.Context, auth.User, string) error {
	if !c.mails.CanSend() {
		return nil
	}
	return c.letters.Invite
}

// sweepMails removes the mails that ended long ago.
func (c *collector) sweepMails(ctx context.Context) {
	if err := c.mails.Sweep(ctx); err != nil && ctx.Err() == nil {
		c.log.Error("removing old mails", "error", err)
	}
}

// mailLogin queues a login mail for an affiliate; nil where there is no mail server.
func (c *collector) mailLogin(known *affiliates.Desk) func(context.Context, attribution.Affiliate) error {
	if !c.mails.CanSend() {
		return nil
	}
	return func(ctx context.Context, a attribution.Affiliate) error {
		email, err := known.Email(a)
		if err != nil {
			return err
		}
		_, err = c.mails.Put(ctx, mail.Mail{
			ID: mail.NewID(time.Now()), Account: attribution.DefaultAccount, Class: mail.Login, Affiliate: a.ID, Masked: attribution.MaskEmail(email),
		})
		return err
	}
}
