package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"tributary/internal/api"
	"tributary/internal/attribution"
	"tributary/internal/connect"
	"tributary/internal/credit"
	"tributary/internal/keap"
	"tributary/internal/outbox"
	"tributary/internal/store"
	"tributary/internal/vault"
)

// connect wires what talks to Keap. It can all be made without a connection: nothing is sent before there is one.
func (c *collector) connect(seal *vault.Vault) error {
	config := keap.Config{
		BaseURL: c.cfg.keapURL, Key: c.cfg.keapKey, KeyHeader: c.cfg.keapKeyHeader, Timeout: c.cfg.keapTimeout,
		PerMinute: c.cfg.keapPerMinute, Reserve: c.cfg.reserve(), Logger: c.log, UserAgent: "Tributary/" + version,
		Transport: c.metrics.Transport(http.DefaultTransport.(*http.Transport).Clone()),
	}
	var err error
	c.connection, err = connect.New(context.Background(), connect.Options{
		Account: string(attribution.DefaultAccount), Store: c.store, Sealer: seal, Keap: config,
		ClientID: c.cfg.keapClientID, ClientSecret: c.cfg.keapClientSecret, AuthorizeURL: c.cfg.keapAuthorizeURL, TokenURL: c.cfg.keapTokenURL,
		RedirectURL: c.cfg.baseURL + api.CallbackPath, Logger: c.log,
	})
	if err != nil {
		return c.connectError(err)
	}
	c.keap = c.connection.Client()
	schedule := outbox.DefaultSchedule
	schedule.Span = c.cfg.contactWait
	c.credit = credit.New(c.store, c.keap, seal, credit.Options{Settle: c.cfg.keapSettle, Settings: c.settings.Of, Seal: seal.Seal, Link: c.doorbellOf})
	c.outbox = outbox.New(c.store, c.credit, outbox.Options{Schedule: schedule, Logger: c.log})
	c.metrics.WatchKeap(c.keapUsage)
	return nil
}

// connectError tells the settings' fault from the store's.
func (c *collector) connectError(err error) error {
	if errors.Is(err, store.ErrDamaged) || errors.Is(err, vault.ErrUnreadable) {
		return fmt.Errorf("connecting Keap: %w", err)
	}
	return fmt.Errorf("%w: connecting Keap: %w", errUsage, err)
}

// keapDeps is what the API tells of Keap. The outbox is asked for at each call: the demo has one of its own.
func (c *collector) keapDeps() api.Keap {
	return api.Keap{
		Connection: c.connection, LastSuccess: c.keap.LastSuccess, Paused: func() string { return c.outbox.Paused() },
		Quota: func() api.KeapQuota {
			q := c.keap.Quota()
			return api.KeapQuota{Limit: q.Limit, Left: q.Left, Turns: q.Turns, PerMinute: q.PerMinute}
		},
	}
}

// whileConnected does something for as long as Keap can be asked, and again after each reconnection.
func (c *collector) whileConnected(ctx context.Context, do func(context.Context)) {
	for ctx.Err() == nil {
		works, changed := c.connection.Works()
		if works {
			c.untilDisconnected(ctx, do)
			continue
		}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
}

// deliver runs the outbox. What made it pause with the connection before may be over.
func (c *collector) deliver(ctx context.Context) {
	c.outbox.Resume()
	c.outbox.Run(ctx)
}

func (c *collector) untilDisconnected(ctx context.Context, do func(context.Context)) {
	connected, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		defer stop()
		for {
			works, changed := c.connection.Works()
			if !works {
				return
			}
			select {
			case <-changed:
			case <-connected.Done():
				return
			}
		}
	}()
	do(connected)
	<-connected.Done() // what ends by itself is done once for each connection
}

// connected reports whether there is a Keap to ask.
func (c *collector) connected() bool {
	state, _ := c.connection.State()
	return state != connect.Disconnected
}

// resolver asks Keap for affiliates that are not known here; without a connection nobody can be asked.
func (c *collector) resolver() func(context.Context, attribution.Ref) (attribution.Affiliate, error) {
	return func(ctx context.Context, ref attribution.Ref) (attribution.Affiliate, error) {
		if !c.connected() {
			return attribution.Affiliate{}, fmt.Errorf("affiliate %s: %w", ref, store.ErrNotFound)
		}
		return c.credit.Resolve(ctx, attribution.DefaultAccount, ref)
	}
}

// state is what /readyz tells beside the store.
func (c *collector) state() map[string]string {
	return map[string]string{"keap": c.keapState()}
}

func (c *collector) keapState() string {
	state, reason := c.connection.State()
	if why := c.outbox.Paused(); why != "" && state == connect.Connected {
		return "paused: " + why
	}
	switch state {
	case connect.Connected:
		return "connected"
	case connect.Disconnected:
		return "not connected: " + reason
	}
	return reason
}
