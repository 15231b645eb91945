package admin

import (
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"tributary/internal/audit"
	"tributary/internal/auth"
	"tributary/internal/reconcile"
)

const reconcileAt = keapAt + "/reconcile"

type reconcilePage struct {
	frame
	Connected  bool
	Report     reconcile.Report
	Found      []foundKind
	Rows       []reconcile.Row
	RowsLeft   int64
	Affiliates []reconcile.AffiliateRow
	Left       int64 // affiliates that are not shown
	Fixable    int
	Backfill   reconcile.Backfill
	Since      formField
}

// foundKind is how often one kind of difference was found.
type foundKind struct {
	Key   string
	Count int64
}

// kindWords say each kind of difference for people, by the keys of web/texts.
var kindWords = map[reconcile.Kind]string{
	reconcile.Missing: "desk.reconcile.kind.missing", reconcile.MissingContact: "desk.reconcile.kind.missingcontact", reconcile.MissingUnfixed: "desk.reconcile.kind.missingunfixed",
	reconcile.NotCredited: "desk.reconcile.kind.notcredited", reconcile.Unknown: "desk.reconcile.kind.unknown", reconcile.DuplicateTag: "desk.reconcile.kind.duplicate",
	reconcile.OtherPartner: "desk.reconcile.kind.otherpartner", reconcile.MergedContact: "desk.reconcile.kind.merged", reconcile.OtherContact: "desk.reconcile.kind.othercontact",
	reconcile.DeletedContact: "desk.reconcile.kind.deleted",
}

// How much of a report a page shows: the REST API gives all of it.
const (
	rowsShown       = 200
	affiliatesShown = 100
	soonAgain       = "5" // seconds, until a page of something that runs loads itself again
)

func (k *desk) reconcile(c echo.Context, who auth.User) error {
	return k.showReconcile(c, who, http.StatusOK, formField{}, k.told(c, reconcileTold))
}

var reconcileTold = map[string]string{
	"started": "desk.reconcile.started", "running": "desk.reconcile.onlyone", "import": "desk.reconcile.importbegun",
}

func (k *desk) showReconcile(c echo.Context, who auth.User, status int, since formField, said *notice) error {
	say := k.Reader(c)
	p := reconcilePage{frame: k.frame(say.Text("desk.reconcile.title"), reconcileAt, who), Connected: k.connected() && k.Reconcile != nil}
	p.Here, p.Notice, p.Since = keapAt, said, since
	p.Since.Name, p.Since.Label, p.Since.Placeholder = "since", say.Text("desk.reconcile.since"), "2026-01-01"
	if !p.Connected {
		return k.Render(c, status, "reconcile", p)
	}
	ctx := c.Request().Context()
	report, err := k.Reconcile.Latest(ctx)
	if err != nil {
		return err
	}
	if p.Backfill, err = k.Reconcile.Backfill(ctx); err != nil {
		return err
	}
	p.show(report)
	if report.State == reconcile.Running || p.Backfill.State == reconcile.Running {
		c.Response().Header().Set("Refresh", soonAgain)
	}
	return k.Render(c, status, "reconcile", p)
}

func (p *reconcilePage) show(r reconcile.Report) {
	p.Report = r
	for _, kind := range reconcile.Kinds {
		if n := r.Counts.Found[kind]; n > 0 {
			p.Found = append(p.Found, foundKind{kindWords[kind], n})
		}
	}
	for _, row := range r.Rows {
		if row.Fixable && !row.Fixed {
			p.Fixable++
		}
	}
	p.Rows = r.Rows[:min(len(r.Rows), rowsShown)]
	p.RowsLeft = int64(len(r.Rows)-len(p.Rows)) + r.RowsLeftOut
	p.Affiliates = r.ByAffiliate[:min(len(r.ByAffiliate), affiliatesShown)]
	p.Left = int64(len(r.ByAffiliate)-len(p.Affiliates)) + r.AffiliatesLeftOut
}

// Kind is the key of a kind of difference.
func (reconcilePage) Kind(kind reconcile.Kind) string { return orElse(kindWords[kind], string(kind)) }

func (k *desk) askFix(c echo.Context, who auth.User) error {
	if !k.connected() || k.Reconcile == nil {
		return c.Redirect(http.StatusSeeOther, keapAt)
	}
	report, err := k.Reconcile.Latest(c.Request().Context())
	if err != nil {
		return err
	}
	p := reconcilePage{frame: k.frame(k.Reader(c).Text("desk.reconcile.fixtitle"), keapAt, who), Connected: true}
	p.show(report)
	return k.Render(c, http.StatusOK, "reconcile-fix", p)
}

func (k *desk) startReconcile(c echo.Context, who auth.User) error {
	if !k.connected() || k.Reconcile == nil {
		return c.Redirect(http.StatusSeeOther, keapAt)
	}
	fix := answer(c, "fix") != ""
	_, err := k.Reconcile.Start(fix)
	if errors.Is(err, reconcile.ErrRunning) {
		return c.Redirect(http.StatusSeeOther, reconcileAt+"?done=running")
	}
	if err != nil {
		return err
	}
	action := audit.ReconcileStart
	if fix {
		action = audit.ReconcileFix
	}
	if err := k.note(c.Request().Context(), who, action, "", ""); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, reconcileAt+"?done=started")
}

// startBackfill imports the referrals that Keap had before us.
func (k *desk) startBackfill(c echo.Context, who auth.User) error {
	if !k.connected() || k.Reconcile == nil {
		return c.Redirect(http.StatusSeeOther, keapAt)
	}
	var since time.Time
	if text := answer(c, "since"); text != "" {
		var err error
		if since, err = time.Parse(time.DateOnly, text); err != nil {
			return k.showReconcile(c, who, http.StatusUnprocessableEntity, formField{Value: text, Wrong: k.Reader(c).Text("desk.reconcile.badsince")}, nil)
		}
	}
	_, err := k.Reconcile.StartBackfill(since)
	if errors.Is(err, reconcile.ErrRunning) {
		return c.Redirect(http.StatusSeeOther, reconcileAt+"?done=running")
	}
	if err != nil {
		return err
	}
	if err := k.note(c.Request().Context(), who, audit.BackfillStart, "", "since "+orElse(answer(c, "since"), "ever")); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, reconcileAt+"?done=import")
}
