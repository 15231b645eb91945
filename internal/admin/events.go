package admin

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"tributary/internal/attribution"
	"tributary/internal/auth"
	"tributary/internal/pages"
	"tributary/internal/store"
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
	v := eventsView{frame: k.frame("Events", "/admin/events", who), Filter: c.QueryParams()}
	v.Filtered = with("", v.Filter, "cursor", "") != ""
	v.Types, v.Dispositions = typeChoices(v.Filter.Get("type")), dispositionChoices(v.Filter.Get("disposition"))
	var err error
	if v.Sites, err = k.siteChoices(c, v.Filter.Get("site")); err != nil {
		return err
	}
	f, before, err := k.eventFilter(v.Filter)
	if errors.Is(err, errBadAddress) {
		return err
	}
	if err != nil {
		v.Notice = &notice{"bad", err.Error()}
		return k.Render(c, http.StatusUnprocessableEntity, "events", v)
	}
	found, next, err := k.search(c.Request().Context(), before, f)
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

func (v *eventsView) place(next uuid.UUID, found int) {
	v.Reload = with("/admin/events", v.Filter, "cursor", "")
	if next != uuid.Nil {
		v.Older = with("/admin/events", v.Filter, "cursor", next.String())
		v.Short = found < eventsPage
	}
	if v.Filter.Get("cursor") != "" {
		v.Newest = v.Reload
		return
	}
	v.Live = "/admin/events/live"
}

func (k *desk) eventFilter(q url.Values) (f eventFilter, before uuid.UUID, err error) {
	f = eventFilter{attribution.EventType(q.Get("type")), store.Disposition(q.Get("disposition")), q.Get("site"), attribution.Ref{}}
	if f.ref, err = readRef(q.Get("affiliate")); err != nil {
		return f, before, errors.New("affiliate must be Keap's id, or code: and the affiliate's code")
	}
	if _, ok := typeWords[f.kind]; !ok && f.kind != "" {
		return f, before, errors.New("there is no such type of event")
	}
	if _, ok := dispositionWords[f.disposition]; !ok && f.disposition != "" {
		return f, before, errors.New("there is no such outcome")
	}
	if text := q.Get("cursor"); text != "" {
		if before, err = uuid.Parse(text); err != nil {
			return f, before, errBadAddress
		}
	}
	return f, before, nil
}

// newest is where the list begins. Ids are made of the time as a rule; those of programs that make theirs of something else
// would stand before everything for ever. They are found by their opt-in, and under "Why was this counted?".
func (k *desk) newest() uuid.UUID { return idAt(k.Now().Add(10 * time.Minute)) }

// idAt is the first id of version 7 of a time.
func idAt(at time.Time) (id uuid.UUID) {
	ms := at.UnixMilli()
	for i := range 6 {
		id[i] = byte(ms >> (40 - 8*i))
	}
	return id
}

// search reads the log backwards until a page is full or enough was looked at. next is where it would go on.
func (k *desk) search(ctx context.Context, before uuid.UUID, f eventFilter) (found []store.LoggedEvent, next uuid.UUID, err error) {
	if before == uuid.Nil {
		before = k.newest()
	}
	for range eventsScan / eventsRead {
		read, err := k.Store.Log(ctx, account, before, f.batch())
		if err != nil {
			return nil, next, err
		}
		for _, e := range read {
			if f.takes(e) {
				found = append(found, e)
			}
			if before = e.ID; len(found) == eventsPage {
				return found, before, nil
			}
		}
		if len(read) < f.batch() {
			return found, uuid.Nil, nil
		}
	}
	return found, before, nil
}

// batch is how much is read at once: of an unfiltered log no more than is shown.
func (f eventFilter) batch() int {
	if f == (eventFilter{}) {
		return eventsPage + 1
	}
	return eventsRead
}

func (k *desk) eventRows(c echo.Context, events []store.LoggedEvent) ([]eventRow, error) {
	names, rows := k.namer(c), make([]eventRow, len(events))
	for i, e := range events {
		affiliate, err := names.of(e.Latest.Ref)
		if err != nil {
			return nil, err
		}
		rows[i] = eventRow{
			ID: e.ID.String(), Type: typeWords[e.Type], At: k.stamp(e.At), What: dispositionWords[e.Disposition],
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

func typeChoices(chosen string) []picked {
	out := []picked{{"", "Any type", chosen == ""}}
	for _, t := range []attribution.EventType{attribution.Clicked, attribution.OptedIn, attribution.Referred} {
		out = append(out, picked{string(t), typeWords[t], chosen == string(t)})
	}
	return out
}

func dispositionChoices(chosen string) []picked {
	out := []picked{{"", "Any outcome", chosen == ""}}
	for _, d := range []store.Disposition{store.Accepted, store.Duplicate, store.Ignored, store.Test} {
		out = append(out, picked{string(d), dispositionWords[d].Text, chosen == string(d)})
	}
	return out
}

// eventsVersion names the newest event.
func (k *desk) eventsVersion(ctx context.Context, account attribution.AccountID) (string, error) {
	read, err := k.Store.Log(ctx, account, k.newest(), 1)
	if err != nil || len(read) == 0 {
		return "none", err
	}
	return read[0].ID.String(), nil
}

// eventsLive tells a page that is open that there is something new.
func (k *desk) eventsLive(c echo.Context, _ auth.User) error {
	err := k.log.Follow(c, account, k.Stopping)
	if errors.Is(err, pages.ErrTooMany) {
		return c.NoContent(http.StatusTooManyRequests)
	}
	return err
}
