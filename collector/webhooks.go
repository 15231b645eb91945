package main

import (
	"context"
	"time"

	"tributary/internal/api"
	"tributary/internal/attribution"
	"tributary/internal/metrics"
	"tributary/internal/vault"
	"tributary/internal/webhooks"
)

// newWebhooks wires what tells other programs of opt-ins. It needs no Keap.
func (c *collector) newWebhooks(seal *vault.Vault) *webhooks.Service {
	s := webhooks.New(webhooks.Options{
		Store: c.store, Sealer: seal, Account: attribution.DefaultAccount, Alone: true, Loopback: c.cfg.webhooksToLoopback, Now: time.Now,
		Show: func(ctx context.Context, o attribution.OptIn, email string) (any, error) {
			return api.ShowOptIn(ctx, c.store, o, email)
		},
		Logger: c.log, Observe: c.metrics.Webhook,
	})
	c.metrics.WatchWebhooks(func() metrics.WebhookUsage { return metrics.WebhookUsage(s.Standing()) })
	return s
}
