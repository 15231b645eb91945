package admin

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"tributary/internal/attribution"
	"tributary/internal/audit"
	"tributary/internal/auth"
	"tributary/internal/store"
)

// maxReason bounds a person's own words.
const maxReason = 500

// decide takes a person's word on one opt-in, and goes back to where they said it.
func (k *desk) decide(c echo.Context, who auth.User) error {
	id, err := paramID(c)
	if err != nil {
		return err
	}
	verdict := attribution.Verdict(c.FormValue("verdict"))
	if !slices.Contains(attribution.Verdicts, verdict) {
		return errBadAddress
	}
	ctx := c.Request().Context()
	word := attribution.Decision{Verdict: verdict, By: who.Email, At: k.Now().UTC().Truncate(time.Millisecond), Reason: oneLine(c.FormValue("reason"), maxReason)}
	o, err := k.Store.Decide(ctx, account, id, word)
	if errors.Is(err, store.ErrDecided) {
		return c.Redirect(http.StatusSeeOther, backTo(c, id.String(), "late"))
	}
	if err != nil {
		return err
	}
	if err := k.note(ctx, who, audit.Decided(string(verdict)), o.ID.String(), word.Reason); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, backTo(c, o.ID.String(), string(verdict)))
}

// backTo is the queue at the place that the form names, or else the opt-in's own page.
func backTo(c echo.Context, id, done string) string {
	if c.FormValue("from") != "review" {
		return "/admin/optins/" + id + "?done=" + done
	}
	return with("/admin/review", url.Values{"at": {c.FormValue("at")}, "done": {done}, "id": {id}})
}

var decideTold = map[string]string{
	"credit":  "desk.decide.credit",
	"refuse":  "desk.decide.refuse",
	"hold":    "desk.decide.hold",
	"late":    "desk.decide.late",
	"retried": "desk.decide.retried",
}

// decided is the notice of what was just decided, or not.
func (k *desk) decided(c echo.Context) *notice {
	n := k.told(c, decideTold)
	if n != nil && c.QueryParam("done") == "late" {
		n.Tone = "bad"
	}
	return n
}

// oneLine bounds what somebody typed, in characters, and makes one line of it.
func oneLine(s string, most int) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "")), " ")
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most])
	}
	return s
}
