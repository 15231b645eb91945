package admin

import (
	"errors"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"tributary/internal/audit"
	"tributary/internal/auth"
	"tributary/internal/store"
)

const quarantinePage = 50

type quarantineView struct {
	frame
	Rows  []keptRow
	Older string
	Later bool
}

type keptRow struct {
	ID, Site, Origin, Code, Reason string
	At                             stamp
	Size                           int
}

func (k *desk) keptRow(q store.Quarantined) keptRow {
	return keptRow{q.ID.String(), q.Site, q.Origin, q.Code, q.Reason, k.stamp(q.Received), len(q.Sealed)}
}

var quarantineTold = map[string]string{"taken": "desk.quarantine.taken", "deleted": "desk.quarantine.deleted"}

// quarantine lists what could not be taken as an event.
func (k *desk) quarantine(c echo.Context, who auth.User) error {
	v := quarantineView{frame: k.frame(k.Reader(c).Text("desk.quarantine.title"), "/admin/quarantine", who)}
	before := uuid.Nil
	if text := c.QueryParam("cursor"); text != "" {
		var err error
		if before, err = uuid.Parse(text); err != nil {
			return errBadAddress
		}
		v.Later = true
	}
	kept, err := k.Store.Quarantines(c.Request().Context(), before, quarantinePage+1)
	if err != nil {
		return err
	}
	if len(kept) > quarantinePage {
		kept = kept[:quarantinePage]
		v.Older = "/admin/quarantine?cursor=" + kept[quarantinePage-1].ID.String()
	}
	for _, q := range kept {
		v.Rows = append(v.Rows, k.keptRow(q))
	}
	v.Notice = k.told(c, quarantineTold)
	return k.Render(c, http.StatusOK, "quarantine", v)
}

type quarantinedView struct {
	frame
	keptRow
	Body     string
	Cut      bool   // only the beginning is shown
	IsLocked bool   // it was encrypted with another key, and cannot be shown
	Refused  string // what the last try said
	Remedy   string // a key of web/texts
}

// shownBody bounds how much of a record the page shows.
const shownBody = 20_000

// quarantined shows one record, decrypted.
func (k *desk) quarantined(c echo.Context, who auth.User) error {
	q, err := k.readQuarantined(c)
	if err != nil {
		return err
	}
	return k.showQuarantined(c, who, q, http.StatusOK, "")
}

func (k *desk) readQuarantined(c echo.Context) (store.Quarantined, error) {
	id, err := paramID(c)
	if err != nil {
		return store.Quarantined{}, err
	}
	return k.Store.Quarantined(c.Request().Context(), id)
}

func (k *desk) showQuarantined(c echo.Context, who auth.User, q store.Quarantined, status int, refused string) error {
	v := quarantinedView{frame: k.frame(k.Reader(c).Text("desk.quarantine.titleone"), "/admin/quarantine", who), keptRow: k.keptRow(q), Refused: refused, Remedy: remedies[q.Code]}
	raw, err := k.People.Sealer.OpenBytes(q.Sealed, store.QuarantineKind, q.ID.String())
	v.IsLocked = err != nil
	v.Body, v.Cut = readable(raw)
	return k.Render(c, status, "quarantined", v)
}

// readable is the beginning of a text from outside.
func readable(raw []byte) (text string, cut bool) {
	text = strings.ToValidUTF8(string(raw), "\uFFFD")
	if len(text) <= shownBody {
		return text, false
	}
	text = text[:shownBody]
	for !utf8.ValidString(text) {
		text = text[:len(text)-1]
	}
	return text, true
}

// remedies are the keys of what to mend before another try.
var remedies = map[string]string{
	"unknown_site":     "desk.remedy.unknownsite",
	"forbidden_origin": "desk.remedy.forbiddenorigin",
	"invalid_email":    "desk.remedy.invalidemail",
	"malformed_json":   "desk.remedy.malformedjson",
	"too_large":        "desk.remedy.toolarge",
	"too_many_events":  "desk.remedy.toomanyevents",
}

// retake tries a record again. It leaves the quarantine only when all of it is stored.
func (k *desk) retake(c echo.Context, who auth.User) error {
	q, err := k.readQuarantined(c)
	if err != nil {
		return err
	}
	raw, err := k.People.Sealer.OpenBytes(q.Sealed, store.QuarantineKind, q.ID.String())
	if err != nil {
		return k.showQuarantined(c, who, q, http.StatusUnprocessableEntity, k.Reader(c).Text("desk.quarantine.unreadable"))
	}
	ctx := c.Request().Context()
	outcomes, err := k.Retake(ctx, q, raw)
	if err != nil {
		if errors.Is(err, store.ErrClosed) {
			return err
		}
		return k.showQuarantined(c, who, q, http.StatusUnprocessableEntity, err.Error())
	}
	if err := k.Store.Unquarantine(ctx, q.ID); err != nil {
		return err
	}
	if err := k.note(ctx, who, audit.QuarantineRetry, q.ID.String(), english().Counted("desk.counts.events", int64(len(outcomes)))); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/admin/quarantine?done=taken")
}

func (k *desk) unquarantine(c echo.Context, who auth.User) error {
	id, err := paramID(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if err := k.Store.Unquarantine(ctx, id); err != nil {
		return err
	}
	if err := k.note(ctx, who, audit.QuarantineDelete, id.String(), ""); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/admin/quarantine?done=deleted")
}
