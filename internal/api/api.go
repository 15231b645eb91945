// Package api is the REST face of the collector, for programs and for the owner's own tools.
package api

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"tributary/internal/affiliates"
	"tributary/internal/attribution"
	"tributary/internal/audit"
	"tributary/internal/auth"
	"tributary/internal/hooks"
	"tributary/internal/pass"
	"tributary/internal/settings"
	"tributary/internal/sites"
	"tributary/internal/store"
	"tributary/internal/webhooks"
	"tributary/internal/whatif"
)

// Sealer reads and writes personal data.
type Sealer interface {
	Seal(attribution.Person) (attribution.PersonKey, []byte, error)
	Open(sealed []byte, key attribution.PersonKey) (attribution.Person, error)
	Key(email string) attribution.PersonKey
	OpenBytes(sealed []byte, kind, id string) ([]byte, error)
}

// Deps is what the API needs of the program.
type Deps struct {
	Store      store.Store
	Sealer     Sealer
	Ingest     func(context.Context, attribution.Event) (store.Outcome, error)
	Retake     func(context.Context, store.Quarantined, []byte) ([]store.Outcome, error) // judges quarantined input again
	Hooks      *hooks.Service
	Webhooks   *webhooks.Service
	Keap       Keap
	Connected  func() bool // whether there is a Keap to work with; nil is yes
	KeapHook   KeapHook    // nil without any
	Reconcile  Reconciler  // likewise
	Auth       *auth.Auth
	Keys       Keys
	Audit      *audit.Log
	BaseURL    string
	Now        func() time.Time
	Sites      *sites.Keeper
	Affiliates *affiliates.Desk
	Settings   *settings.Desk
	Mails      Mails
	Passes     *pass.Passes
	Digests    Digests
	Links      Links // nil for none
	// Note writes into the audit log what a key has changed; nil where there is none.
	Note   func(ctx context.Context, who string, action audit.Action, subject, detail string) error
	WhatIf *whatif.Runner
	// Page shows a person a page, with the headers that pages have.
	Page func(echo.Context, int, Page) error
}

const account = attribution.DefaultAccount

// Register adds the routes. Each needs a key with its role, except the description of all of them and the
// address that Keap sends the owner's browser to.
func Register(e *echo.Echo, d Deps) {
	e.GET("/openapi.yaml", serveOpenAPI)
	e.GET(CallbackPath, func(c echo.Context) error { return keapCallback(d, c) })
	e.Group("/v1", Needs(d.Keys, auth.Viewer)) // for addresses that are none
	for _, r := range []struct {
		method, path string
		needs        auth.Role    // of the key
		action       audit.Action // in the audit log; "" for what changes nothing, and for what comes in by the thousand
		handle       func(Deps, echo.Context) error
	}{
		{http.MethodPost, "/sites", auth.Manager, audit.SiteCreate, createSite},
		{http.MethodGet, "/sites", auth.Viewer, "", listSites},
		{http.MethodGet, "/sites/:key", auth.Viewer, "", getSite},
		{http.MethodPatch, "/sites/:key", auth.Manager, audit.SiteChange, changeSite},
		{http.MethodDelete, "/sites/:key", auth.Manager, audit.SiteDelete, deleteSite},
		{http.MethodPost, "/affiliates", auth.Manager, audit.AffiliateChange, putAffiliate},
		{http.MethodGet, "/affiliates", auth.Viewer, "", listAffiliates},
		{http.MethodPost, "/affiliates/sync", auth.Manager, audit.AffiliateSync, syncAffiliates},
		{http.MethodGet, "/affiliates/sync", auth.Viewer, "", lastSync},
		{http.MethodGet, "/affiliates/:id", auth.Viewer, "", getAffiliate},
		{http.MethodGet, "/affiliates/:id/stats", auth.Viewer, "", affiliateStats},
		{http.MethodPost, "/affiliates/:id/login-link", auth.Manager, audit.AffiliateLink, createLoginLink},
		{http.MethodPost, "/clicks", auth.Manager, "", createClick},
		{http.MethodPost, "/optins", auth.Manager, "", createOptIn},
		{http.MethodGet, "/optins", auth.Viewer, "", listOptIns},
		{http.MethodGet, "/optins/:id", auth.Viewer, "", getOptIn},
		{http.MethodPost, "/optins/:id/decision", auth.Manager, "", decideOptIn}, // it writes into the log itself, with the reason
		{http.MethodGet, "/jobs", auth.Viewer, "", listJobs},
		{http.MethodPost, "/jobs/:id/retry", auth.Manager, audit.JobRetry, retryJob},
		{http.MethodPost, "/affiliates/:id/card", auth.Manager, audit.AffiliateCard, issueCard},
		{http.MethodDelete, "/affiliates/:id/card", auth.Manager, audit.AffiliateCard, revokeCard},
		{http.MethodPost, "/affiliates/:id/doorbell", auth.Manager, audit.AffiliateDoorbell, issueDoorbell},
		{http.MethodDelete, "/affiliates/:id/doorbell", auth.Manager, audit.AffiliateDoorbell, revokeDoorbell},
		{http.MethodPost, "/affiliates/links", auth.Manager, audit.AffiliateLinks, writeLinks},
		{http.MethodGet, "/affiliates/:id/digest", auth.Viewer, "", previewDigest},
		{http.MethodGet, "/mails", auth.Viewer, "", listMails},
		{http.MethodPost, "/mails/:id/retry", auth.Manager, audit.MailRetry, retryMail},
		{http.MethodPost, "/hooks", auth.Manager, audit.HookCreate, createHook},
		{http.MethodGet, "/hooks", auth.Viewer, "", listHooks},
		{http.MethodGet, "/hooks/:id", auth.Viewer, "", getHook},
		{http.MethodPatch, "/hooks/:id", auth.Manager, audit.HookChange, changeHook},
		{http.MethodDelete, "/hooks/:id", auth.Manager, audit.HookDelete, deleteHook},
		{http.MethodGet, "/hooks/:id/payloads", auth.Manager, "", listPayloads},
		{http.MethodGet, "/hooks/:id/payloads/:payload", auth.Manager, "", getPayload},
		{http.MethodPost, "/hooks/:id/payloads/:payload/retry", auth.Manager, audit.HookRetry, retryPayload},
		{http.MethodPost, "/webhooks", auth.Manager, audit.WebhookCreate, createWebhook},
		{http.MethodGet, "/webhooks", auth.Viewer, "", listWebhooks},
		{http.MethodGet, "/webhooks/:id", auth.Viewer, "", getWebhook},
		{http.MethodPatch, "/webhooks/:id", auth.Manager, audit.WebhookChange, changeWebhook},
		{http.MethodDelete, "/webhooks/:id", auth.Manager, audit.WebhookDelete, deleteWebhook},
		{http.MethodPost, "/webhooks/:id/rotate", auth.Manager, audit.WebhookRotate, rotateWebhook},
		{http.MethodPost, "/webhooks/:id/test", auth.Manager, audit.WebhookTest, testWebhook},
		{http.MethodPost, "/webhooks/:id/replay", auth.Manager, audit.WebhookReplay, replayFailed},
		{http.MethodGet, "/webhooks/:id/deliveries", auth.Manager, "", listDeliveries},
		{http.MethodGet, "/webhooks/:id/deliveries/:delivery", auth.Manager, "", getDelivery},
		{http.MethodPost, "/webhooks/:id/deliveries/:delivery/replay", auth.Manager, audit.WebhookReplay, replayDelivery},
		{http.MethodGet, "/settings", auth.Viewer, "", getSettings},
		{http.MethodPatch, "/settings", auth.Manager, audit.SettingsChange, changeSettings},
		{http.MethodGet, "/stats", auth.Viewer, "", accountStats},
		{http.MethodGet, "/whatif", auth.Viewer, "", whatIf},
		{http.MethodGet, "/quarantine", auth.Viewer, "", listQuarantine},
		{http.MethodGet, "/quarantine/:id", auth.Manager, "", getQuarantined},
		{http.MethodPost, "/quarantine/:id/retry", auth.Manager, audit.QuarantineRetry, retryQuarantined},
		{http.MethodDelete, "/quarantine/:id", auth.Manager, audit.QuarantineDelete, deleteQuarantined},
		{http.MethodGet, "/events", auth.Viewer, "", listEvents},
		{http.MethodGet, "/people", auth.Manager, audit.PersonExport, exportPerson},
		{http.MethodDelete, "/people", auth.Manager, audit.PersonErase, erasePerson},
		{http.MethodGet, "/backup", auth.Owner, audit.BackupTake, backup},
		{http.MethodGet, "/keap", auth.Viewer, "", getKeap},
		{http.MethodDelete, "/keap", auth.Owner, audit.KeapDisconnect, disconnectKeap},
		{http.MethodPost, "/keap/login", auth.Owner, audit.KeapLogin, beginKeapLogin},
		{http.MethodPut, "/keap/key", auth.Owner, audit.KeapConnect, putKeapKey},
		{http.MethodPut, "/keap/tenant", auth.Owner, audit.KeapTenant, putKeapTenant},
		{http.MethodGet, "/keap/hook", auth.Viewer, "", getKeapHook},
		{http.MethodPost, "/keap/hook", auth.Manager, audit.KeapHook, checkKeapHook},
		{http.MethodGet, "/reconcile", auth.Viewer, "", getReconcile},
		{http.MethodPost, "/reconcile", auth.Manager, audit.ReconcileStart, startReconcile},
		{http.MethodGet, "/users", auth.Owner, "", listUsers},
		{http.MethodPost, "/users", auth.Owner, audit.UserCreate, createUser},
		{http.MethodGet, "/users/:id", auth.Owner, "", getUser},
		{http.MethodPatch, "/users/:id", auth.Owner, audit.UserChange, changeUser},
		{http.MethodDelete, "/users/:id", auth.Owner, audit.UserDelete, deleteUser},
		{http.MethodPost, "/users/:id/link", auth.Owner, audit.UserLink, linkUser},
		{http.MethodGet, "/keys", auth.Owner, "", listKeys},
		{http.MethodPost, "/keys", auth.Owner, audit.KeyCreate, createKey},
		{http.MethodDelete, "/keys/:id", auth.Owner, audit.KeyDelete, deleteKey},
		{http.MethodGet, "/audit", auth.Owner, "", listAudit},
		{http.MethodPost, "/setup", auth.Owner, audit.SetupBegin, beginSetup},
		{http.MethodGet, "/backfill", auth.Viewer, "", getBackfill},
		{http.MethodPost, "/backfill", auth.Manager, audit.BackfillStart, startBackfill},
	} {
		e.Add(r.method, "/v1"+r.path, func(c echo.Context) error { return answer(c, d.noted(c, r.action, r.handle)) }, Needs(d.Keys, r.needs))
	}
}
