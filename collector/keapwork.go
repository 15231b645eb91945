package main

import (
	"context"
	"net"
	"net/url"
	"sync"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/commissions"
	"tributary/internal/hooks"
	"tributary/internal/keap"
	"tributary/internal/keaphook"
	"tributary/internal/reconcile"
	"tributary/internal/vault"
)

// keapWork is what goes on with Keap beside crediting: its hook, comparisons and imports.
type keapWork struct {
	hints     *keaphook.Hints
	registrar *keaphook.Registrar
	reconcile *reconcile.Reconciler
	earned    *commissions.Keeper
	links     func(context.Context) // writes login links into contacts
}

// newKeapWork wires it; the client must be there.
func (c *collector) newKeapWork(client *keap.Client, seal *vault.Vault, service *hooks.Service) *keapWork {
	hints := keaphook.NewHints(keaphook.HintOptions{
		Store: c.store, Contacts: client, Key: seal.Key, Account: attribution.DefaultAccount, Logger: c.log,
	})
	return &keapWork{
		hints: hints,
		registrar: keaphook.NewRegistrar(keaphook.RegistrarOptions{
			Keap: client, Hooks: service, Hints: hints, Account: attribution.DefaultAccount, BaseURL: c.cfg.baseURL,
			Unreachable: c.cfg.unreachable(), Logger: c.log,
		}),
		reconcile: reconcile.New(reconcile.Options{
			Store: c.store, Keap: client, Account: attribution.DefaultAccount, Every: 24 * time.Hour, Logger: c.log,
		}),
		earned: commissions.New(commissions.Options{
			Store: c.store, Keap: client, Account: attribution.DefaultAccount, Logger: c.log, Now: time.Now, Connected: c.keapWorks,
		}),
		links: func(ctx context.Context) { c.credit.KeepLinks(ctx, attribution.DefaultAccount, c.log) },
	}
}

// run works until ctx ends.
func (w *keapWork) run(ctx context.Context) {
	var tasks sync.WaitGroup
	defer tasks.Wait()
	tasks.Go(func() { w.hints.Run(ctx) })
	tasks.Go(func() { w.registrar.Run(ctx) })
	tasks.Go(func() { w.reconcile.Run(ctx) })
	tasks.Go(func() { w.earned.Run(ctx) })
	tasks.Go(func() { w.links(ctx) })
}

func (c *collector) keapWorks() bool {
	works, _ := c.connection.Works()
	return works
}

// unreachable says why Keap cannot call this collector, and is empty where it can. Keap's sandbox on this very machine
// calls any address.
func (c *config) unreachable() string {
	base, err := url.Parse(c.baseURL)
	if err == nil && base.Scheme == "https" {
		return ""
	}
	if at, err := url.Parse(c.keapURL); err == nil && isLoopback(at.Hostname()) && isLoopback(base.Hostname()) {
		return ""
	}
	return "Keap calls https addresses only: give the collector its public address by --base-url https://...; opt-ins wait for their contacts by the schedule meanwhile"
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
