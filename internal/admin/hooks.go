package admin

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"tributary/internal/audit"
	"tributary/internal/auth"
	"tributary/internal/hooks"
	"tributary/internal/keaphook"
	"tributary/internal/texts"
)

// maxHooks bounds the list: each is a form tool that sends.
const maxHooks = 200

type hooksPage struct {
	frame
	Rows   []hookRow
	More   bool
	ByKeap *keaphook.Status // nil while Keap is not connected
}

type hookRow struct {
	hooks.Hook
	SiteName string
	Last     *hooks.Payload
}

func (k *desk) hooks(c echo.Context, who auth.User) error {
	ctx := c.Request().Context()
	all, err := k.Hooks.List(ctx, "", maxHooks+1)
	if err != nil {
		return err
	}
	names, err := k.siteNames(ctx)
	if err != nil {
		return err
	}
	p := hooksPage{frame: k.frame(k.Reader(c).Text("desk.hooks.title"), hooksAt, who), More: len(all) > maxHooks}
	p.Notice = k.told(c, hooksTold)
	for _, h := range all[:min(len(all), maxHooks)] {
		row := hookRow{Hook: h, SiteName: orElse(names[h.Site], h.Site)}
		if last, err := k.Hooks.Payloads(ctx, h.ID, "", "", 1); err == nil && len(last) > 0 { // what cannot be read shows on its own page
			row.Last = &last[0]
		}
		p.Rows = append(p.Rows, row)
	}
	if k.connected() && k.KeapHook != nil {
		s := k.KeapHook.Status()
		p.ByKeap = &s
	}
	return k.Render(c, http.StatusOK, "hooks", p)
}

// hooksTold is what can be said above the pages of hooks, by the keys of web/texts.
var hooksTold = map[string]string{
	"deleted": "desk.hooks.deleted",
	"checked": "desk.hooks.checked",
	"saved":   "desk.hooks.saved",
	"taken":   "desk.hooks.tried",
}

func (k *desk) siteNames(ctx context.Context) (map[string]string, error) {
	all, err := k.Sites.List(ctx, "", maxSites)
	names := map[string]string{}
	for _, s := range all {
		names[s.Key] = s.Name
	}
	return names, err
}

// checkKeapHook has the hook at Keap made, verified or repaired.
func (k *desk) checkKeapHook(c echo.Context, who auth.User) error {
	if !k.connected() || k.KeapHook == nil {
		return c.Redirect(http.StatusSeeOther, keapAt)
	}
	ctx := c.Request().Context()
	s := k.KeapHook.Check(ctx)
	if err := k.note(ctx, who, audit.KeapHook, "", string(s.State)); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, hooksAt+"?done=checked")
}

type hookForm struct {
	frame
	Hook   hooks.Hook
	Fields []formField
	URL    string // of a hook that was just made: told once
}

func (k *desk) newHook(c echo.Context, who auth.User) error {
	fields, err := k.hookFields(c, hooks.Hook{})
	if err != nil {
		return err
	}
	return k.Render(c, http.StatusOK, "hook-new", hookForm{frame: k.frame(k.Reader(c).Text("desk.hooks.add"), hooksAt, who), Fields: fields[:2]})
}

// hookFields asks for a hook's settings: its name, its site, and then the places of its payloads.
func (k *desk) hookFields(c echo.Context, h hooks.Hook) ([]formField, error) {
	names, err := k.siteNames(c.Request().Context())
	if err != nil {
		return nil, err
	}
	say := k.Reader(c)
	options := []formOption{{Value: "", Label: say.Text("desk.hookform.nosite")}}
	for key, name := range names {
		options = append(options, formOption{Value: key, Label: name})
	}
	slices.SortFunc(options[1:], func(a, b formOption) int { return strings.Compare(a.Label, b.Label) })
	fields := []formField{
		{Name: "name", Label: say.Text("desk.hookform.name"), Value: h.Name, Placeholder: say.Text("desk.hookform.nameexample"), Hint: say.Text("desk.hookform.namehint")},
		{Name: "site", Label: say.Text("desk.hookform.site"), Kind: "list", Options: chosen(h.Site, options...), Hint: say.Text("desk.hookform.sitehint")},
	}
	for _, m := range mapped {
		fields = append(fields, formField{Name: "map-" + string(m.field), Label: say.Text(m.label), Value: h.Mapping[m.field], Placeholder: say.Text("desk.hookform.byitself")})
	}
	return fields, nil
}

// mapped are the fields whose place in a payload can be said, with the keys of their names.
var mapped = []struct {
	field hooks.Field
	label string
}{
	{hooks.Email, "desk.hookform.email"}, {hooks.FirstName, "desk.hookform.firstname"}, {hooks.LastName, "desk.hookform.lastname"}, {hooks.FullName, "desk.hookform.fullname"}, {hooks.Phone, "desk.hookform.phone"},
	{hooks.Affiliate, "desk.hookform.affiliate"}, {hooks.AffiliateID, "desk.hookform.affiliateid"}, {hooks.AffiliateCode, "desk.hookform.affiliatecode"}, {hooks.TributaryID, "desk.hookform.tributaryid"},
	{hooks.UTM, "desk.hookform.utm"}, {hooks.Form, "desk.hookform.form"}, {hooks.At, "desk.hookform.at"},
}

func (k *desk) addHook(c echo.Context, who auth.User) error {
	ctx := c.Request().Context()
	h, token, err := k.Hooks.Add(ctx, account, hooks.Hook{Name: answer(c, "name"), Site: answer(c, "site")})
	if wrongHook(err) {
		fields, ferr := k.hookFields(c, hooks.Hook{Name: answer(c, "name")})
		if ferr != nil {
			return ferr
		}
		blameHook(k.Reader(c), fields, err)
		return k.Render(c, http.StatusUnprocessableEntity, "hook-new", hookForm{frame: k.frame(k.Reader(c).Text("desk.hooks.add"), hooksAt, who), Fields: fields[:2]})
	}
	if err != nil {
		return err
	}
	if err := k.note(ctx, who, audit.HookCreate, h.ID, h.Name); err != nil {
		return err
	}
	return k.Render(c, http.StatusOK, "hook-made", hookForm{frame: k.frame(h.Name, hooksAt, who), Hook: h, URL: strings.TrimRight(k.BaseURL, "/") + "/h/" + token})
}

func wrongHook(err error) bool {
	return errors.Is(err, hooks.ErrInvalid) || errors.Is(err, hooks.ErrUnknownSite)
}

// blameHook puts an error of a hook to the field that it is about.
func blameHook(say *texts.Reader, fields []formField, err error) {
	if errors.Is(err, hooks.ErrUnknownSite) {
		blame([]formGroup{{Fields: fields}}, "site", say.Text("desk.hookform.sitegone"))
		return
	}
	field, text := "name", strings.TrimPrefix(err.Error(), hooks.ErrInvalid.Error()+": ")
	for _, m := range mapped {
		if strings.HasPrefix(text, "mapping of "+string(m.field)+" ") {
			field = "map-" + string(m.field)
		}
	}
	blame([]formGroup{{Fields: fields}}, field, sentence(text))
}

// askDeleteHook says what will happen, and asks once more.
func (k *desk) askDeleteHook(c echo.Context, who auth.User) error {
	h, _, err := k.Hooks.Get(c.Request().Context(), c.Param("id"))
	if err != nil {
		return err
	}
	return k.Render(c, http.StatusOK, "hook-delete", hookForm{frame: k.frame(k.Reader(c).Text("desk.hookdelete.title", "Name", h.Name), hooksAt, who), Hook: h})
}

func (k *desk) deleteHook(c echo.Context, who auth.User) error {
	ctx := c.Request().Context()
	h, _, err := k.Hooks.Get(ctx, c.Param("id"))
	if err != nil {
		return err
	}
	if h.Kind == hooks.Keap {
		return errBadAddress // the collector keeps that one itself, and would make it again
	}
	if err := k.Hooks.Delete(ctx, h.ID); err != nil {
		return err
	}
	if err := k.note(ctx, who, audit.HookDelete, h.ID, h.Name); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, hooksAt+"?done=deleted")
}

func hookAt(id string) string { return hooksAt + "/" + url.PathEscape(id) }
