package api

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"tributary/internal/attribution"
	"tributary/internal/stats"
	"tributary/internal/store"
)

type optInAnswer struct {
	ID        uuid.UUID          `json:"id"`
	At        time.Time          `json:"at"`
	Affiliate *affiliateOf       `json:"affiliate"`
	Person    personOf           `json:"person"`
	Site      string             `json:"site"`
	Form      string             `json:"form"`
	Via       []attribution.Via  `json:"via"`
	Status    attribution.Status `json:"status"`
	Reason    string             `json:"reason"`
	Keap      keapOf             `json:"keap"`
	Trace     []attribution.Step `json:"trace"`
	Flags     []attribution.Flag `json:"flags"`
	Decision  *decisionOf        `json:"decision"`
}

type affiliateOf struct {
	ID   string `json:"id,omitempty"`
	Code string `json:"code,omitempty"`
	Name string `json:"name,omitempty"`
}

type personOf struct {
	Email string `json:"email"`
}

type keapOf struct {
	ContactID  string `json:"contact_id,omitempty"`
	ReferralID string `json:"referral_id,omitempty"`
}

func (d Deps) optIn(c echo.Context, o attribution.OptIn) (optInAnswer, error) {
	email, err := d.emailOf(o)
	if err != nil {
		return optInAnswer{}, err
	}
	return showOptIn(c.Request().Context(), d.Store, o, email)
}

// ShowOptIn is an opt-in as GET /v1/optins/{id} shows it, with the e-mail that is given.
func ShowOptIn(ctx context.Context, s store.Affiliates, o attribution.OptIn, email string) (any, error) {
	return showOptIn(ctx, s, o, email)
}

func showOptIn(ctx context.Context, s store.Affiliates, o attribution.OptIn, email string) (optInAnswer, error) {
	earner, err := earner(ctx, s, o.Ref)
	if err != nil {
		return optInAnswer{}, err
	}
	return optInAnswer{
		ID: o.ID, At: o.At, Affiliate: earner, Person: personOf{email}, Site: o.Site, Form: o.Form.ID, Via: o.Via,
		Status: o.Status, Reason: o.Reason, Keap: keapOf{o.ContactID, o.ReferralID}, Trace: o.Trace,
		Flags: append([]attribution.Flag{}, o.Flags...), Decision: decided(o),
	}, nil
}

// emailOf is the e-mail of an opt-in, or "" while only its hash or nothing is known, and once the person is erased.
func (d Deps) emailOf(o attribution.OptIn) (string, error) {
	if len(o.Sealed) == 0 || o.Status == attribution.Erased {
		return "", nil
	}
	p, err := d.Sealer.Open(o.Sealed, o.Person)
	return p.Email, err
}

// earner names the affiliate of a reference, as far as it is known; nil where there is none.
func earner(ctx context.Context, s store.Affiliates, ref attribution.Ref) (*affiliateOf, error) {
	if ref.IsZero() {
		return nil, nil
	}
	a, err := s.Affiliate(ctx, account, ref)
	switch {
	case err == nil:
		return &affiliateOf{a.ID, a.Code, a.Name}, nil
	case !errors.Is(err, store.ErrNotFound):
		return nil, err
	case ref.Kind == attribution.ByCode:
		return &affiliateOf{Code: ref.Value}, nil
	}
	return &affiliateOf{ID: ref.Value}, nil
}

func createOptIn(d Deps, c echo.Context) error {
	var in struct {
		Email, Affiliate, Kind, Site string
		FirstName                    string `json:"first_name"`
		LastName                     string `json:"last_name"`
		Phone, At, Form              string
		TributaryID                  string `json:"tributary_id"`
	}
	if err := read(c, &in); err != nil {
		return err
	}
	email, err := attribution.NormalEmail(in.Email)
	if err != nil {
		return invalid("invalid_email", "email is not an e-mail address")
	}
	e, err := d.event(c, attribution.OptedIn, in.Kind, in.Affiliate, in.Site, in.At)
	if err != nil {
		return err
	}
	e.Form.ID, e.Via = cut(in.Form, 200), attribution.ViaAPI
	if e.Joins, err = joinsOf(in.TributaryID); err != nil {
		return err
	}
	p := attribution.Person{Email: email, FirstName: cut(in.FirstName, 100), LastName: cut(in.LastName, 100), Phone: cut(in.Phone, 40)}
	if e.Person, e.Sealed, err = d.Sealer.Seal(p); err != nil {
		return err
	}
	outcome, err := d.Ingest(c.Request().Context(), e)
	if err != nil {
		return err
	}
	return d.answerOptIn(c, outcome)
}

// joinsOf reads the opt-in that this one is, as a form's hidden field told it.
func joinsOf(text string) (uuid.UUID, error) {
	if text == "" {
		return uuid.Nil, nil
	}
	id, err := uuid.Parse(text)
	if err != nil {
		return id, invalid("invalid_tributary_id", "tributary_id must be the UUID that the form's hidden field held")
	}
	if attribution.IsTestID(id) {
		return id, invalid("test_tributary_id", "tributary_id is of a test opt-in, which counts nowhere: leave it out to make a real opt-in")
	}
	return id, nil
}

func (d Deps) answerOptIn(c echo.Context, outcome store.Outcome) error {
	o, err := d.Store.OptIn(c.Request().Context(), account, outcome.OptIn)
	if err != nil {
		return err
	}
	out, err := d.optIn(c, o)
	if err != nil {
		return err
	}
	if outcome.Disposition == store.Duplicate {
		return c.JSON(http.StatusOK, out)
	}
	return c.JSON(http.StatusCreated, out)
}

// event checks what clicks and opt-ins have in common.
func (d Deps) event(c echo.Context, kind attribution.EventType, refKind, affiliate, site, atText string) (e attribution.Event, err error) {
	ref, err := refOf(refKind, affiliate)
	if err != nil {
		return e, err
	}
	at, err := d.timeOf(atText)
	if err != nil {
		return e, err
	}
	if site != "" {
		_, err := d.Sites.Get(c.Request().Context(), site)
		if errors.Is(err, store.ErrNotFound) {
			return e, invalid("unknown_site", "site must be the key of one of your sites, such as st_...")
		}
		if err != nil {
			return e, err
		}
	}
	id, err := eventID(c)
	e = attribution.Event{ID: id, Type: kind, At: at, Received: d.Now().UTC().Truncate(time.Millisecond), Site: site, Visitor: id}
	if !ref.IsZero() {
		e.Latest = attribution.Touch{Ref: ref, At: at}
		e.First = e.Latest
	}
	return e, err
}

func cut(s string, limit int) string {
	s = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "")))
	if runes := []rune(s); len(runes) > limit {
		return string(runes[:limit])
	}
	return s
}

func createClick(d Deps, c echo.Context) error {
	var in struct{ Affiliate, Kind, Site, URL, At, Visitor, ID string }
	if err := read(c, &in); err != nil {
		return err
	}
	e, err := d.event(c, attribution.Clicked, in.Kind, in.Affiliate, in.Site, in.At)
	if err != nil {
		return err
	}
	if e.Latest.IsZero() {
		return invalid("invalid_affiliate", "a click needs the affiliate who brought it")
	}
	if err := setClick(&e, in.ID, in.Visitor, in.URL); err != nil {
		return err
	}
	outcome, err := d.Ingest(c.Request().Context(), e)
	if err != nil {
		return err
	}
	status := http.StatusCreated
	if outcome.Disposition == store.Duplicate {
		status = http.StatusOK
	}
	return c.JSON(status, struct {
		ID     uuid.UUID         `json:"id"`
		Status store.Disposition `json:"status"`
	}{e.ID, outcome.Disposition})
}

func setClick(e *attribution.Event, id, visitor, url string) (err error) {
	for field, text := range map[string]string{"id": id, "visitor": visitor} {
		if text == "" {
			continue
		}
		parsed, err := uuid.Parse(text)
		if err != nil || parsed == uuid.Nil {
			return invalid("invalid_"+field, field+" must be a UUID")
		}
		if field == "id" {
			e.ID = parsed
		} else {
			e.Visitor = parsed
		}
	}
	if i := strings.IndexAny(url, "?#"); i >= 0 {
		url = url[:i] // a query may hold personal data
	}
	if url != "" && !strings.HasPrefix(url, "https://") && !strings.HasPrefix(url, "http://") {
		return invalid("invalid_url", "url must be the address of a page, such as https://www.example.com/webinar")
	}
	e.URL = cut(url, 512)
	return nil
}

func getOptIn(d Deps, c echo.Context) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return store.ErrNotFound
	}
	o, err := d.Store.OptIn(c.Request().Context(), account, id)
	if err != nil {
		return err
	}
	out, err := d.optIn(c, o)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, out)
}

func listOptIns(d Deps, c echo.Context) error {
	q, err := d.query(c)
	if err != nil {
		return err
	}
	page, err := d.Store.OptIns(c.Request().Context(), account, q)
	if err != nil {
		return err
	}
	out := make([]optInAnswer, len(page.OptIns))
	for i, o := range page.OptIns {
		if out[i], err = d.optIn(c, o); err != nil {
			return err
		}
	}
	return c.JSON(http.StatusOK, list[optInAnswer]{out, cursorText(page.Next)})
}

func (d Deps) query(c echo.Context) (q store.Query, err error) {
	if q.Limit, err = limitOf(c); err != nil {
		return q, err
	}
	if q.Cursor, err = parseCursor(c.QueryParam("cursor")); err != nil {
		return q, err
	}
	kind, value, coded := strings.Cut(c.QueryParam("affiliate"), ":")
	if !coded {
		kind, value = "id", kind
	}
	if q.Ref, err = refOf(kind, value); err != nil {
		return q, err
	}
	if q.Status = attribution.Status(c.QueryParam("status")); q.Status != "" && !slices.Contains(attribution.Statuses, q.Status) {
		return q, invalid("invalid_status", fmt.Sprintf("status must be one of %v", attribution.Statuses))
	}
	if email := c.QueryParam("email"); email != "" {
		normal, err := attribution.NormalEmail(email)
		if err != nil {
			return q, invalid("invalid_email", "email is not an e-mail address")
		}
		q.Person = d.Sealer.Key(normal)
	}
	if flagged := c.QueryParam("flagged"); flagged != "" {
		if q.Flagged = flagged == "true"; !q.Flagged {
			return q, invalid("invalid_flagged", "flagged must be true, or left out")
		}
	}
	q.Site = c.QueryParam("site")
	return q, d.span(c, &q)
}

// span reads from and to as stats do; without them everything is listed.
func (d Deps) span(c echo.Context, q *store.Query) error {
	from, to := c.QueryParam("from"), c.QueryParam("to")
	if from == "" && to == "" {
		return nil
	}
	for _, bound := range []struct {
		name, text string
		set        *time.Time
		end        bool
	}{{"from", from, &q.From, false}, {"to", to, &q.To, true}} {
		if bound.text == "" {
			continue
		}
		at, err := time.Parse(time.RFC3339, bound.text)
		if err != nil {
			if at, err = time.Parse(time.DateOnly, bound.text); err == nil && bound.end {
				at = at.AddDate(0, 0, 1)
			}
		}
		if err != nil {
			return &stats.BadRange{Field: bound.name, Value: bound.text, Problem: "write a time such as 2026-11-01T12:00:00Z, or a day such as 2026-11-01"}
		}
		*bound.set = at
	}
	return nil
}

func cursorText(c store.Cursor) string {
	if c.IsZero() {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d|%s", c.At.UnixMilli(), c.ID))
}

func parseCursor(text string) (c store.Cursor, err error) {
	if text == "" {
		return c, nil
	}
	bad := invalid("invalid_cursor", "cursor must be the next_cursor of the page before")
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return c, bad
	}
	at, id, _ := strings.Cut(string(raw), "|")
	ms, err := strconv.ParseInt(at, 10, 64)
	if err != nil {
		return c, bad
	}
	if c.ID, err = uuid.Parse(id); err != nil {
		return c, bad
	}
	c.At = time.UnixMilli(ms).UTC()
	return c, nil
}
