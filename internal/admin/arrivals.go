package admin

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"tributary/internal/attribution"
	"tributary/internal/auth"
	"tributary/internal/pages"
	"tributary/internal/store"
	"tributary/internal/texts"
)

const (
	// manyArrivals is how many of the latest are shown to who waits for the first.
	manyArrivals = 8
	// lookedThrough is how many of the newest records they are looked for in.
	lookedThrough = 50
)

// arrival is something that a page has sent, in words.
type arrival struct {
	At     time.Time
	Page   string
	What   string
	Why    string
	Good   bool
	Site   string
	Origin string // of a page that may not send events, and could
}

// arrivals are the latest events that pages have sent, the newest first, taken or not.
func (k *desk) arrivals(ctx context.Context, say *texts.Reader) (all []arrival, err error) {
	events, err := k.latest(ctx, lookedThrough)
	if err != nil {
		return nil, err
	}
	for _, e := range events {
		if e.URL == "" || len(all) == manyArrivals { // without an address it was a hook, the API, or Keap: no page
			continue
		}
		a, err := k.arrival(ctx, say, e)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return k.withRefused(ctx, say, all)
}

// withRefused adds what was not taken, once for each origin and reason, and puts all in order.
func (k *desk) withRefused(ctx context.Context, say *texts.Reader, all []arrival) ([]arrival, error) {
	refused, err := k.Store.Quarantines(ctx, uuid.Nil, lookedThrough)
	if err != nil {
		return nil, err
	}
	type kind struct{ origin, code string }
	seen := map[kind]bool{}
	for _, q := range refused {
		if of := (kind{q.Origin, q.Code}); !seen[of] && len(seen) < manyArrivals {
			seen[of] = true
			all = append(all, refusedArrival(say, q))
		}
	}
	return newestFirst(all), nil
}

func (k *desk) arrival(ctx context.Context, say *texts.Reader, e store.LoggedEvent) (arrival, error) {
	a := arrival{At: e.Received, Page: e.URL, Site: e.Site, Good: e.Disposition == store.Accepted || e.Disposition == store.Test}
	if e.Disposition != store.Accepted {
		a.Why = e.Reason
	}
	of := arrivalWords[kindOfArrival{e.Type == attribution.OptedIn, e.Disposition == store.Test}]
	if e.Latest.IsZero() {
		a.What = say.Text(of.alone)
		return a, nil
	}
	name, err := k.called(ctx, say, e.Latest.Ref)
	a.What = say.Text(of.with, "Affiliate", name)
	return a, err
}

type kindOfArrival struct{ optIn, test bool }

// arrivalWords say what a page sent, with an affiliate and without one.
var arrivalWords = map[kindOfArrival]struct{ with, alone string }{
	{false, false}: {"desk.arrivals.visit", "desk.arrivals.visitalone"},
	{false, true}:  {"desk.arrivals.testvisit", "desk.arrivals.testvisitalone"},
	{true, false}:  {"desk.arrivals.optin", "desk.arrivals.optinalone"},
	{true, true}:   {"desk.arrivals.testoptin", "desk.arrivals.testoptinalone"},
}

// called is an affiliate in words: what the page said, and the name where it is known.
func (k *desk) called(ctx context.Context, say *texts.Reader, ref attribution.Ref) (string, error) {
	known, err := k.Store.Affiliate(ctx, account, ref)
	if errors.Is(err, store.ErrNotFound) {
		return say.Text("desk.arrivals.unknown", "Affiliate", ref.Value), nil
	}
	if err != nil || known.Name == "" {
		return ref.Value, err
	}
	return ref.Value + " (" + known.Name + ")", nil
}

func refusedArrival(say *texts.Reader, q store.Quarantined) arrival {
	a := arrival{At: q.Received, Page: q.Origin, What: say.Text("desk.arrivals.refused"), Why: q.Reason, Site: q.Site}
	if (refusedOrigin{Origin: q.Origin, Code: q.Code}).IsOrigin() && q.Site != "" {
		a.What, a.Origin = say.Text("desk.arrivals.origin"), q.Origin
		a.Why = say.Text("desk.arrivals.origintext")
	}
	return a
}

func newestFirst(all []arrival) []arrival {
	for i := 1; i < len(all); i++ { // both parts are in order and short
		for j := i; j > 0 && all[j].At.After(all[j-1].At); j-- {
			all[j], all[j-1] = all[j-1], all[j]
		}
	}
	return all[:min(len(all), manyArrivals)]
}

// arrivalsVersion changes whenever something has come in, taken or not. Everybody sees the same.
func (k *desk) arrivalsVersion(ctx context.Context, _ string) (string, error) {
	events, err := k.eventsVersion(ctx, account)
	if err != nil {
		return "", err
	}
	refused, err := k.Store.Quarantines(ctx, uuid.Nil, 1)
	if err != nil {
		return "", err
	}
	version := events
	if len(refused) > 0 {
		version += "." + refused[0].ID.String()
	}
	return version, nil
}

// startVisit waits for the first visit and says what it saw.
func (k *desk) startVisit(c echo.Context, who auth.User) error {
	p, err := k.newStart(c, who, "visit", k.Reader(c).Text("desk.arrivals.title"))
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if p.Version, err = k.arrivalsVersion(ctx, ""); err != nil {
		return err
	}
	if p.Arrivals, err = k.arrivals(ctx, k.Reader(c)); err != nil {
		return err
	}
	s, err := k.newestSite(ctx)
	if err != nil {
		return err
	}
	if s.Key != "" {
		p.Sites, p.Try = []attribution.Site{s}, tryAt(s)
	}
	known, err := k.Store.Affiliates(ctx, account, "", 1)
	if err != nil {
		return err
	}
	if p.Ref = "1"; len(known) > 0 {
		p.Ref = known[0].ID
	}
	p.Refresh = 5
	p.Notice = k.told(c, map[string]string{"allowed": "desk.arrivals.allowed"})
	return k.Render(c, http.StatusOK, "start-visit", p)
}

// startLive tells the page that something has come in.
func (k *desk) startLive(c echo.Context, who auth.User) error {
	err := k.arrived.Follow(c, who.ID, k.Stopping)
	if errors.Is(err, pages.ErrTooMany) {
		return c.NoContent(http.StatusTooManyRequests)
	}
	return err
}

// startOrigin takes up the origin of a page whose events were refused.
func (k *desk) startOrigin(c echo.Context, who auth.User) error {
	if err := k.allow(c.Request().Context(), who, answer(c, "site"), answer(c, "origin")); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, startAt+"/visit?done=allowed")
}
