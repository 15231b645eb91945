package api

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"tributary/internal/attribution"
	"tributary/internal/audit"
	"tributary/internal/store"
)

// decisionOf is a person's word as programs read it.
type decisionOf struct {
	Decision attribution.Verdict `json:"decision"`
	By       string              `json:"by"`
	At       time.Time           `json:"at"`
	Reason   string              `json:"reason,omitempty"`
	FinalAt  time.Time           `json:"final_at,omitzero"` // until then a credit can be taken back
}

func decided(o attribution.OptIn) *decisionOf {
	d := o.Decision
	if d == nil {
		return nil
	}
	out := &decisionOf{Decision: d.Verdict, By: d.By, At: d.At, Reason: d.Reason}
	if d.Verdict == attribution.Credit {
		out.FinalAt = d.At.Add(store.UndoWithin)
	}
	return out
}

// decideOptIn takes the owner's word on one opt-in.
func decideOptIn(d Deps, c echo.Context) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return store.ErrNotFound
	}
	var in struct {
		Decision attribution.Verdict
		Reason   string
	}
	if err := read(c, &in); err != nil {
		return err
	}
	if !slices.Contains(attribution.Verdicts, in.Decision) {
		return invalid("invalid_decision", `decision must be "credit", "refuse" or "hold"`)
	}
	word := attribution.Decision{Verdict: in.Decision, By: callerOf(c), At: d.Now().UTC().Truncate(time.Millisecond), Reason: cut(in.Reason, 500)}
	o, err := d.Store.Decide(c.Request().Context(), account, id, word)
	if errors.Is(err, store.ErrDecided) {
		return problem(http.StatusConflict, "decided", tooLate(in.Decision, o))
	}
	if err != nil {
		return err
	}
	if err := d.note(c, audit.Decided(string(in.Decision)), o.ID.String(), word.Reason); err != nil {
		return err
	}
	out, err := d.optIn(c, o)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, out)
}

// tooLate says why a verdict comes too late, and what can be done.
func tooLate(v attribution.Verdict, o attribution.OptIn) string {
	if o.IsCredited() {
		return "it stands in Keap: no program can take a referral back there"
	}
	return fmt.Sprintf("an opt-in that is %s cannot be given the decision %q: credit takes one that is held, failed or refused; refuse and hold take one of which nothing may have been sent to Keap", orNothing(o.Status), v)
}

func orNothing(s attribution.Status) string {
	if s == "" {
		return "settled"
	}
	return string(s)
}

func (d Deps) note(c echo.Context, action audit.Action, subject, detail string) error {
	if d.Note == nil {
		return nil
	}
	return d.Note(c.Request().Context(), callerOf(c), action, subject, detail)
}
