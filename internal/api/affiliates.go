package api

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"tributary/internal/affiliates"
	"tributary/internal/attribution"
	"tributary/internal/audit"
	"tributary/internal/stats"
	"tributary/internal/store"
)

type affiliateAnswer struct {
	ID        string    `json:"id"`
	Code      string    `json:"code,omitempty"`
	Name      string    `json:"name,omitempty"`
	Email     string    `json:"email,omitempty"`
	Status    string    `json:"status,omitempty"`
	ContactID string    `json:"contact_id,omitempty"`
	GoneAt    time.Time `json:"gone_at,omitzero"`
}

func (d Deps) affiliate(a attribution.Affiliate) (affiliateAnswer, error) {
	email, err := d.Affiliates.Email(a)
	return affiliateAnswer{ID: a.ID, Code: a.Code, Name: a.Name, Email: email, Status: a.Status, ContactID: a.ContactID, GoneAt: a.Gone}, err
}

// putAffiliate saves an affiliate under Keap's id; fields that are left out keep what they had.
func putAffiliate(d Deps, c echo.Context) error {
	var in affiliates.Input
	if err := read(c, &in); err != nil {
		return err
	}
	a, added, err := d.Affiliates.Put(c.Request().Context(), account, in)
	var w *affiliates.Wrong
	if errors.As(err, &w) {
		return invalid("invalid_"+w.Field, w.Error())
	}
	if err != nil {
		return err
	}
	out, err := d.affiliate(a)
	if err != nil {
		return err
	}
	subject(c, out.ID)
	if added {
		did(c, audit.AffiliateCreate)
		return c.JSON(http.StatusCreated, out)
	}
	return c.JSON(http.StatusOK, out)
}

func listAffiliates(d Deps, c echo.Context) error {
	state := affiliates.State(c.QueryParam("status"))
	if state != "" && !slices.Contains(affiliates.States, state) {
		return invalid("invalid_status", "status must be active, inactive, gone or unconfirmed")
	}
	fetch := func(limit int) ([]attribution.Affiliate, error) {
		return d.Affiliates.List(c.Request().Context(), account, state, c.QueryParam("cursor"), limit)
	}
	return listed(c, fetch, func(a attribution.Affiliate) string { return a.ID }, d.affiliate)
}

func getAffiliate(d Deps, c echo.Context) error {
	a, err := d.Affiliates.Find(c.Request().Context(), account, c.Param("id"))
	if err != nil {
		return err
	}
	out, err := d.affiliate(a)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, out)
}

// affiliateStats answers for an affiliate that is known, and for one that has counts although Keap could not be asked. It
// resolves first: that may bring home what was counted under the code.
func affiliateStats(d Deps, c echo.Context) error {
	ref, err := attribution.NewRef(attribution.ByID, c.Param("id"))
	if err != nil {
		return store.ErrNotFound
	}
	_, unknown := d.Affiliates.Find(c.Request().Context(), account, ref.Value)
	report, err := d.report(c, ref)
	if err != nil {
		return err
	}
	if unknown != nil && report.Tally == (attribution.Tally{}) {
		return unknown
	}
	return d.brokenDown(c, ref, report)
}

func accountStats(d Deps, c echo.Context) error {
	report, err := d.report(c, attribution.Ref{})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, report)
}

func (d Deps) report(c echo.Context, ref attribution.Ref) (stats.Report, error) {
	r, err := stats.ParseRange(c.QueryParam("from"), c.QueryParam("to"), c.QueryParam("tz"), d.Now())
	if err != nil {
		return stats.Report{}, err
	}
	return stats.Read(c.Request().Context(), d.Store, account, ref, r)
}

func createLoginLink(d Deps, c echo.Context) error {
	ctx := c.Request().Context()
	a, err := d.Affiliates.Find(ctx, account, c.Param("id"))
	if err != nil {
		return err
	}
	token, expires, err := d.Auth.IssueLink(ctx, account, a.ID)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, struct {
		URL     string    `json:"url"`
		Expires time.Time `json:"expires_at"`
	}{d.BaseURL + "/portal/login/" + token, expires.UTC()})
}
