package admin

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"tributary/internal/attribution"
	"tributary/internal/auth"
	"tributary/internal/pages"
	"tributary/internal/people"
	"tributary/internal/store"
	"tributary/internal/texts"
)

// Incoming is what the pages of what came in work with.
type Incoming struct {
	People *people.People
	// Retake judges quarantined input again; an error that is a Refusal says why it is still refused.
	Retake func(context.Context, store.Quarantined, []byte) ([]store.Outcome, error)
	// ContactEmail asks Keap for the e-mail of a contact, or returns store.ErrNotFound. nil where Keap cannot be asked.
	ContactEmail func(ctx context.Context, contact string) (string, error)
}

// incomingRoutes are the pages of what came in, and what became of it.
func incomingRoutes() []route {
	return []route{
		{http.MethodGet, "/admin/optins", auth.Viewer, (*desk).optIns},
		{http.MethodGet, "/admin/optins.csv", auth.Viewer, (*desk).optInsCSV},
		{http.MethodGet, "/admin/optins/:id", auth.Viewer, (*desk).optIn},
		{http.MethodPost, "/admin/optins/:id/decision", auth.Manager, (*desk).decide},
		{http.MethodGet, "/admin/review", auth.Viewer, (*desk).review},
		{http.MethodGet, "/admin/events", auth.Viewer, (*desk).events},
		{http.MethodGet, "/admin/events/live", auth.Viewer, (*desk).eventsLive},
		{http.MethodGet, "/admin/events/:id", auth.Viewer, (*desk).event},
		{http.MethodGet, "/admin/why", auth.Viewer, (*desk).why},
		{http.MethodGet, "/admin/outbox", auth.Viewer, (*desk).outbox},
		{http.MethodPost, "/admin/outbox/retry", auth.Manager, (*desk).retryJob},
		{http.MethodPost, "/admin/outbox/retry-all", auth.Manager, (*desk).retryAll},
		{http.MethodGet, "/admin/mails", auth.Viewer, (*desk).mails},
		{http.MethodPost, "/admin/mails/retry", auth.Manager, (*desk).retryMail},
		{http.MethodGet, "/admin/quarantine", auth.Viewer, (*desk).quarantine},
		{http.MethodGet, "/admin/quarantine/:id", auth.Manager, (*desk).quarantined},
		{http.MethodPost, "/admin/quarantine/:id/retry", auth.Manager, (*desk).retake},
		{http.MethodPost, "/admin/quarantine/:id/delete", auth.Manager, (*desk).unquarantine},
		{http.MethodGet, "/admin/people", auth.Manager, (*desk).person},
		{http.MethodGet, "/admin/people/export", auth.Manager, (*desk).exportPerson},
		{http.MethodPost, "/admin/people/erase", auth.Manager, (*desk).erasePerson},
	}
}

var incomingSection = section{"desk.menu.incoming", []pages.Link{
	{Href: "/admin/events", Label: "desk.menu.events"},
	{Href: "/admin/optins", Label: "desk.menu.optins"},
	{Href: "/admin/review", Label: "desk.menu.review"},
	{Href: "/admin/why", Label: "desk.menu.why"},
	{Href: "/admin/outbox", Label: "desk.menu.outbox"},
	{Href: "/admin/mails", Label: "desk.menu.mails"},
	{Href: "/admin/quarantine", Label: "desk.menu.quarantine"},
	{Href: "/admin/people", Label: "desk.menu.people"},
}}

// stamp is a time for a <time> element: the page's script writes it by the reader's own clock.
type stamp struct {
	ISO  string
	Time time.Time
}

func (k *desk) stamp(at time.Time) stamp {
	if at.IsZero() {
		return stamp{}
	}
	return stamp{at.UTC().Format(time.RFC3339), at.In(k.Zone)}
}

// email is who an opt-in is of, as a role may see it.
func (k *desk) email(sealed []byte, key attribution.PersonKey, who auth.User) string {
	if len(sealed) == 0 {
		return ""
	}
	p, err := k.Opener.Open(sealed, key)
	if err != nil {
		return ""
	}
	if !who.Role.May(auth.Manager) {
		return attribution.MaskEmail(p.Email)
	}
	return p.Email
}

// namer names affiliates, each looked up once for a page.
type namer struct {
	ctx   context.Context
	say   *texts.Reader
	store store.Store
	known map[attribution.Ref]named
}

// named is an affiliate as a page shows it; Text is "" for none.
type named struct {
	Text, Detail string
	Ref          string // as a filter takes it
}

func (k *desk) namer(c echo.Context) *namer {
	return &namer{c.Request().Context(), k.Reader(c), k.Store, map[attribution.Ref]named{}}
}

func (n *namer) of(ref attribution.Ref) (named, error) {
	if ref.IsZero() {
		return named{}, nil
	}
	if a, ok := n.known[ref]; ok {
		return a, nil
	}
	a, err := n.store.Affiliate(n.ctx, account, ref)
	out := named{Text: n.unknown(ref), Detail: n.say.Text("desk.named.unknown"), Ref: filterOf(ref)}
	switch {
	case err == nil:
		out.Text, out.Detail = firstText(a.Name, n.say.Text("desk.named.affiliate", "Id", a.ID)), n.say.Text("desk.named.withid", "Id", a.ID)
	case !errors.Is(err, store.ErrNotFound):
		return out, err
	}
	n.known[ref] = out
	return out, nil
}

// unknown is what pages call an affiliate that Keap does not know.
func (n *namer) unknown(ref attribution.Ref) string {
	if ref.Kind == attribution.ByCode {
		return n.say.Text("desk.named.withcode", "Code", ref.Value)
	}
	return n.say.Text("desk.named.withid", "Id", ref.Value)
}

// filterOf writes a reference as a person does in a filter: the id, or code: and the code.
func filterOf(ref attribution.Ref) string {
	if ref.Kind == attribution.ByCode {
		return ref.String()
	}
	return ref.Value
}

func firstText(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// readRef reads what filterOf writes.
func readRef(text string) (attribution.Ref, error) {
	if text == "" {
		return attribution.Ref{}, nil
	}
	kind, value, coded := strings.Cut(text, ":")
	if !coded {
		kind, value = string(attribution.ByID), text
	}
	return attribution.NewRef(attribution.RefKind(kind), value)
}

// writeCursor and readCursor carry the place of a list in an address.
func writeCursor(c store.Cursor) string {
	if c.IsZero() {
		return ""
	}
	return strconv.FormatInt(c.At.UnixMilli(), 36) + "_" + c.ID.String()
}

func readCursor(text string) (c store.Cursor, err error) {
	if text == "" {
		return c, nil
	}
	at, id, _ := strings.Cut(text, "_")
	ms, err := strconv.ParseInt(at, 36, 64)
	if err != nil {
		return c, errBadAddress
	}
	if c.ID, err = uuid.Parse(id); err != nil || c.ID == uuid.Nil {
		return c, errBadAddress
	}
	c.At = time.UnixMilli(ms).UTC()
	return c, nil
}

// with is an address with some of its parameters changed; an empty value takes one out.
func with(path string, values url.Values, changes ...string) string {
	q := url.Values{}
	for name, value := range values {
		if len(value) > 0 && value[0] != "" {
			q.Set(name, value[0])
		}
	}
	for i := 0; i+1 < len(changes); i += 2 {
		if q.Del(changes[i]); changes[i+1] != "" {
			q.Set(changes[i], changes[i+1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

func paramID(c echo.Context) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return id, errBadAddress
	}
	return id, nil
}

// misfit is what is wrong with a filter, by the key of the sentence that says so.
type misfit string

func (m misfit) Error() string { return english().Text(string(m)) }

// misfitNotice says above a list why it does not show what was asked for.
func (k *desk) misfitNotice(c echo.Context, err error) *notice {
	var m misfit
	if errors.As(err, &m) {
		return &notice{"bad", k.Reader(c).Text(string(m))}
	}
	return &notice{"bad", err.Error()}
}

// days reads the two bounds of a filter, whole days in the desk's zone.
func (k *desk) days(from, to string) (start, end time.Time, err error) {
	if from != "" {
		if start, err = time.ParseInLocation(time.DateOnly, from, k.Zone); err != nil {
			return start, end, misfit("desk.misfit.from")
		}
	}
	if to != "" {
		if end, err = time.ParseInLocation(time.DateOnly, to, k.Zone); err != nil {
			return start, end, misfit("desk.misfit.to")
		}
		end = end.AddDate(0, 0, 1)
	}
	return start, end, nil
}
