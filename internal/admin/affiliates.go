package admin

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"tributary/internal/affiliates"
	"tributary/internal/attribution"
	"tributary/internal/audit"
	"tributary/internal/auth"
	"tributary/internal/ranking"
	"tributary/internal/texts"
)

type affiliatesPage struct {
	frame
	Text          string
	State, Order  []formOption
	Rows          []affiliateRow
	Total, Known  int
	From, To      int
	Days          int
	Counted       time.Time
	Before, After string // addresses of the pages beside this one
	Synced        affiliates.Synced
	Connected     bool
}

type affiliateRow struct {
	ranking.Row
	State affiliates.State
}

const affiliatesOnPage = 50

// affiliates lists what was counted last: it reads no counter itself, however many affiliates there are.
func (k *desk) affiliates(c echo.Context, who auth.User) error {
	list, err := k.Ranking.List(c.Request().Context())
	if err != nil {
		return err
	}
	say, q := k.Reader(c), c.QueryParams()
	state, order, from := affiliates.State(q.Get("state")), orderOf(q.Get("sort")), pageOf(q.Get("page"))*affiliatesOnPage
	rows, total := list.Select(ranking.Query{
		Text: q.Get("q"), Order: order, Offset: from, Limit: affiliatesOnPage,
		Is: func(r ranking.Row) bool { return state == "" || stateOf(r) == state },
	})
	p := affiliatesPage{
		frame: k.frame(say.Text("desk.affiliates.title"), affiliatesAt, who), Text: q.Get("q"), State: chosen(string(state), optionsIn(say, stateOptions)...),
		Order: chosen(string(order), optionsIn(say, orderOptions)...), Total: total, Known: len(list.Rows), From: min(from+1, total), To: from + len(rows),
		Days: list.Days, Counted: list.At, Synced: k.Affiliates.LastSync(), Connected: k.connected(),
	}
	p.Before, p.After = beside(q, from/affiliatesOnPage, from+len(rows) < total)
	for _, r := range rows {
		p.Rows = append(p.Rows, affiliateRow{r, stateOf(r)})
	}
	p.Notice = k.told(c, affiliatesTold)
	return k.Render(c, http.StatusOK, "affiliates", p)
}

var affiliatesTold = map[string]string{
	"synced": "desk.affiliates.synced", "syncing": "desk.affiliates.syncing", "again": "desk.affiliates.again",
}

func stateOf(r ranking.Row) affiliates.State {
	a := attribution.Affiliate{Status: r.Status}
	if r.Gone {
		return affiliates.Gone
	}
	return affiliates.StateOf(a)
}

// What a list can be narrowed to and ordered by, with the keys of its words.
var stateOptions = []formOption{
	{Value: "", Label: "desk.affiliates.allstates"}, {Value: string(affiliates.Active), Label: "desk.affiliates.active"}, {Value: string(affiliates.Inactive), Label: "desk.affiliates.inactive"},
	{Value: string(affiliates.Gone), Label: "desk.affiliates.gonefromkeap"}, {Value: string(affiliates.Unconfirmed), Label: "desk.affiliates.notconfirmed"},
}

var orderOptions = []formOption{
	{Value: string(ranking.ByOptIns), Label: "desk.affiliates.mostoptins"}, {Value: string(ranking.ByClicks), Label: "desk.affiliates.mostclicks"},
	{Value: string(ranking.ByCredited), Label: "desk.affiliates.mostcredited"}, {Value: string(ranking.ByName), Label: "desk.affiliates.byname"}, {Value: string(ranking.ByID), Label: "desk.affiliates.bynumber"},
}

// optionsIn are options in the reader's language.
func optionsIn(say *texts.Reader, keys []formOption) (all []formOption) {
	for _, o := range keys {
		all = append(all, formOption{Value: o.Value, Label: say.Text(o.Label)})
	}
	return all
}

func orderOf(text string) ranking.Order {
	if o := ranking.Order(text); slices.Contains(ranking.Orders, o) {
		return o
	}
	return ranking.ByOptIns
}

// pageOf is the page of a list, from 0 on.
func pageOf(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > 1_000_000 {
		return 0
	}
	return n
}

// beside gives the addresses of the pages before and after one; "" where there is none.
func beside(q url.Values, page int, more bool) (before, after string) {
	at := func(n int) string {
		next := url.Values{}
		for _, name := range []string{"q", "state", "sort"} {
			if q.Get(name) != "" {
				next.Set(name, q.Get(name))
			}
		}
		next.Set("page", strconv.Itoa(n))
		return "?" + next.Encode()
	}
	if page > 0 {
		before = at(page - 1)
	}
	if more {
		after = at(page + 1)
	}
	return before, after
}

func (k *desk) newAffiliate(c echo.Context, who auth.User) error {
	say := k.Reader(c)
	return k.Render(c, http.StatusOK, "affiliate-new", newSitePage{k.frame(say.Text("desk.affiliates.add"), affiliatesAt, who), affiliateFields(say, affiliates.Input{})})
}

func affiliateFields(say *texts.Reader, in affiliates.Input) []formField {
	return []formField{
		{Name: "id", Label: say.Text("desk.affiliates.numberinkeap"), Value: in.ID, Placeholder: "123", Hint: say.Text("desk.affiliates.numberhint")},
		{Name: "code", Label: say.Text("desk.affiliates.code"), Value: in.Code, Hint: say.Text("desk.affiliates.codehint")},
		{Name: "name", Label: say.Text("desk.affiliates.name"), Value: in.Name},
		{Name: "email", Label: say.Text("desk.affiliates.email"), Value: in.Email, Hint: say.Text("desk.affiliates.emailhint")},
	}
}

func (k *desk) addAffiliate(c echo.Context, who auth.User) error {
	ctx := c.Request().Context()
	in := affiliates.Input{ID: answer(c, "id"), Code: answer(c, "code"), Name: answer(c, "name"), Email: answer(c, "email")}
	a, added, err := k.Affiliates.Put(ctx, account, in)
	var w *affiliates.Wrong
	if errors.As(err, &w) {
		say := k.Reader(c)
		p := newSitePage{k.frame(say.Text("desk.affiliates.add"), affiliatesAt, who), affiliateFields(say, in)}
		blame([]formGroup{{Fields: p.Fields}}, w.Field, sentence(w.Problem))
		return k.Render(c, http.StatusUnprocessableEntity, "affiliate-new", p)
	}
	if err != nil {
		return err
	}
	action, done := audit.AffiliateCreate, "added"
	if !added {
		action, done = audit.AffiliateChange, "changed"
	}
	if err := k.note(ctx, who, action, a.ID, "code "+orElse(a.Code, "none")); err != nil {
		return err
	}
	if err := k.Ranking.Refresh(ctx); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, affiliatesAt+"/"+url.PathEscape(a.ID)+"?done="+done)
}

// soon is how long a page waits for what goes on in the background before it says so.
const soon = 3 * time.Second

// syncAffiliates compares with Keap. Many affiliates take longer than a page may: it goes on then.
func (k *desk) syncAffiliates(c echo.Context, who auth.User) error {
	if !k.connected() {
		return c.Redirect(http.StatusSeeOther, keapAt)
	}
	if err := k.note(c.Request().Context(), who, audit.AffiliateSync, "", ""); err != nil {
		return err
	}
	done := make(chan struct{})
	k.Go(func(ctx context.Context) {
		defer close(done)
		_, _ = k.Affiliates.Sync(ctx) // what went wrong stands in the result, which the page shows
		_ = k.Ranking.Refresh(ctx)    // likewise by its age
	})
	wait := time.NewTimer(soon)
	defer wait.Stop()
	select {
	case <-done:
		return c.Redirect(http.StatusSeeOther, affiliatesAt+"?done=synced")
	case <-wait.C:
		return c.Redirect(http.StatusSeeOther, affiliatesAt+"?done=syncing")
	}
}
