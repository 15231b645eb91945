package main

import (
	"context"
	"sync"
	"time"

	"tributary/internal/admin"
	"tributary/internal/affiliates"
	"tributary/internal/connect"
	"tributary/internal/hooks"
	"tributary/internal/intake"
	"tributary/internal/settings"
	"tributary/internal/sites"
	"tributary/internal/vault"
	"tributary/internal/whatif"
	"tributary/snippet"
)

// setup is what an owner sets up. The REST API and the owner's desk work with the same.
type setup struct {
	sites      *sites.Keeper
	affiliates *affiliates.Desk
	settings   *settings.Desk
	whatif     *whatif.Runner
}

// errands are what a page has done in the background. They begin where the program runs, and end before it does.
type errands chan func(context.Context)

// do hands one over.
func (e errands) do(errand func(context.Context)) { e <- errand }

// run does errands, each beside the others, until ctx ends.
func (e errands) run(ctx context.Context) {
	var under sync.WaitGroup
	defer under.Wait()
	for {
		select {
		case errand := <-e:
			under.Go(func() { errand(ctx) })
		case <-ctx.Done():
			return
		}
	}
}

func (c *collector) newSetup(seal *vault.Vault, known *intake.Sites, scripts *intake.Scripts) setup {
	return setup{
		sites: sites.New(sites.Options{
			Docs: c.store, Now: time.Now, Changed: known.Forget,
			Tag: func(key string) string { return snippet.StandardTag(c.cfg.baseURL, c.cfg.scriptPath, key) },
			Pinned: func(ctx context.Context, key string) (string, error) {
				script, err := scripts.Script(ctx, key)
				return snippet.ImmutableTag(c.cfg.baseURL, c.cfg.scriptPath, key, script), err
			},
		}),
		affiliates: affiliates.New(affiliates.Options{
			Store: c.store, Sealer: seal, Now: time.Now, Resolve: c.resolver(), Sync: c.sync, LastSync: c.lastSync,
		}),
		settings: &settings.Desk{Keeper: c.settings, Ask: c.checkSettings, Jobs: c.store, Changed: c.credit.CheckLinks, Now: time.Now},
		whatif:   c.whatif,
	}
}

func (c *collector) adminSetUp(set setup, service *hooks.Service) admin.SetUp {
	return admin.SetUp{
		Webhooks:  c.webhooks,
		Examine:   c.examine,
		Mails:     c.mails,
		MailLogin: c.mailLogin(set.affiliates), Doorbell: doorbells{c},
		Sites: set.sites, Affiliates: set.affiliates, Settings: set.settings, Hooks: service,
		Keap:     connect.Desk{Connection: c.connection, LastSuccess: c.keap.LastSuccess, Quota: c.keap.Quota, Pause: c.pause},
		KeapHook: c.work.registrar, Reconcile: c.work.reconcile, Ranking: c.ranking, WhatIf: set.whatif, Go: c.errands.do,
		KeapLists: (&keapLists{keap: c.keap}).get,
	}
}

// pause asks the outbox at each call: the demo has one of its own.
func (c *collector) pause() connect.Pause {
	s := c.outbox.Standing()
	return connect.Pause{Reason: s.Reason, Since: s.Since, Next: s.Next}
}
