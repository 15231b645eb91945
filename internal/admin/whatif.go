package admin

import (
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"tributary/internal/attribution"
	"tributary/internal/auth"
	"tributary/internal/settings"
	"tributary/internal/stats"
	"tributary/internal/whatif"
)

type whatifPage struct {
	frame
	Fields       []formField
	Today, Other whatifWords
	Asked        bool
	Answer       whatif.Answer
	Rows         []whatifRow
	RowsLeft     int
}

// whatifWords are a policy for people.
type whatifWords struct{ Rule, Window string }

// whatifRow is an affiliate with the bars of what they have and would have, in percent of the most.
type whatifRow struct {
	whatif.Row
	TodayShare, ThenShare int64
}

// How much the page shows: the REST API gives more.
const (
	whatifRows     = 100
	whatifPatience = 2 * time.Second
)

// whatif asks what another rule or window would have credited. Without a question it offers one.
func (k *desk) whatif(c echo.Context, who auth.User) error {
	s, err := k.Settings.Of(c.Request().Context(), account)
	if err != nil {
		return err
	}
	p := whatifPage{frame: k.frame("What if", whatifAt, who), Today: wordsOf(s.Rule, time.Duration(s.Window)), Asked: c.QueryParam("rule") != ""}
	q, wrong := k.question(c, s)
	p.Fields = k.whatifFields(c, q, wrong)
	p.Other = wordsOf(q.Rule, q.Window)
	if !p.Asked {
		return k.Render(c, http.StatusOK, "whatif", p)
	}
	if wrong != "" {
		p.Asked = false
		return k.Render(c, http.StatusUnprocessableEntity, "whatif", p)
	}
	p.Answer, err = k.WhatIf.Ask(c.Request().Context(), q, whatifPatience)
	switch {
	case errors.Is(err, whatif.ErrBusy):
		p.Asked, p.Notice = false, &notice{Tone: "waiting", Text: "Another question is being answered: ask again in a minute."}
		return k.Render(c, http.StatusConflict, "whatif", p)
	case err != nil:
		return err
	case p.Answer.State == whatif.Running:
		c.Response().Header().Set("Refresh", soonAgain)
	}
	p.show()
	return k.Render(c, http.StatusOK, "whatif", p)
}

func wordsOf(rule attribution.Rule, window time.Duration) whatifWords {
	w := whatifWords{"the latest earns", spanWords(settings.Span(window).String())}
	if rule == attribution.First {
		w.Rule = "the first earns"
	}
	return w
}

// question reads what is asked; wrong names the field that cannot be, if one.
func (k *desk) question(c echo.Context, s settings.Settings) (q whatif.Question, wrong string) {
	other := attribution.First
	if s.Rule == attribution.First {
		other = attribution.Latest
	}
	q = whatif.Question{Rule: attribution.Rule(orElse(c.QueryParam("rule"), string(other))), Window: time.Duration(s.Window)}
	if text := c.QueryParam("window"); text != "" {
		var window settings.Span
		if window.UnmarshalText([]byte(spanOf(text))) != nil || time.Duration(window) < time.Hour || time.Duration(window) > 400*24*time.Hour {
			return q, "window"
		}
		q.Window = time.Duration(window)
	}
	span, err := stats.ParseRange(c.QueryParam("from"), c.QueryParam("to"), k.Zone.String(), k.Now())
	var bad *stats.BadRange
	if errors.As(err, &bad) {
		return q, bad.Field
	}
	q.From, q.To = span.From.Time(), span.To.Time()
	switch err := q.Check(); {
	case errors.Is(err, whatif.ErrSpan):
		return q, "from"
	case err != nil:
		return q, "rule"
	}
	return q, ""
}

func (k *desk) whatifFields(c echo.Context, q whatif.Question, wrong string) []formField {
	span := stats.LastDays(stats.DefaultDays, k.Now(), k.Zone)
	fields := []formField{
		{Name: "rule", Label: "With several affiliates", Kind: "list", Options: chosen(string(q.Rule),
			formOption{Value: string(attribution.Latest), Label: "The latest earns"}, formOption{Value: string(attribution.First), Label: "The first earns"})},
		{Name: "window", Label: "A visit by a link earns for", Value: orElse(c.QueryParam("window"), spanWords(settings.Span(q.Window).String()))},
		{Name: "from", Label: "Opt-ins from", Value: orElse(c.QueryParam("from"), span.From.Time().In(k.Zone).Format(time.DateOnly))},
		{Name: "to", Label: "To, with that day", Value: orElse(c.QueryParam("to"), k.Now().In(k.Zone).Format(time.DateOnly))},
	}
	says := map[string]string{"rule": "Choose one of the two.", "window": "1 hour to 400 days, such as 30 days.", "from": "A day such as 2026-05-01, at most 90 days before the last.", "to": "A day such as 2026-05-31."}
	blame([]formGroup{{Fields: fields}}, wrong, says[wrong])
	return fields
}

// show draws the rows beside each other.
func (p *whatifPage) show() {
	rows := p.Answer.Result.Rows
	most := int64(1)
	for _, r := range rows {
		most = max(most, r.Today, r.Then)
	}
	for _, r := range rows[:min(len(rows), whatifRows)] {
		p.Rows = append(p.Rows, whatifRow{r, 100 * r.Today / most, 100 * r.Then / most})
	}
	p.RowsLeft = len(rows) - len(p.Rows) + p.Answer.Result.RowsLeft
}
