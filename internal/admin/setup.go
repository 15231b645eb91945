package admin

import (
	"context"
	"net/http"
	"time"

	"tributary/internal/affiliates"
	"tributary/internal/attribution"
	"tributary/internal/auth"
	"tributary/internal/connect"
	"tributary/internal/doctor"
	"tributary/internal/hooks"
	"tributary/internal/keaphook"
	"tributary/internal/ranking"
	"tributary/internal/reconcile"
	"tributary/internal/settings"
	"tributary/internal/sites"
	"tributary/internal/webhooks"
	"tributary/internal/whatif"
)

// SetUp is what the pages of what is set up work with: the REST API has the very same.
type SetUp struct {
	Sites      *sites.Keeper
	Affiliates *affiliates.Desk
	Settings   *settings.Desk
	Hooks      *hooks.Service
	Webhooks   *webhooks.Service
	Keap       connect.Desk
	KeapHook   KeapHook
	Reconcile  Reconciler
	Ranking    *ranking.Board
	WhatIf     *whatif.Runner
	// KeapLists reads what settings can name; nil where nobody can.
	KeapLists func(context.Context) (KeapLists, error)
	// Go has something done in the background, until it is done or the collector stops.
	Go func(func(context.Context))
	// MailLogin mails an affiliate a login link; nil where no mail can be sent.
	MailLogin func(context.Context, attribution.Affiliate) error
	// Examine looks at a page for a site's tag, as the form doctor does, within bounds that suit an address that somebody has
	// filled in; nil where nobody can.
	Examine func(ctx context.Context, site, address string) (doctor.Report, error)
	// Mails are those of the queue; nil for none.
	Mails Mails
	// Doorbell are the affiliates' lasting addresses; nil for none.
	Doorbell Doorbells
}

// connected tells whether there is a Keap to ask.
func (k *desk) connected() bool {
	if k.Keap.Connection == nil {
		return false
	}
	state, _ := k.Keap.State()
	return state != connect.Disconnected
}

// KeapHook keeps the hook by which Keap tells of new contacts.
type KeapHook interface {
	Status() keaphook.Status
	Check(ctx context.Context) keaphook.Status
}

// Reconciler compares with Keap and imports from it. Both go on after the answer.
type Reconciler interface {
	Start(fix bool) (reconcile.Report, error)
	Latest(ctx context.Context) (reconcile.Report, error)
	StartBackfill(since time.Time) (reconcile.Backfill, error)
	Backfill(ctx context.Context) (reconcile.Backfill, error)
}

// The addresses of the pages of what is set up.
const (
	sitesAt      = "/admin/sites"
	affiliatesAt = "/admin/affiliates"
	hooksAt      = "/admin/hooks"
	keapAt       = "/admin/keap"
	settingsAt   = "/admin/settings"
	whatifAt     = "/admin/whatif"
)

// setupRoutes lists the pages of what is set up. Viewers look, managers change, and the connection to Keap is the owners'.
func setupRoutes() []route {
	const get, post = http.MethodGet, http.MethodPost
	return []route{
		{get, affiliatesAt, auth.Viewer, (*desk).affiliates},
		{post, affiliatesAt, auth.Manager, (*desk).addAffiliate},
		{get, affiliatesAt + "/new", auth.Manager, (*desk).newAffiliate},
		{post, affiliatesAt + "/sync", auth.Manager, (*desk).syncAffiliates},
		{get, affiliatesAt + "/unknown", auth.Viewer, (*desk).unknownAffiliates},
		{post, affiliatesAt + "/unknown", auth.Manager, (*desk).lookAgain},
		{get, affiliatesAt + "/:id", auth.Viewer, (*desk).affiliate},
		{post, affiliatesAt + "/:id/login-link", auth.Manager, (*desk).makeLogin},
		{post, affiliatesAt + "/:id/doorbell", auth.Manager, (*desk).renewDoorbell},

		{get, hooksAt, auth.Viewer, (*desk).hooks},
		{post, hooksAt, auth.Manager, (*desk).addHook},
		{get, hooksAt + "/new", auth.Manager, (*desk).newHook},
		{post, hooksAt + "/keap", auth.Manager, (*desk).checkKeapHook},
		{get, hooksAt + "/:id", auth.Viewer, (*desk).hook},
		{post, hooksAt + "/:id", auth.Manager, (*desk).changeHook},
		{get, hooksAt + "/:id/delete", auth.Manager, (*desk).askDeleteHook},
		{post, hooksAt + "/:id/delete", auth.Manager, (*desk).deleteHook},
		// A payload is what people have filled in, as it came.
		{get, hooksAt + "/:id/payloads/:payload", auth.Manager, (*desk).payload},
		{post, hooksAt + "/:id/payloads/:payload/retry", auth.Manager, (*desk).retryPayload},

		{get, keapAt, auth.Viewer, (*desk).keap},
		{post, keapAt + "/check", auth.Owner, (*desk).checkKeap},
		{post, keapAt + "/login", auth.Owner, (*desk).loginKeap},
		{post, keapAt + "/key", auth.Owner, (*desk).useKey},
		{post, keapAt + "/tenant", auth.Owner, (*desk).acceptTenant},
		{get, keapAt + "/disconnect", auth.Owner, (*desk).askDisconnect},
		{post, keapAt + "/disconnect", auth.Owner, (*desk).disconnectKeap},
		{get, reconcileAt, auth.Viewer, (*desk).reconcile},
		{post, reconcileAt, auth.Manager, (*desk).startReconcile},
		{get, reconcileAt + "/fix", auth.Manager, (*desk).askFix},
		{post, keapAt + "/backfill", auth.Manager, (*desk).startBackfill},

		{get, whatifAt, auth.Viewer, (*desk).whatif},

		{get, settingsAt, auth.Viewer, (*desk).settings},
		{post, settingsAt, auth.Manager, (*desk).saveSettings},
		{post, settingsAt + "/review", auth.Manager, (*desk).reviewSettings},

		{get, sitesAt, auth.Viewer, (*desk).sites},
		{post, sitesAt, auth.Manager, (*desk).addSite},
		{get, sitesAt + "/new", auth.Manager, (*desk).newSite},
		{get, sitesAt + "/:key", auth.Viewer, (*desk).site},
		{post, sitesAt + "/:key", auth.Manager, (*desk).changeSite},
		{post, sitesAt + "/:key/check", auth.Manager, (*desk).checkPage},
		{post, sitesAt + "/:key/origins", auth.Manager, (*desk).allowOrigin},
		{get, sitesAt + "/:key/delete", auth.Manager, (*desk).askDeleteSite},
		{post, sitesAt + "/:key/delete", auth.Manager, (*desk).deleteSite},
	}
}
