package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"tributary/internal/attribution"
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
	out := affiliateAnswer{ID: a.ID, Code: a.Code, Name: a.Name, Status: a.Status, ContactID: a.ContactID, GoneAt: a.Gone}
	if len(a.Email.Sealed) == 0 {
		return out, nil
	}
	p, err := d.Sealer.Open(a.Email.Sealed, a.Email.Key)
	out.Email = p.Email
	return out, err
}

// putAffiliate saves an affiliate under Keap's id; fields that are left out keep what they had.
func putAffiliate(d Deps, c echo.Context) error {
	var in struct{ ID, Code, Name, Email string }
	if err := read(c, &in); err != nil {
		return err
	}
	ref, err := attribution.NewRef(attribution.ByID, in.ID)
	if err != nil || strings.Trim(in.ID, "0123456789") != "" {
		return invalid("invalid_id", "id must be the affiliate's id in Keap, a number other than 0, as a string")
	}
	if _, err := refOf(string(attribution.ByCode), in.Code); err != nil {
		return invalid("invalid_code", "code: "+err.Error())
	}
	ctx := c.Request().Context()
	a, err := d.Store.Affiliate(ctx, account, ref)
	status := http.StatusOK
	if errors.Is(err, store.ErrNotFound) {
		a, status, err = attribution.Affiliate{ID: in.ID, Learned: d.Now().UTC(), Via: attribution.ViaAPI}, http.StatusCreated, nil
	}
	if err != nil {
		return err
	}
	if err := d.change(&a, in.Code, in.Name, in.Email); err != nil {
		return err
	}
	if err := d.Store.PutAffiliate(ctx, account, a, d.Now().UTC()); err != nil {
		return err
	}
	out, err := d.affiliate(a)
	if err != nil {
		return err
	}
	return c.JSON(status, out)
}

func (d Deps) change(a *attribution.Affiliate, code, name, email string) error {
	if code != "" {
		a.Code = code
	}
	if name = strings.TrimSpace(name); name != "" {
		a.Name = name
	}
	if email == "" {
		return nil
	}
	normal, err := attribution.NormalEmail(email)
	if err != nil {
		return invalid("invalid_email", "email is not an e-mail address")
	}
	a.EmailVia = ""
	a.Email.Key, a.Email.Sealed, err = d.Sealer.Seal(attribution.Person{Email: normal})
	return err
}

func listAffiliates(d Deps, c echo.Context) error {
	is, known := affiliateStates[c.QueryParam("status")]
	if !known {
		return invalid("invalid_status", "status must be active, inactive, gone or unconfirmed")
	}
	fetch := func(limit int) ([]attribution.Affiliate, error) {
		return d.affiliatesThat(c.Request().Context(), is, c.QueryParam("cursor"), limit)
	}
	return listed(c, fetch, func(a attribution.Affiliate) string { return a.ID }, d.affiliate)
}

// affiliateStates are what a list of affiliates can be narrowed to.
var affiliateStates = map[string]func(attribution.Affiliate) bool{
	"":            func(attribution.Affiliate) bool { return true },
	"active":      func(a attribution.Affiliate) bool { return a.Gone.IsZero() && a.Status == "ACTIVE" },
	"inactive":    func(a attribution.Affiliate) bool { return a.Gone.IsZero() && a.Status == "INACTIVE" },
	"gone":        func(a attribution.Affiliate) bool { return !a.Gone.IsZero() },
	"unconfirmed": func(a attribution.Affiliate) bool { return a.Gone.IsZero() && a.Status == "" },
}

// affiliatesThat reads on until a page is full: there is no index of states, and affiliates are not many.
func (d Deps) affiliatesThat(ctx context.Context, is func(attribution.Affiliate) bool, after string, limit int) (found []attribution.Affiliate, err error) {
	for {
		page, err := d.Store.Affiliates(ctx, account, after, limit)
		if err != nil {
			return nil, err
		}
		for _, a := range page {
			if after = a.ID; is(a) && len(found) < limit {
				found = append(found, a)
			}
		}
		if len(page) < limit || len(found) == limit {
			return found, nil
		}
	}
}

// resolve finds an affiliate here, or in Keap when that is connected.
func (d Deps) resolve(ctx context.Context, id string) (attribution.Affiliate, error) {
	ref, err := attribution.NewRef(attribution.ByID, id)
	if err != nil {
		return attribution.Affiliate{}, store.ErrNotFound
	}
	a, err := d.Store.Affiliate(ctx, account, ref)
	if errors.Is(err, store.ErrNotFound) && d.Resolve != nil {
		return d.Resolve(ctx, ref)
	}
	return a, err
}

func getAffiliate(d Deps, c echo.Context) error {
	a, err := d.resolve(c.Request().Context(), c.Param("id"))
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
	_, unknown := d.resolve(c.Request().Context(), ref.Value)
	report, err := d.report(c, ref)
	if err != nil {
		return err
	}
	if unknown != nil && report.Tally == (attribution.Tally{}) {
		return unknown
	}
	return c.JSON(http.StatusOK, report)
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
	a, err := d.resolve(ctx, c.Param("id"))
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
