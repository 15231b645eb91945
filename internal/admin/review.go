package admin

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"tributary/internal/attribution"
	"tributary/internal/auth"
	"tributary/internal/store"
)

// manyHeld is where counting of the queue ends.
const manyHeld = 100

type reviewView struct {
	frame
	optInFacts        // without an ID when nothing waits
	Left       string // how many wait, in a sentence
	Place      string // in the queue
	Next       string // the address of the next card; "" at the end
	Begin      string // the address of the first, from a later one
	Reason     string
	Undo       *undo
}

// undo takes the last decision back.
type undo struct {
	ID      string
	Seconds int // for which it works; 0 where nothing ends it
}

func number(n int) string { return strconv.Itoa(n) }

// review shows what waits for a decision, one after the other, latest first.
func (k *desk) review(c echo.Context, who auth.User) error {
	at, err := readCursor(c.QueryParam("at"))
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	v := reviewView{frame: k.frame(k.Reader(c).Text("desk.review.title"), "/admin/review", who), Place: c.QueryParam("at")}
	if v.Left, err = k.held(c); err != nil {
		return err
	}
	v.Notice = k.decided(c)
	if v.Undo, err = k.undo(c); err != nil {
		return err
	}
	page, err := k.Store.OptIns(ctx, account, store.Query{Status: attribution.Held, Cursor: at, Limit: 2})
	if err != nil {
		return err
	}
	if !at.IsZero() {
		v.Begin = "/admin/review"
	}
	if len(page.OptIns) == 0 {
		return k.Render(c, http.StatusOK, "review", v)
	}
	o := page.OptIns[0]
	facts, err := k.facts(c, o, who)
	if err != nil {
		return err
	}
	v.optInFacts, v.Reason = facts, o.Reason
	if len(page.OptIns) > 1 {
		v.Next = with("/admin/review", url.Values{"at": {writeCursor(store.Cursor{At: o.At, ID: o.ID})}})
	}
	return k.Render(c, http.StatusOK, "review", v)
}

func (k *desk) held(c echo.Context) (string, error) {
	page, err := k.Store.OptIns(c.Request().Context(), account, store.Query{Status: attribution.Held, Limit: manyHeld})
	if err != nil {
		return "", err
	}
	say, n := k.Reader(c), int64(len(page.OptIns))
	if n == manyHeld {
		return say.Text("desk.review.manywait", "Number", say.Number(n)), nil
	}
	return say.Counted("desk.review.wait", n), nil
}

// undo offers to take back what was just decided, as long as that works.
func (k *desk) undo(c echo.Context) (*undo, error) {
	id, err := uuid.Parse(c.QueryParam("id"))
	if err != nil {
		return nil, nil // nothing was decided just now
	}
	o, err := k.Store.OptIn(c.Request().Context(), account, id)
	if err != nil || o.Decision == nil {
		return nil, err
	}
	if o.IsRefusedByHand() && o.Status == attribution.Refused {
		return &undo{ID: id.String()}, nil
	}
	left := o.Decision.At.Add(store.UndoWithin).Sub(k.Now())
	if o.Status != attribution.Received || left < time.Second {
		return nil, nil
	}
	return &undo{ID: id.String(), Seconds: int(left.Seconds())}, nil
}
