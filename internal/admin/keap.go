package admin

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"tributary/internal/audit"
	"tributary/internal/auth"
	"tributary/internal/connect"
	"tributary/internal/texts"
)

type keapPage struct {
	frame
	Status      connect.Status
	Pause       connect.Pause
	LastSuccess time.Time
	Quota       quota
	ByFlag      bool // the key comes with the start of the collector
	Key         []formField
	Other       bool // what was just tried is of another app
}

// quota is what Keap told of the day's calls, with its part that is used in percent.
type quota struct {
	Limit, Used, Left, Share int
	Tight                    bool
	Turns                    time.Time
	PerMinute                int
}

// patient is how long a page waits for Keap to tell the app's settings; it is shown without them then.
const patient = 2 * time.Second

func (k *desk) keap(c echo.Context, who auth.User) error {
	return k.showKeap(c, who, http.StatusOK, keyFields(k.Reader(c), "", ""), k.told(c, keapTold))
}

var keapTold = map[string]string{
	"connected": "desk.keap.isconnected", "disconnected": "desk.keap.isdisconnected", "checked": "desk.keap.checked", "moved": "desk.keap.moved",
}

// How says by what Keap is connected.
func (p keapPage) How() string {
	switch p.Status.How {
	case connect.ByOAuth:
		return "desk.keap.bylogin"
	case connect.ByKey:
		return "desk.keap.bykey"
	}
	return "desk.keap.byflag"
}

func (k *desk) showKeap(c echo.Context, who auth.User, status int, key []formField, said *notice) error {
	ctx, cancel := context.WithTimeout(c.Request().Context(), patient)
	defer cancel()
	s, err := k.Keap.Status(ctx, false)
	if err != nil {
		return err
	}
	p := keapPage{frame: k.frame(k.Reader(c).Text("desk.keap.title"), keapAt, who), Status: s, Pause: k.Keap.Pause(), LastSuccess: k.Keap.LastSuccess(), Quota: k.quota(), ByFlag: s.How == connect.ByFlag, Key: key}
	if s.Checked.After(p.LastSuccess) { // to tell whose the credential is was one, too
		p.LastSuccess = s.Checked
	}
	p.Other = said != nil && said.Tone == toneOther
	if p.Notice = said; p.Other {
		p.Notice = &notice{Tone: "bad", Text: said.Text}
	}
	k.letFormsLeadToKeap(c)
	return k.Render(c, status, "keap", p)
}

// toneOther marks the notice of a credential of another app: the form offers to move then.
const toneOther = "other"

func (k *desk) quota() quota {
	q := k.Keap.Quota()
	out := quota{Limit: q.Limit, Used: max(q.Limit-q.Left, 0), Left: q.Left, Turns: q.Turns, PerMinute: q.PerMinute}
	if q.Limit > 0 {
		out.Share = 100 * out.Used / q.Limit
		out.Tight = out.Share >= 90
	}
	return out
}

// letFormsLeadToKeap lets the button lead there: the policy of all pages lets a form lead nowhere else.
func (k *desk) letFormsLeadToKeap(c echo.Context) {
	u, err := url.Parse(k.Keap.AuthorizeURL())
	if err != nil || u.Host == "" || strings.ContainsAny(u.Host, "; ,'") {
		return
	}
	h := c.Response().Header()
	const header, own = "Content-Security-Policy", "form-action 'self'"
	h.Set(header, strings.Replace(h.Get(header), own, own+" "+u.Scheme+"://"+u.Host, 1))
}

func keyFields(say *texts.Reader, header, wrong string) []formField {
	const bearer, own = "Authorization: Bearer", "X-Keap-API-Key"
	return []formField{
		{Name: "key", Kind: "secret", Label: say.Text("desk.keap.key"), Wrong: wrong, Hint: say.Text("desk.keap.keyhint"), Placeholder: "KeapAK-..."},
		{Name: "header", Label: say.Text("desk.keap.header"), Kind: "list", Options: chosen(header,
			formOption{Value: "", Label: say.Text("desk.keap.usualheader", "Header", bearer)}, formOption{Value: own, Label: own})},
	}
}

// loginKeap leads the owner to Keap, where they allow access; Keap sends them back.
func (k *desk) loginKeap(c echo.Context, who auth.User) error {
	ctx := c.Request().Context()
	address, _, err := k.Keap.Login(ctx, answer(c, "new_tenant") != "")
	if err != nil {
		return k.wrongKeap(c, who, err)
	}
	if err := k.note(ctx, who, audit.KeapLogin, "", "begun"); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, address)
}

func (k *desk) useKey(c echo.Context, who auth.User) error {
	ctx := c.Request().Context()
	tenant, err := k.Keap.UseKey(ctx, answer(c, "key"), answer(c, "header"), answer(c, "new_tenant") != "")
	if err != nil {
		return k.wrongKeap(c, who, err)
	}
	if err := k.note(ctx, who, audit.KeapConnect, tenant, "by a key"); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, keapAt+"?done=connected")
}

// wrongKeap shows the page with what the owner can do about an error.
func (k *desk) wrongKeap(c echo.Context, who auth.User, err error) error {
	said, wrong := keapTrouble(k.Reader(c), err)
	if said == nil && wrong == "" {
		return err
	}
	return k.showKeap(c, who, http.StatusUnprocessableEntity, keyFields(k.Reader(c), answer(c, "header"), wrong), said)
}

// keapTrouble says what the owner can do about an error: above the page, or at the key. Neither for one that is not the
// owner's doing.
func keapTrouble(say *texts.Reader, err error) (said *notice, wrong string) {
	bad := func(key string) (*notice, string) { return &notice{Tone: "bad", Text: say.Text(key)}, "" }
	var other *connect.OtherTenantError
	switch {
	case errors.As(err, &other):
		return &notice{Tone: toneOther, Text: say.Text("desk.keap.givenother", "App", other.Given, "Ours", other.Known)}, ""
	case errors.Is(err, connect.ErrKeyRefused):
		return nil, say.Text("desk.keap.keyrefused")
	case errors.Is(err, connect.ErrFlagKey):
		return bad("desk.keap.flagkey")
	case errors.Is(err, connect.ErrNoClient):
		return bad("desk.keap.needsclient")
	case errors.Is(err, connect.ErrNoSuchTenant):
		return bad("desk.keap.nosuchapp")
	case errors.Is(err, connect.ErrUnreachable), errors.Is(err, context.DeadlineExceeded):
		return bad("desk.keap.noanswer")
	}
	return nil, ""
}

// acceptTenant moves what is stored here to the app of the present key.
func (k *desk) acceptTenant(c echo.Context, who auth.User) error {
	ctx, tenant := c.Request().Context(), answer(c, "tenant")
	if err := k.Keap.AcceptTenant(ctx, tenant); err != nil {
		return k.wrongKeap(c, who, err)
	}
	if err := k.note(ctx, who, audit.KeapTenant, tenant, "what is stored belongs to this app now"); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, keapAt+"?done=moved")
}

// checkKeap asks Keap now whose the credential is, and for the app's settings.
func (k *desk) checkKeap(c echo.Context, _ auth.User) error {
	if _, err := k.Keap.Status(c.Request().Context(), true); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, keapAt+"?done=checked")
}

func (k *desk) askDisconnect(c echo.Context, who auth.User) error {
	return k.Render(c, http.StatusOK, "keap-disconnect", k.frame(k.Reader(c).Text("desk.keap.disconnecttitle"), keapAt, who))
}

func (k *desk) disconnectKeap(c echo.Context, who auth.User) error {
	ctx := c.Request().Context()
	if err := k.Keap.Disconnect(ctx); err != nil {
		return k.wrongKeap(c, who, err)
	}
	if err := k.note(ctx, who, audit.KeapDisconnect, "", ""); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, keapAt+"?done=disconnected")
}
