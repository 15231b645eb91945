package api

import (
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"tributary/internal/attribution"
	"tributary/internal/settings"
	"tributary/internal/stats"
	"tributary/internal/whatif"
)

type whatifAnswer struct {
	State    whatif.State     `json:"state"`
	Reason   string           `json:"reason,omitempty"`
	Rule     attribution.Rule `json:"rule"`
	Window   settings.Span    `json:"window"`
	From     time.Time        `json:"from"`
	To       time.Time        `json:"to"`
	Started  time.Time        `json:"started"`
	Finished time.Time        `json:"finished,omitzero"`
	Read     int              `json:"events_read"`
	Result   *whatifResult    `json:"result,omitempty"` // of a finished one
}

type whatifResult struct {
	Today      whatifPolicy    `json:"today"`
	OptIns     int64           `json:"optins"`
	Changed    int64           `json:"changed"`
	ToNobody   int64           `json:"to_nobody"`
	FromNobody int64           `json:"from_nobody"`
	NotJudged  int64           `json:"not_judged"`
	Since      time.Time       `json:"since,omitzero"`
	Same       int             `json:"affiliates_without_difference"`
	LeftOut    int             `json:"affiliates_left_out"`
	Affiliates []whatifRow     `json:"by_affiliate"`
	Examples   []whatifExample `json:"examples"`
}

type whatifPolicy struct {
	Rule   attribution.Rule `json:"rule"`
	Window settings.Span    `json:"window"`
}

type whatifRow struct {
	Affiliate  refAnswer `json:"affiliate"`
	Today      int64     `json:"today"`
	Then       int64     `json:"then"`
	Won        int64     `json:"won"`
	Lost       int64     `json:"lost"`
	Difference int64     `json:"difference"`
}

type refAnswer struct {
	ID   string `json:"id,omitempty"`
	Code string `json:"code,omitempty"`
	Name string `json:"name,omitempty"`
}

type whatifExample struct {
	OptIn string    `json:"optin"`
	At    time.Time `json:"at"`
	Today string    `json:"today"` // "id:123" or "code:maria"; "" for nobody
	Then  string    `json:"then"`
}

// whatifPatience is how long an answer is waited for. It goes on after that.
const whatifPatience = 5 * time.Second

// whatIf tells what another rule or window would have credited. What is left out is as today.
func whatIf(d Deps, c echo.Context) error {
	s, err := d.Settings.Of(c.Request().Context(), account)
	if err != nil {
		return err
	}
	span, err := stats.ParseRange(c.QueryParam("from"), c.QueryParam("to"), c.QueryParam("tz"), d.Now())
	if err != nil {
		return err
	}
	q := whatif.Question{Rule: s.Rule, Window: time.Duration(s.Window), From: span.From.Time(), To: span.To.Time()}
	if rule := c.QueryParam("rule"); rule != "" {
		q.Rule = attribution.Rule(rule)
	}
	if text := c.QueryParam("window"); text != "" {
		var window settings.Span
		if err := window.UnmarshalText([]byte(text)); err != nil {
			return invalid("invalid_window", "window: "+err.Error())
		}
		q.Window = time.Duration(window)
	}
	if err := q.Check(); err != nil {
		return invalid("invalid_whatif", err.Error())
	}
	a, err := d.WhatIf.Ask(c.Request().Context(), q, whatifPatience)
	if errors.Is(err, whatif.ErrBusy) {
		return problem(http.StatusConflict, "running", err.Error())
	}
	if err != nil {
		return err
	}
	return c.JSON(statusOf(a), whatifAnswerOf(a))
}

func statusOf(a whatif.Answer) int {
	if a.State == whatif.Running {
		return http.StatusAccepted
	}
	return http.StatusOK
}

func whatifAnswerOf(a whatif.Answer) whatifAnswer {
	out := whatifAnswer{
		State: a.State, Reason: a.Reason, Rule: a.Question.Rule, Window: settings.Span(a.Question.Window), From: a.Question.From, To: a.Question.To,
		Started: a.Started.UTC(), Finished: a.Finished, Read: a.Read,
	}
	if a.State != whatif.Finished {
		return out
	}
	r := a.Result
	out.Result = &whatifResult{
		Today: whatifPolicy{r.Today.Rule, settings.Span(r.Today.Window)}, OptIns: r.OptIns, Changed: r.Changed, ToNobody: r.ToNobody, FromNobody: r.FromNone,
		NotJudged: r.NotJudged, Since: r.Since, Same: r.Same, LeftOut: r.RowsLeft, Affiliates: []whatifRow{}, Examples: []whatifExample{},
	}
	for _, row := range r.Rows {
		ref := refAnswer{Code: row.Code, Name: row.Name}
		if row.Ref.Kind == attribution.ByID {
			ref.ID = row.Ref.Value
		} else {
			ref.Code = row.Ref.Value
		}
		out.Result.Affiliates = append(out.Result.Affiliates, whatifRow{ref, row.Today, row.Then, row.Won, row.Lost, row.Difference()})
	}
	for _, e := range r.Examples {
		out.Result.Examples = append(out.Result.Examples, whatifExample{e.OptIn.String(), e.At, e.Today.String(), e.Then.String()})
	}
	return out
}
