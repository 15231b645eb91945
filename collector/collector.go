package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"tributary/internal/admin"
	"tributary/internal/api"
	"tributary/internal/attribution"
	"tributary/internal/audit"
	"tributary/internal/auth"
	"tributary/internal/connect"
	"tributary/internal/credit"
	"tributary/internal/hooks"
	"tributary/internal/intake"
	"tributary/internal/keap"
	"tributary/internal/letter"
	"tributary/internal/mail"
	"tributary/internal/manual"
	"tributary/internal/metrics"
	"tributary/internal/outbox"
	"tributary/internal/pass"
	"tributary/internal/portal"
	"tributary/internal/ranking"
	"tributary/internal/server"
	"tributary/internal/settings"
	"tributary/internal/store"
	"tributary/internal/store/boltstore"
	"tributary/internal/texts"
	"tributary/internal/vault"
	"tributary/internal/webhooks"
	"tributary/internal/whatif"
	"tributary/web"
)

// collector is the whole program, wired.
type collector struct {
	cfg         config
	log         *slog.Logger
	metrics     *metrics.Metrics
	store       *boltstore.Store
	auth        *auth.Auth
	connection  *connect.Connection
	credit      *credit.Crediter
	outbox      *outbox.Outbox
	keap        *keap.Client
	settings    *settings.Keeper
	mails       *mail.Queue
	passes      *pass.Passes
	letters     *letter.Letters
	texts       *texts.Texts
	work        *keapWork
	webhooks    *webhooks.Service
	ranking     *ranking.Board
	errands     errands
	whatif      *whatif.Runner
	adminKey    string
	setupURL    string // of the first run
	echo        *echo.Echo
	metricsDoor net.Listener  // nil without --metrics-listen
	stopping    chan struct{} // closed when a stop begins: ends the live pages
}

// newCollector opens the data folder and wires everything. Close it, or Run it.
func newCollector(cfg config, log *slog.Logger) (*collector, error) {
	measured := metrics.New()
	st, err := boltstore.Open(boltstore.Options{Dir: cfg.data, Committed: measured.Committed})
	if err != nil {
		return nil, dataFolderError(cfg.data, err)
	}
	c := &collector{cfg: cfg, log: log, metrics: measured, store: st, auth: auth.New(st, time.Now, auth.WithPasskeys(cfg.baseURL)), stopping: make(chan struct{})}
	measured.Watch(st.Usage, time.Now)
	if err := c.wire(); err != nil {
		return nil, errors.Join(err, st.Close())
	}
	return c, nil
}

// dataFolderError says what to do about a folder that cannot be used.
func dataFolderError(dir string, err error) error {
	switch {
	case errors.Is(err, store.ErrInUse):
		return fmt.Errorf("another tributary is using the data folder %s: stop that one, or give this one its own folder by --data", dir)
	case errors.Is(err, os.ErrPermission), errors.Is(err, errReadOnly):
		return fmt.Errorf("the data folder %s is not writable for this user: change its owner, or give another by --data (%w)", dir, err)
	}
	if errors.Is(err, store.ErrDamaged) {
		return fmt.Errorf("the store in %s is damaged: %w; move it away and restore a backup", dir, err)
	}
	return fmt.Errorf("the data folder %s cannot be used (%w): give another by --data, on a disk where this user may write", dir, err)
}

func (c *collector) wire() error {
	seal, err := c.openVault(context.Background())
	if err != nil {
		return err
	}
	if c.adminKey, err = c.loadAdminKey(); err != nil {
		return err
	}
	if err := c.openSettings(context.Background()); err != nil {
		return err
	}
	if err := c.connect(seal); err != nil {
		return err
	}
	if c.texts, err = readTexts(c.cfg.texts, c.log); err != nil {
		return err
	}
	if err := c.openMail(seal); err != nil {
		return err
	}
	return c.routes(seal)
}

// bundled makes what the pages load once: it is the same for every collector of a process, and takes longer than all the rest
// of a start.
var bundled = sync.OnceValues(web.NewAssets)

// loadAdminKey returns the configured key, or the one of the data folder, made at the first start.
func (c *collector) loadAdminKey() (string, error) {
	if c.cfg.adminKey != "" {
		return c.cfg.adminKey, nil
	}
	path := filepath.Join(c.cfg.data, adminKeyFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		text = []byte(rand.Text() + "\n")
		err = os.WriteFile(path, text, 0o600)
		c.log.Info("made an admin key for the REST API", "file", path)
	}
	if err != nil {
		return "", fmt.Errorf("admin key: %w", err)
	}
	return strings.TrimSpace(string(text)), nil
}

func (c *collector) routes(seal *vault.Vault) error {
	c.echo = server.New(server.Options{Logger: c.log, TrustedProxies: c.cfg.proxies, Ready: c.store.Ping, State: c.state})
	sites := intake.NewSites(c.store)
	scripts := &intake.Scripts{Sites: sites, Docs: c.store, Policy: c.policy, EventsPath: c.cfg.eventsPath}
	events := c.metrics.Count(c.store)
	in := intake.New(intake.Options{Store: events, Sites: sites, Sealer: seal, Policy: c.policy, Now: time.Now, Logger: c.log})
	service := hooks.NewService(hooks.Options{Store: events, Sealer: seal, Site: sites.Site, Policy: c.policy, Now: time.Now})
	door := &intake.HookDoor{Hooks: service, Logger: c.log}
	c.work = c.newKeapWork(c.keap, seal, service)
	door.Hints = c.work.hints.Take
	c.webhooks = c.newWebhooks(seal)
	c.echo.GET("/h/:token", door.Get)
	c.echo.HEAD("/h/:token", door.Get)
	c.echo.POST("/h/:token", door.Post)
	c.ranking = ranking.New(ranking.Options{Store: c.store, Account: attribution.DefaultAccount, Logger: c.log})
	c.errands = make(errands, 16)
	c.whatif = whatif.NewRunner(whatif.Options{Store: c.store, Account: attribution.DefaultAccount, Policy: c.policy, Logger: c.log})
	set := c.newSetup(seal, sites, scripts)
	assets, err := bundled()
	if err != nil {
		return err
	}
	deps := c.apiDeps(seal, set, service, in, events)
	if deps.Page, err = messages(assets, c.cfg.baseURL); err != nil {
		return err
	}
	c.echo.GET("/", func(c echo.Context) error { return deps.Page(c, http.StatusOK, doorplate) })
	api.Register(c.echo, deps)
	c.echo.GET("/metrics", echo.WrapHandler(c.metrics.Handler(c.log)), api.Needs(c.keys(), auth.Viewer))
	c.echo.GET(web.AssetsPath+"*", echo.WrapHandler(assets))
	c.echo.HEAD(web.AssetsPath+"*", echo.WrapHandler(assets))
	err = portal.Register(c.echo, portal.Deps{
		Auth: c.auth, Store: c.store, Opener: seal, Assets: assets, BaseURL: c.cfg.baseURL, Now: time.Now, Stopping: c.stopping,
		Mailer: c.mailer(), Sites: set.sites, Commissions: c.work.earned, Passes: c.passes, Settings: c.settings.Of, Digests: c.letters, Texts: c.texts,
	})
	if err != nil {
		return err
	}
	err = admin.Register(c.echo, admin.Deps{
		Auth: c.auth, Audit: audit.New(c.store, time.Now), Store: c.store, Opener: seal, Assets: assets, BaseURL: c.cfg.baseURL, Now: time.Now, Stopping: c.stopping,
		SendLink: c.inviter(), Texts: c.texts,
		SetUp: c.adminSetUp(set, service), Incoming: c.adminIncoming(seal, service, in, events),
	})
	if err != nil {
		return err
	}
	if err := manual.Register(c.echo, manual.Deps{Assets: assets, BaseURL: c.cfg.baseURL, OpenAPI: api.OpenAPI}); err != nil {
		return err
	}
	return c.door(in, scripts)
}

func (c *collector) apiDeps(seal *vault.Vault, set setup, service *hooks.Service, in *intake.Intake, events store.Store) api.Deps {
	deps := api.Deps{
		Store: events, Sealer: seal, Hooks: service, Auth: c.auth, Keys: c.keys(), Audit: audit.New(c.store, time.Now),
		Keap:    c.keapDeps(),
		BaseURL: c.cfg.baseURL, Now: time.Now,
		Retake: in.Retake,
		Sites:  set.sites, Affiliates: set.affiliates, Settings: set.settings, WhatIf: set.whatif,
		Ingest: func(ctx context.Context, e attribution.Event) (store.Outcome, error) {
			out, err := events.Ingest(ctx, attribution.DefaultAccount, c.policy(), []attribution.Event{e})
			if err != nil {
				return store.Outcome{}, err
			}
			return out[0], nil
		},
	}
	deps.Links = doorbells{c}
	deps.KeapHook, deps.Reconcile = c.work.registrar, c.work.reconcile
	deps.Connected, deps.Webhooks, deps.Mails, deps.Passes, deps.Digests = c.connected, c.webhooks, c.mails, c.passes, c.letters
	log := audit.New(c.store, time.Now)
	deps.Note = func(ctx context.Context, who string, action audit.Action, subject, detail string) error {
		return log.Write(ctx, audit.Entry{Who: who, Action: action, Subject: subject, Detail: detail})
	}
	return deps
}

// run serves until ctx ends. It stops in reverse order of start: visitors first, then Keap, then the store.
func (c *collector) run(ctx context.Context, l net.Listener) error {
	background, stopBackground := context.WithCancel(context.WithoutCancel(ctx))
	var tasks sync.WaitGroup
	tasks.Go(func() { c.sweep(background) })
	if err := c.store.Orphan(ctx, func(store.Job) time.Time { return time.Now() }); err != nil {
		c.log.Error("taking over the jobs of the last run", "error", err)
	}
	tasks.Go(func() { c.connection.Run(background) })
	tasks.Go(func() { c.ranking.Run(background) })
	tasks.Go(func() { c.errands.run(background) })
	tasks.Go(func() { c.whatif.Run(background) })
	tasks.Go(func() { c.whileConnected(background, c.deliver) })
	tasks.Go(func() { c.whileConnected(background, c.work.run) })
	tasks.Go(func() { c.whileConnected(background, c.keepSyncing) })
	tasks.Go(func() { c.webhooks.Run(background) })
	tasks.Go(func() { c.mails.Run(background) })
	tasks.Go(func() { c.letters.Run(background, attribution.DefaultAccount, c.log) })
	if c.metricsDoor != nil {
		tasks.Go(func() { c.serveMetrics(background) })
	}
	unhook := context.AfterFunc(ctx, func() { close(c.stopping) })
	defer unhook()
	c.offerSetup(ctx)
	c.log.Info("listening", "address", l.Addr().String(), "base_url", c.cfg.baseURL)
	err := server.Serve(ctx, l, c.echo)
	c.log.Info("stopping")
	stopBackground()
	tasks.Wait()
	return errors.Join(err, c.store.Close())
}

// serveMetrics answers on an address of its own, which asks for no key.
func (c *collector) serveMetrics(ctx context.Context) {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", c.metrics.Handler(c.log))
	if err := server.Serve(ctx, c.metricsDoor, mux); err != nil {
		c.log.Error("serving metrics", "error", err)
	}
}

// sweep removes expired login links and sessions, old mails, and what the audit log does not keep.
func (c *collector) sweep(ctx context.Context) {
	hourly := time.NewTicker(time.Hour)
	defer hourly.Stop()
	for {
		if _, err := c.auth.Sweep(ctx, time.Now()); err != nil && ctx.Err() == nil {
			c.log.Error("removing expired sessions", "error", err)
		}
		c.sweepMails(ctx)
		if err := audit.New(c.store, time.Now).Sweep(ctx); err != nil && ctx.Err() == nil {
			c.log.Error("removing old entries of the audit log", "error", err)
		}
		select {
		case <-hourly.C:
		case <-ctx.Done():
			return
		}
	}
}
