package admin

import (
	"context"
	"time"

	"tributary/internal/affiliates"
	"tributary/internal/connect"
	"tributary/internal/hooks"
	"tributary/internal/keaphook"
	"tributary/internal/reconcile"
	"tributary/internal/settings"
	"tributary/internal/sites"
)

// SetUp is what the pages of what is set up work with: the REST API has the very same.
type SetUp struct {
	Sites      *sites.Keeper
	Affiliates *affiliates.Desk
	Settings   *settings.Desk
	Hooks      *hooks.Service
	Keap       connect.Desk
	KeapHook   KeapHook
	Reconcile  Reconciler
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
