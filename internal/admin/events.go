package admin

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"tributary/internal/attribution"
	"tributary/internal/auth"
	"tributary/internal/pages"
	"tributary/internal/store"
	"tributary/internal/texts"
)

const (
	eventsPage = 50
	// eventsScan bounds what one page looks at when few events are what is asked for.
	eventsScan = 2000
	eventsRead = 500 // at once
)

type eventsView struct {
	frame
	Filter       url.Values
	Filtered     bool
	Types        []picked
	Dispositions []picked
	Sites        []picked
	Rows         []eventRow
	Older        string
	Newest       string
	Short        bool
	Reload       string
	Live         string // the address of the stream; "" on an older page
	Version      string
}

type eventRow struct {
	ID, Type  string
	At        stamp
	What      word
	Reason    string
	Affiliate named
	Page      string
	OptIn     string
}

// eventFilter selects events of the log.
type eventFilter struct {
	kind        attribution.EventType
	disposition store.Disposition
	site        string
	ref         attribution.Ref
}

func (f eventFilter) takes(e store.LoggedEvent) bool {
	return (f.kind == "" || e.Type == f.kind) && (f.disposition == "" || e.Disposition == f.disposition) &&
		(f.site == "" || e.Site == f.site) && (f.ref.IsZero() || e.Latest.Ref == f.ref || e.Counted == f.ref)
}

// events shows the log, newest first.
func (k *desk) events(c echo.Context, who auth.User) error {
	say := k.Reader(c)
	v := eventsView{frame: k.frame(say.Text("desk.events.title"), "/admin/events", who), Filter: c.QueryParams()}
	v.Filtered = with("", v.Filter, "cursor", "") != ""
	v.Types, v.Dispositions = typeChoices(say, v.Filter.Get("type")), dispositionChoices(say, v.Filter.Get("disposition"))
	var err error
	if v.Sites, err = k.siteChoices(c, v.Filter.Get("site")); err != nil {
		return err
	}
	f, from, err := k.eventFilter(v.Filter)
	if errors.Is(err, errBadAddress) {
		return err
	}
	if err != nil {
		v.Notice = k.misfitNotice(c, err)
		return k.Render(c, http.StatusUnprocessableEntity, "events", v)
	}
	found, next, err := k.search(c.Request().Context(), from, f)
	if err != nil {
		return err
	}
	if v.Rows, err = k.eventRows(c, found); err != nil {
		return err
	}
	v.place(next, len(found))
	if v.Live != "" {
		if v.Version, err = k.eventsVersion(c.Request().Context(), account); err != nil {
			return err
		}
	}
	return k.Render(c, http.StatusOK, "events", v)
}

func (v *eventsView) place(next string, found int) {
	v.Reload = with("/admin/events", v.Filter, "cursor", "")
	if next != "" {
		v.Older = with("/admin/events", v.Filter, "cursor", next)
		v.Short = found < eventsPage
	}
	if v.Filter.Get("cursor") != "" {
		v.Newest = v.Reload
		return
	}
	v.Live = "/admin/events/live"
}

func (k *desk) eventFilter(q url.Values) (f eventFilter, from timeline, err error) {
	f = eventFilter{attribution.EventType(q.Get("type")), store.Disposition(q.Get("disposition")), q.Get("site"), attribution.Ref{}}
	if f.ref, err = readRef(q.Get("affiliate")); err != nil {
		return f, from, misfit("desk.misfit.affiliate")
	}
	if _, ok := typeWords[f.kind]; !ok && f.kind != "" {
		return f, from, misfit("desk.misfit.type")
	}
	if _, ok := dispositionWords[f.disposition]; !ok && f.disposition != "" {
		return f, from, misfit("desk.misfit.outcome")
	}
	if from, err = k.timelineAt(q.Get("cursor")); err != nil {
		return f, from, errBadAddress
	}
	return f, from, nil
}

// batch is how much is read at once: of an unfiltered log no more than is shown.
func (f eventFilter) batch() int {
	if f == (eventFilter{}) {
		return eventsPage + 1
	}
	return eventsRead
}

func (k *desk) eventRows(c echo.Context, events []store.LoggedEvent) ([]eventRow, error) {
	names, say, rows := k.namer(c), k.Reader(c), make([]eventRow, len(events))
	for i, e := range events {
		affiliate, err := names.of(e.Latest.Ref)
		if err != nil {
			return nil, err
		}
		rows[i] = eventRow{
			ID: e.ID.String(), Type: typeOf(say, e.Type), At: k.stamp(e.At), What: outcomeOf(say, e.Disposition),
			Reason: firstText(e.Reason, e.Ignored), Affiliate: affiliate, Page: bare(e.URL), OptIn: idText(e.OptIn),
		}
	}
	return rows, nil
}

// bare is an address as people say it.
func bare(address string) string {
	_, rest, found := strings.Cut(address, "://")
	if !found {
		return address
	}
	return rest
}

func idText(id uuid.UUID) string {
	if id == uuid.Nil {
		return ""
	}
	return id.String()
}

func typeChoices(say *texts.Reader, chosen string) []picked {
	out := []picked{{"", say.Text("desk.events.anytype"), chosen == ""}}
	for _, t := range []attribution.EventType{attribution.Clicked, attribution.OptedIn, attribution.Referred} {
		out = append(out, picked{string(t), typeOf(say, t), chosen == string(t)})
	}
	return out
}

func dispositionChoices(say *texts.Reader, chosen string) []picked {
	out := []picked{{"", say.Text("desk.events.anyoutcome"), chosen == ""}}
	for _, d := range []store.Disposition{store.Accepted, store.Duplicate, store.Ignored, store.Test} {
		out = append(out, picked{string(d), outcomeOf(say, d).Text, chosen == string(d)})
	}
	return out
}

// eventsVersion names the newest event, and the newest of those whose id tells no time.
func (k *desk) eventsVersion(ctx context.Context, account attribution.AccountID) (string, error) {
	read, err := k.Store.Log(ctx, account, k.newest(), 1)
	if err != nil {
		return "", err
	}
	undated, err := k.Store.Undated(ctx, account, store.Cursor{}, 1)
	version := "none"
	for _, e := range append(read, undated...) {
		version += "." + e.ID.String()
	}
	return version, err
}

// eventsLive tells a page that is open that there is something new.
func (k *desk) eventsLive(c echo.Context, _ auth.User) error {
	err := k.log.Follow(c, account, k.Stopping)
	if errors.Is(err, pages.ErrTooMany) {
		return c.NoContent(http.StatusTooManyRequests)
	}
	return err
}
