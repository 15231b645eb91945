package admin

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"

	"tributary/internal/affiliates"
	"tributary/internal/attribution"
	"tributary/internal/audit"
	"tributary/internal/auth"
	"tributary/internal/connect"
	"tributary/internal/sites"
)

// startAt is the page "Get started".
const startAt = "/admin/start"

// step is a part of the set-up.
type step struct {
	Name, Title string    // Title is a key of web/texts
	Needs       auth.Role // to do it
	Done        bool
	Says        string // how it stands, in a few words: a key
}

// At is the address of the step's own page.
func (s step) At() string {
	if s.Name == "account" {
		return "/admin/account"
	}
	return startAt + "/" + s.Name
}

// startRoutes are the pages of the set-up behind the login. It can be left at any step and come back to: how far it has come
// is read from what there is.
func startRoutes() []route {
	const get, post = http.MethodGet, http.MethodPost
	return []route{
		{get, startAt, auth.Viewer, (*desk).start},
		{get, startAt + "/next", auth.Viewer, (*desk).nextStep},
		{get, startAt + "/keap", auth.Viewer, (*desk).startKeap},
		{post, startAt + "/keap", auth.Owner, (*desk).startKey},
		{get, startAt + "/affiliates", auth.Viewer, (*desk).startAffiliates},
		{post, startAt + "/affiliates", auth.Manager, (*desk).startSync},
		{get, startAt + "/site", auth.Viewer, (*desk).startSite},
		{post, startAt + "/site", auth.Manager, (*desk).startAddSite},
		{get, startAt + "/tag", auth.Viewer, (*desk).startTag},
		{get, startAt + "/visit", auth.Viewer, (*desk).startVisit},
		{get, startAt + "/live", auth.Viewer, (*desk).startLive},
		{get, keapAt + "/back", auth.Viewer, (*desk).backFromKeap},
		{post, startAt + "/origin", auth.Manager, (*desk).startOrigin},
	}
}

// steps tells how far the set-up has come. It reads a few records, however much there is.
func (k *desk) steps(ctx context.Context) ([]step, error) {
	keap := step{Name: "keap", Title: "desk.startkeap.title", Needs: auth.Owner, Says: "desk.startsays.keapopen"}
	if k.keapWorks() {
		keap.Done, keap.Says = true, "desk.startsays.keap"
	}
	known, err := k.Store.Affiliates(ctx, account, "", 1)
	if err != nil {
		return nil, err
	}
	all, err := k.Sites.List(ctx, "", 1)
	if err != nil {
		return nil, err
	}
	events, err := k.arrivals(ctx, english())
	if err != nil {
		return nil, err
	}
	seen := slices.ContainsFunc(events, func(a arrival) bool { return a.Good })
	return []step{
		{Name: "account", Title: "desk.startaccount.title", Needs: auth.Viewer, Done: true, Says: "desk.startsays.account"},
		keap,
		{Name: "affiliates", Title: "desk.startaffiliates.title", Needs: auth.Manager, Done: len(known) > 0, Says: either(len(known) > 0, "desk.startsays.affiliates", "desk.startsays.affiliatesopen")},
		{Name: "site", Title: "desk.startsite.title", Needs: auth.Manager, Done: len(all) > 0, Says: either(len(all) > 0, "desk.startsays.site", "desk.startsays.siteopen")},
		{Name: "tag", Title: "desk.starttag.title", Needs: auth.Manager, Done: len(events) > 0, Says: either(len(events) > 0, "desk.startsays.tag", "desk.startsays.tagopen")},
		{Name: "visit", Title: "desk.startvisit.title", Needs: auth.Viewer, Done: seen, Says: either(seen, "desk.startsays.visit", "desk.startsays.visitopen")},
	}, nil
}

// keapWorks says whether Keap has taken the credential.
func (k *desk) keapWorks() bool {
	if k.Keap.Connection == nil {
		return false
	}
	state, _ := k.Keap.State()
	return state == connect.Connected
}

func either(yes bool, then, otherwise string) string {
	if yes {
		return then
	}
	return otherwise
}

// isStarted says whether the set-up is through; once it is, nobody asks again until the next start of the program.
func (k *desk) isStarted(ctx context.Context) bool {
	if k.started.Load() || k.Sites == nil { // a desk without a set-up has none to go through
		return true
	}
	steps, err := k.steps(ctx)
	if err != nil { // the page that is shown will meet it, too
		return false
	}
	done := !slices.ContainsFunc(steps, func(s step) bool { return !s.Done })
	k.started.Store(done)
	return done
}

// startPage is a page of the set-up.
type startPage struct {
	frame
	Steps []step
	At    string // the name of the page's step
	Done  int
	Next  string // the address of the step after this one

	Keap      connect.Status
	Field     []formField
	Synced    affiliates.Synced
	Known     int
	KnownText string // the same, with a + where there are more than are counted here
	NoCode    int
	Connected bool
	Tag       string
	Sites     []attribution.Site
	Try       string
	Ref       string // an affiliate to try with
	Arrivals  []arrival
	Version   string
}

// TryVisit is the address of a page as an affiliate's visitor opens it.
func (p startPage) TryVisit() string { return p.Try + "?" + url.Values{"affiliate": {p.Ref}}.Encode() }

// TryDoctor is TryVisit with the form doctor, and nothing counted.
func (p startPage) TryDoctor() string { return p.TryVisit() + "&tributary_test=1" }

// newStart makes the page of a step; "" for the overview.
func (k *desk) newStart(c echo.Context, who auth.User, name, title string) (p startPage, err error) {
	p = startPage{frame: k.frame(title, startAt, who), At: name, Next: "/admin", Connected: k.keapWorks()}
	if p.Steps, err = k.steps(c.Request().Context()); err != nil {
		return p, err
	}
	for i, s := range p.Steps {
		if s.Done {
			p.Done++
		}
		if s.Name == name && i+1 < len(p.Steps) {
			p.Next = p.Steps[i+1].At()
		}
	}
	return p, nil
}

func (k *desk) start(c echo.Context, who auth.User) error {
	p, err := k.newStart(c, who, "", k.Reader(c).Text("desk.start.title"))
	if err != nil {
		return err
	}
	return k.Render(c, http.StatusOK, "start", p)
}

// nextStep leads to the first step that is open: from Keap's login, and from wherever somebody left off.
func (k *desk) nextStep(c echo.Context, who auth.User) error {
	if !who.Role.May(auth.Manager) { // there is nothing for them to do there
		return c.Redirect(http.StatusSeeOther, "/admin")
	}
	steps, err := k.steps(c.Request().Context())
	if err != nil {
		return err
	}
	for _, s := range steps {
		if !s.Done {
			return c.Redirect(http.StatusSeeOther, s.At())
		}
	}
	return c.Redirect(http.StatusSeeOther, "/admin")
}

// backFromKeap leads who has logged in at Keap back to where that began.
func (k *desk) backFromKeap(c echo.Context, who auth.User) error {
	if k.isStarted(c.Request().Context()) {
		return c.Redirect(http.StatusSeeOther, keapAt)
	}
	return k.nextStep(c, who)
}

func (k *desk) startKeap(c echo.Context, who auth.User) error {
	return k.showStartKeap(c, who, http.StatusOK, "", nil)
}

func (k *desk) showStartKeap(c echo.Context, who auth.User, status int, wrong string, said *notice) error {
	p, err := k.newStart(c, who, "keap", k.Reader(c).Text("desk.startkeap.title"))
	if err != nil {
		return err
	}
	p.Notice, p.Field = said, keyFields(k.Reader(c), answer(c, "header"), wrong)
	ctx, cancel := context.WithTimeout(c.Request().Context(), patient)
	defer cancel()
	if p.Keap, err = k.Keap.Status(ctx, false); err != nil {
		return err
	}
	k.letFormsLeadToKeap(c)
	return k.Render(c, status, "start-keap", p)
}

// startKey connects by a key, which Keap is asked about at once.
func (k *desk) startKey(c echo.Context, who auth.User) error {
	ctx := c.Request().Context()
	tenant, err := k.Keap.UseKey(ctx, answer(c, "key"), answer(c, "header"), false)
	if err != nil {
		said, wrong := keapTrouble(k.Reader(c), err)
		if said == nil && wrong == "" {
			return err
		}
		return k.showStartKeap(c, who, http.StatusUnprocessableEntity, wrong, said)
	}
	if err := k.note(ctx, who, audit.KeapConnect, tenant, "by a key"); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, startAt+"/affiliates")
}

func (k *desk) startSite(c echo.Context, who auth.User) error {
	return k.showStartSite(c, who, http.StatusOK, newSiteFields(k.Reader(c), "", ""))
}

func (k *desk) showStartSite(c echo.Context, who auth.User, status int, fields []formField) error {
	p, err := k.newStart(c, who, "site", k.Reader(c).Text("desk.startsite.title"))
	if err != nil {
		return err
	}
	p.Field = fields
	if p.Sites, err = k.Sites.List(c.Request().Context(), "", 10); err != nil {
		return err
	}
	return k.Render(c, status, "start-site", p)
}

func (k *desk) startAddSite(c echo.Context, who auth.User) error {
	name, at := answer(c, "name"), answer(c, "origins")
	s, _, err := k.Sites.Add(c.Request().Context(), account, sites.Input{Name: name, Origins: sites.Pages(listed(at), true)}, "")
	var w *sites.Wrong
	if errors.As(err, &w) {
		fields := newSiteFields(k.Reader(c), name, at)
		blame([]formGroup{{Fields: fields}}, w.Field, sentence(w.Problem))
		return k.showStartSite(c, who, http.StatusUnprocessableEntity, fields)
	}
	if err != nil {
		return err
	}
	if err := k.note(c.Request().Context(), who, audit.SiteCreate, s.Key, s.Name); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, startAt+"/tag")
}

func (k *desk) startTag(c echo.Context, who auth.User) error {
	p, err := k.newStart(c, who, "tag", k.Reader(c).Text("desk.starttag.title"))
	if err != nil {
		return err
	}
	s, err := k.newestSite(c.Request().Context())
	if err != nil {
		return err
	}
	if s.Key != "" {
		p.Sites, p.Tag = []attribution.Site{s}, k.Sites.Tag(s.Key)
	}
	return k.Render(c, http.StatusOK, "start-tag", p)
}

// newestSite is the one that was added last; the zero Site where there is none.
func (k *desk) newestSite(ctx context.Context) (newest attribution.Site, err error) {
	all, err := k.Sites.List(ctx, "", maxSites)
	for _, s := range all {
		if newest.Key == "" || s.Created.After(newest.Created) {
			newest = s
		}
	}
	return newest, err
}
