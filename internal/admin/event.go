package admin

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"tributary/internal/attribution"
	"tributary/internal/auth"
	"tributary/internal/store"
	"tributary/internal/texts"
)

type eventView struct {
	frame
	ID, Type      string
	What          word
	Story         string
	At, Received  stamp
	Site, Page    string
	Referrer      string
	Visitor       string
	First, Latest touchView
	Counted       named
	UTM           []pair
	Form, Via     string
	Note          string
	Email         string
	OptIn         string
	Referral      string
}

// event shows one event with everything that is kept of it.
func (k *desk) event(c echo.Context, who auth.User) error {
	id, err := paramID(c)
	if err != nil {
		return err
	}
	e, err := k.Store.Event(c.Request().Context(), account, id)
	if err != nil {
		return err
	}
	say := k.Reader(c)
	v := eventView{
		frame: k.frame(typeOf(say, e.Type), "/admin/events", who), ID: e.ID.String(), Type: typeOf(say, e.Type), What: outcomeOf(say, e.Disposition),
		Story: eventStory(say, e), At: k.stamp(e.At), Received: k.stamp(e.Received), Site: e.Site, Page: e.URL, Referrer: e.Referrer,
		Visitor: idText(e.Visitor), UTM: utmPairs(e.UTM), Form: formText(e.Form), Note: e.Note, Referral: e.Referral,
		Email: k.email(e.Sealed, e.Person, who), OptIn: idText(e.OptIn),
	}
	if e.Type == attribution.OptedIn {
		v.Via = ways(say, []attribution.Via{e.Via})
	}
	if err := k.eventTouches(c, &v, e); err != nil {
		return err
	}
	return k.Render(c, http.StatusOK, "event", v)
}

func (k *desk) eventTouches(c echo.Context, v *eventView, e store.LoggedEvent) (err error) {
	names := k.namer(c)
	if v.First, err = k.touch(names, e.First, e.At); err != nil {
		return err
	}
	if v.Latest, err = k.touch(names, e.Latest, e.At); err != nil {
		return err
	}
	v.Counted, err = names.of(e.Counted)
	return err
}

// eventStory says what became of an event, and why.
func eventStory(say *texts.Reader, e store.LoggedEvent) string {
	switch e.Disposition {
	case store.Ignored:
		return say.Text("desk.event.ignored", "Reason", firstText(e.Reason, e.Ignored))
	case store.Test:
		return say.Text("desk.event.test")
	case store.Duplicate:
		return say.Text("desk.event.duplicate")
	}
	switch {
	case e.Type == attribution.Clicked:
		return say.Text("desk.event.click", "Affiliate", e.Counted.String())
	case e.Type == attribution.Referred:
		return say.Text("desk.event.referral")
	case e.Reason != "":
		return say.Text("desk.event.nobodys", "Reason", e.Reason)
	}
	return say.Text("desk.event.optin")
}

// Where the events of an opt-in are looked for: around the times of its trace, because nothing leads from it to them.
const (
	beforeArrival = 10 * time.Minute // a browser may have waited so long
	afterArrival  = time.Minute
	arrivalRead   = 300
	maxArrivals   = 6
)

// eventsOf finds the events that an opt-in came by.
func (k *desk) eventsOf(c echo.Context, o attribution.OptIn) ([]eventRow, error) {
	ctx := c.Request().Context()
	seen, found := map[uuid.UUID]bool{}, []store.LoggedEvent{}
	add := func(e store.LoggedEvent) {
		if e.OptIn == o.ID && !seen[e.ID] {
			seen[e.ID] = true
			found = append(found, e)
		}
	}
	if e, err := k.Store.Event(ctx, account, o.ID); err == nil {
		add(e)
	}
	for _, at := range arrivals(o) {
		if err := k.around(ctx, at, add); err != nil {
			return nil, err
		}
	}
	rows, err := k.eventRows(c, found)
	for i := range rows {
		rows[i].OptIn = "" // this one
	}
	return rows, err
}

func arrivals(o attribution.OptIn) (times []time.Time) {
	for _, s := range o.Trace {
		if (s.Step == "received" || s.Step == "arrived again") && len(times) < maxArrivals {
			times = append(times, s.At)
		}
	}
	return times
}

func (k *desk) around(ctx context.Context, at time.Time, add func(store.LoggedEvent)) error {
	read, err := k.Store.Log(ctx, account, idAt(at.Add(afterArrival)), arrivalRead)
	for _, e := range read {
		if e.Received.Before(at.Add(-beforeArrival)) {
			break
		}
		add(e)
	}
	if err != nil {
		return err
	}
	undated, err := k.Store.Undated(ctx, account, store.Cursor{At: at.Add(afterArrival)}, arrivalRead)
	for _, e := range undated {
		if e.Received.Before(at.Add(-beforeArrival)) {
			break
		}
		add(e)
	}
	return err
}
