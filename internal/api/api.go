// Package api is the REST face of the collector, for programs and for the owner's own tools.
package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"tributary/internal/affiliates"
	"tributary/internal/attribution"
	"tributary/internal/auth"
	"tributary/internal/hooks"
	"tributary/internal/settings"
	"tributary/internal/sites"
	"tributary/internal/store"
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
	Keap       Keap
	Connected  func() bool // whether there is a Keap to work with; nil is yes
	KeapHook   KeapHook    // nil without any
	Reconcile  Reconciler  // likewise
	Auth       *auth.Auth
	AdminKey   auth.AdminKey
	BaseURL    string
	Now        func() time.Time
	Sites      *sites.Keeper
	Affiliates *affiliates.Desk
	Settings   *settings.Desk
}

const account = attribution.DefaultAccount

// Register adds the routes. Each needs the admin key, except the description of all of them and the
// address that Keap sends the owner's browser to.
func Register(e *echo.Echo, d Deps) {
	e.GET("/openapi.yaml", serveOpenAPI)
	e.GET(CallbackPath, func(c echo.Context) error { return keapCallback(d, c) })
	g := e.Group("/v1", OnlyAdmin(d.AdminKey))
	for _, r := range []struct {
		method, path string
		handle       func(Deps, echo.Context) error
	}{
		{http.MethodPost, "/sites", createSite},
		{http.MethodGet, "/sites", listSites},
		{http.MethodGet, "/sites/:key", getSite},
		{http.MethodPatch, "/sites/:key", changeSite},
		{http.MethodDelete, "/sites/:key", deleteSite},
		{http.MethodPost, "/affiliates", putAffiliate},
		{http.MethodGet, "/affiliates", listAffiliates},
		{http.MethodPost, "/affiliates/sync", syncAffiliates},
		{http.MethodGet, "/affiliates/sync", lastSync},
		{http.MethodGet, "/affiliates/:id", getAffiliate},
		{http.MethodGet, "/affiliates/:id/stats", affiliateStats},
		{http.MethodPost, "/affiliates/:id/login-link", createLoginLink},
		{http.MethodPost, "/clicks", createClick},
		{http.MethodPost, "/optins", createOptIn},
		{http.MethodGet, "/optins", listOptIns},
		{http.MethodGet, "/optins/:id", getOptIn},
		{http.MethodGet, "/jobs", listJobs},
		{http.MethodPost, "/jobs/:id/retry", retryJob},
		{http.MethodPost, "/hooks", createHook},
		{http.MethodGet, "/hooks", listHooks},
		{http.MethodGet, "/hooks/:id", getHook},
		{http.MethodPatch, "/hooks/:id", changeHook},
		{http.MethodDelete, "/hooks/:id", deleteHook},
		{http.MethodGet, "/hooks/:id/payloads", listPayloads},
		{http.MethodGet, "/hooks/:id/payloads/:payload", getPayload},
		{http.MethodPost, "/hooks/:id/payloads/:payload/retry", retryPayload},
		{http.MethodGet, "/settings", getSettings},
		{http.MethodPatch, "/settings", changeSettings},
		{http.MethodGet, "/stats", accountStats},
		{http.MethodGet, "/quarantine", listQuarantine},
		{http.MethodGet, "/quarantine/:id", getQuarantined},
		{http.MethodPost, "/quarantine/:id/retry", retryQuarantined},
		{http.MethodDelete, "/quarantine/:id", deleteQuarantined},
		{http.MethodGet, "/events", listEvents},
		{http.MethodGet, "/people", exportPerson},
		{http.MethodDelete, "/people", erasePerson},
		{http.MethodGet, "/backup", backup},
		{http.MethodGet, "/keap", getKeap},
		{http.MethodDelete, "/keap", disconnectKeap},
		{http.MethodPost, "/keap/login", beginKeapLogin},
		{http.MethodPut, "/keap/key", putKeapKey},
		{http.MethodPut, "/keap/tenant", putKeapTenant},
		{http.MethodGet, "/keap/hook", getKeapHook},
		{http.MethodPost, "/keap/hook", checkKeapHook},
		{http.MethodGet, "/reconcile", getReconcile},
		{http.MethodPost, "/reconcile", startReconcile},
		{http.MethodGet, "/backfill", getBackfill},
		{http.MethodPost, "/backfill", startBackfill},
	} {
		g.Add(r.method, r.path, func(c echo.Context) error { return answer(c, r.handle(d, c)) })
	}
}

// OnlyAdmin lets in who has the admin key.
func OnlyAdmin(admin auth.AdminKey) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			key, ok := strings.CutPrefix(c.Request().Header.Get("Authorization"), "Bearer ")
			if !ok || !admin.Matches(key) {
				c.Response().Header().Set("WWW-Authenticate", "Bearer")
				return WriteProblem(c, http.StatusUnauthorized, "unauthorized", `send the admin key as "Authorization: Bearer KEY"`)
			}
			c.Response().Header().Set("Cache-Control", "no-store")
			return next(c)
		}
	}
}
