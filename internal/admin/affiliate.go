package admin

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"tributary/internal/affiliates"
	"tributary/internal/attribution"
	"tributary/internal/audit"
	"tributary/internal/auth"
	"tributary/internal/pages"
	"tributary/internal/sites"
	"tributary/internal/stats"
	"tributary/internal/store"
	"tributary/internal/texts"
)

type affiliatePage struct {
	frame
	Affiliate attribution.Affiliate
	State     affiliates.State
	Email     string
	Days      int
	Funnel    []pages.Stage
	Chart     pages.Chart
	OptIns    []attribution.OptIn
	More      bool
	Links     []affiliateLink
	Login     *loginLink // when one was just made
	Mails     bool
	Doorbell  string // the lasting address, for who may hand it out
}

// affiliateLink is how the affiliate's links to a site look.
type affiliateLink struct{ Site, ByID, ByCode string }

// loginLink opens the affiliate's page once.
type loginLink struct {
	URL     string
	Expires time.Time
	Mailed  bool
}

const (
	optInsShown = 20
	sitesShown  = 5
)

func (k *desk) affiliate(c echo.Context, who auth.User) error {
	a, err := k.known(c)
	if err != nil {
		return err
	}
	return k.showAffiliate(c, who, a, nil)
}

// known is the affiliate that the address names. Keap is not asked: a page must not wait for it.
func (k *desk) known(c echo.Context) (attribution.Affiliate, error) {
	ref, err := attribution.NewRef(attribution.ByID, c.Param("id"))
	if err != nil {
		return attribution.Affiliate{}, errBadAddress
	}
	return k.Store.Affiliate(c.Request().Context(), account, ref)
}

var affiliateTold = map[string]string{
	"added": "desk.affiliate.added", "renewed": "desk.affiliate.renewed", "changed": "desk.affiliate.changed",
}

// shortWords are the states of opt-ins in a word.
var shortWords = map[attribution.Status]label{
	attribution.Received:     {"desk.affiliate.optin.received", "waiting"},
	attribution.Waiting:      {"desk.affiliate.optin.waiting", "waiting"},
	attribution.Credited:     {"desk.affiliate.optin.credited", "good"},
	attribution.Unattributed: {"desk.affiliate.optin.unattributed", ""},
	attribution.Held:         {"desk.affiliate.optin.held", "waiting"},
	attribution.Refused:      {"desk.affiliate.optin.refused", "bad"},
	attribution.Failed:       {"desk.affiliate.optin.failed", "bad"},
	attribution.Erased:       {"desk.affiliate.optin.erased", ""},
}

// Status is the state of an opt-in.
func (affiliatePage) Status(s attribution.Status) label { return shortWords[s] }

func (k *desk) showAffiliate(c echo.Context, who auth.User, a attribution.Affiliate, login *loginLink) error {
	ctx := c.Request().Context()
	report, err := stats.Read(ctx, k.Store, account, a.Ref(), stats.LastDays(homeDays, k.Now(), k.Zone))
	if err != nil {
		return err
	}
	found, err := k.Store.OptIns(ctx, account, store.Query{Ref: a.Ref(), Limit: optInsShown})
	if err != nil {
		return err
	}
	links, err := k.linksOf(c, a)
	if err != nil {
		return err
	}
	email, err := k.Affiliates.Email(a)
	if err != nil {
		email = "" // another secret key sealed it: the page is worth more than this line
	}
	p := affiliatePage{
		frame: k.frame(nameOf(k.Reader(c), a), affiliatesAt, who), Affiliate: a, State: affiliates.StateOf(a), Email: email, Days: homeDays,
		Funnel: pages.Funnel(k.Reader(c), report.Tally), Chart: pages.NewChart(k.Reader(c), report.ByDay), OptIns: found.OptIns, More: !found.Next.IsZero(), Links: links,
		Login: login, Mails: k.MailLogin != nil && len(a.Email.Sealed) > 0,
	}
	if who.Role.May(auth.Manager) && k.Doorbell != nil {
		if p.Doorbell, err = k.Doorbell.Address(ctx, a.ID); err != nil {
			return err
		}
	}
	p.Notice = k.told(c, affiliateTold)
	return k.Render(c, http.StatusOK, "affiliate", p)
}

// nameOf is what a page of an affiliate is called.
func nameOf(say *texts.Reader, a attribution.Affiliate) string {
	return orElse(a.Name, say.Text("desk.affiliate.nameless", "ID", a.ID))
}

// linksOf shows links to the first sites, as the parameters of each have it.
func (k *desk) linksOf(c echo.Context, a attribution.Affiliate) (links []affiliateLink, err error) {
	all, err := k.Sites.List(c.Request().Context(), "", sitesShown)
	if err != nil {
		return nil, err
	}
	for _, s := range all {
		settings, err := sites.SettingsOf(s)
		if err != nil {
			return nil, err
		}
		link := affiliateLink{Site: s.Name}
		for _, p := range settings.Params {
			switch {
			case p.Kind == "id" && link.ByID == "":
				link.ByID = tryAt(s) + "?" + url.QueryEscape(p.Name) + "=" + url.QueryEscape(a.ID)
			case p.Kind == "code" && link.ByCode == "" && a.Code != "":
				link.ByCode = tryAt(s) + "?" + url.QueryEscape(p.Name) + "=" + url.QueryEscape(a.Code)
			}
		}
		links = append(links, link)
	}
	return links, nil
}

// makeLogin makes a login link and shows it, or mails it. It stands on this one answer and nowhere else.
func (k *desk) makeLogin(c echo.Context, who auth.User) error {
	a, err := k.known(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if answer(c, "how") == "mail" {
		return k.mailLogin(c, who, a)
	}
	token, expires, err := k.Auth.IssueLink(ctx, account, a.ID)
	if err != nil {
		return err
	}
	if err := k.note(ctx, who, audit.AffiliateLink, a.ID, "shown"); err != nil {
		return err
	}
	return k.showAffiliate(c, who, a, &loginLink{URL: strings.TrimRight(k.BaseURL, "/") + "/portal/login/" + token, Expires: expires})
}

func (k *desk) mailLogin(c echo.Context, who auth.User, a attribution.Affiliate) error {
	if k.MailLogin == nil {
		return errBadAddress
	}
	ctx := c.Request().Context()
	if err := k.MailLogin(ctx, a); err != nil {
		return err
	}
	if err := k.note(ctx, who, audit.AffiliateLink, a.ID, "mailed"); err != nil {
		return err
	}
	return k.showAffiliate(c, who, a, &loginLink{Mailed: true})
}

// unknownPage lists what links named and Keap does not know.
type unknownPage struct {
	frame
	Rows []unknownRow
	More bool
}

type unknownRow struct {
	Ref    attribution.Ref
	Job    store.Job
	Counts attribution.Tally
}

const unknownShown = 100

func (k *desk) unknownAffiliates(c echo.Context, who auth.User) error {
	rows, more, err := k.unknown(c)
	if err != nil {
		return err
	}
	p := unknownPage{k.frame(k.Reader(c).Text("desk.affiliates.unknown"), affiliatesAt, who), rows, more}
	p.Notice = k.told(c, affiliatesTold)
	return k.Render(c, http.StatusOK, "affiliates-unknown", p)
}

// unknown reads the parked look-ups. Their ids begin with the kind, and the list goes down from where they end.
func (k *desk) unknown(c echo.Context) (rows []unknownRow, more bool, err error) {
	ctx := c.Request().Context()
	jobs, err := k.Store.Jobs(ctx, account, store.Parked, store.JobID(store.AffiliateJob, "\xff"), unknownShown+1)
	if err != nil {
		return nil, false, err
	}
	span := stats.LastDays(homeDays, k.Now(), k.Zone)
	for _, j := range jobs[:min(len(jobs), unknownShown)] {
		ref, err := attribution.ParseRef(j.Subject)
		if err != nil || j.Kind != store.AffiliateJob {
			continue
		}
		hours, err := k.Store.Counters(ctx, account, ref, span.From, span.To)
		if err != nil {
			return nil, false, err
		}
		row := unknownRow{Ref: ref, Job: j}
		for _, h := range hours {
			row.Counts = row.Counts.Add(h.Tally)
		}
		rows = append(rows, row)
	}
	return rows, len(jobs) > unknownShown, nil
}

// lookAgain has Keap asked for an affiliate once more.
func (k *desk) lookAgain(c echo.Context, who auth.User) error {
	ctx := c.Request().Context()
	ref, err := attribution.ParseRef(answer(c, "ref"))
	if err != nil || ref.IsZero() {
		return errBadAddress
	}
	_, err = k.Store.Retry(ctx, account, store.JobID(store.AffiliateJob, ref.String()), k.Now().UTC())
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if err := k.note(ctx, who, audit.AffiliateLookup, ref.String(), ""); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, affiliatesAt+"/unknown?done=again")
}
