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
	"tributary/internal/texts"
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

// whatifWords are a policy for people: the keys of a sentence and of a few words, and the window that both have.
type whatifWords struct{ Holds, Short, Window string }

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
	say := k.Reader(c)
	p := whatifPage{frame: k.frame(say.Text("desk.whatif.title"), whatifAt, who), Today: wordsOf(say, s.Rule, time.Duration(s.Window)), Asked: c.QueryParam("rule") != ""}
	q, wrong := k.question(c, s)
	p.Fields = k.whatifFields(c, q, wrong)
	p.Other = wordsOf(say, q.Rule, q.Window)
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
		p.Asked, p.Notice = false, &notice{Tone: "waiting", Text: say.Text("desk.whatif.busy")}
		return k.Render(c, http.StatusConflict, "whatif", p)
	case err != nil:
		return err
	case p.Answer.State == whatif.Running:
		c.Response().Header().Set("Refresh", soonAgain)
	}
	p.show()
	return k.Render(c, http.StatusOK, "whatif", p)
}

func wordsOf(say *texts.Reader, rule attribution.Rule, window time.Duration) whatifWords {
	w := whatifWords{"desk.whatif.latestholds", "desk.whatif.latest", spanWords(say, settings.Span(window).String())}
	if rule == attribution.First {
		w.Holds, w.Short = "desk.whatif.firstholds", "desk.whatif.first"
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
		if window.UnmarshalText([]byte(spanOf(k.Reader(c), text))) != nil || time.Duration(window) < time.Hour || time.Duration(window) > 400*24*time.Hour {
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
	say, span := k.Reader(c), stats.LastDays(stats.DefaultDays, k.Now(), k.Zone)
	fields := []formField{
		{Name: "rule", Label: say.Text("desk.whatif.rule"), Kind: "list", Options: chosen(string(q.Rule),
			formOption{Value: string(attribution.Latest), Label: say.Text("desk.whatif.thelatest")}, formOption{Value: string(attribution.First), Label: say.Text("desk.whatif.thefirst")})},
		{Name: "window", Label: say.Text("desk.whatif.window"), Value: orElse(c.QueryParam("window"), spanWords(say, settings.Span(q.Window).String()))},
		{Name: "from", Label: say.Text("desk.whatif.from"), Value: orElse(c.QueryParam("from"), span.From.Time().In(k.Zone).Format(time.DateOnly))},
		{Name: "to", Label: say.Text("desk.whatif.to"), Value: orElse(c.QueryParam("to"), k.Now().In(k.Zone).Format(time.DateOnly))},
	}
	if key := whatifWrong[wrong]; key != "" {
		blame([]formGroup{{Fields: fields}}, wrong, say.Text(key))
	}
	return fields
}

// whatifWrong says what the answers can be.
var whatifWrong = map[string]string{"rule": "desk.whatif.badrule", "window": "desk.whatif.badwindow", "from": "desk.whatif.badfrom", "to": "desk.whatif.badto"}

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
