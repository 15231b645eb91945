package admin_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/auth"
	"tributary/internal/doctor"
)

// send sends a form as who reads the second language, and holds the page that answers it.
func (d *desk) send(t *testing.T, path string, cookie *http.Cookie, form url.Values, data ...string) {
	t.Helper()
	w := d.read(http.MethodPost, path, cookie, form.Encode())
	if w.Code == http.StatusSeeOther {
		w = d.read(http.MethodGet, w.Header().Get("Location"), cookie, "")
	}
	whole(t, fmt.Sprintf("%s with %v", path, form), w, data...)
}

func TestTheFirstRunIsWholeInASecondLanguage(t *testing.T) {
	d := inBrackets(t)
	token, err := d.auth.IssueSetup(t.Context(), account)
	if err != nil {
		t.Fatal(err)
	}
	at := "/admin/setup/" + token
	wholeIn(t, d, nil, []string{at, "/admin/setup/none"})
	d.send(t, at, nil, url.Values{"name": {"Olive"}, "email": {"olive@example.com"}, "password": {"short"}}, "This password will not do: it needs 10 characters or more. A few words in a row are easy to remember")
	d.send(t, at, nil, url.Values{"name": {"Olive"}, "email": {"nonsense"}, "way": {"passkey"}}, `This user cannot be saved: "nonsense" is no e-mail address`)
	w := d.read(http.MethodPost, at, nil, url.Values{"name": {"Olive"}, "email": {"olive@example.com"}, "way": {"passkey"}}.Encode())
	if to := w.Header().Get("Location"); to != "/admin/welcome" {
		t.Fatalf("the first owner is led to %q: %s", to, w.Body)
	}
	wholeIn(t, d, cookieOf(w, "tributary-desk"), []string{"/admin/welcome"}, "Olive")
	wholeIn(t, d, nil, []string{at})
}

func TestTheSetUpIsWholeInASecondLanguage(t *testing.T) {
	const aTag, cookies = "script async src=", `a later sale pays for a referral only where the buyer has a cookie of Keap, which nobody has from your own pages: choose "Referral history and cookies" in Keap's settings for referral partners`
	d := inBrackets(t)
	owner, viewer := d.as(auth.Owner), d.as(auth.Viewer)
	steps := []string{"/admin/start", "/admin/start/affiliates", "/admin/start/affiliates?done=syncing", "/admin/start/site", "/admin/start/tag", "/admin/start/visit"}
	wholeIn(t, d, owner, steps)
	wholeIn(t, d, viewer, append(steps, "/admin/start/keap"))
	has(t, d.read(http.MethodGet, "/admin/start/keap", owner, "").Body.String(), "⟦With a key⟧", "⟦In Keap: Settings,", "⟦Connect with this key⟧", "⟦Or log in at Keap⟧", "⟦Keap asks whether", "⟦Log in with Keap⟧")
	d.send(t, "/admin/start/site", owner, url.Values{"name": {""}, "origins": {"www.example.com"}}, "Name must have 1 to 200 characters.")
	d.send(t, "/admin/start/site", owner, url.Values{"name": {"Shop"}, "origins": {"www.example.com"}}, "Shop", aTag)
	d.send(t, "/admin/start/keap", owner, url.Values{"key": {keyOne}})
	d.know(attribution.Affiliate{ID: "42", Name: "Maria Example"})
	d.synced.Started, d.synced.Ended, d.synced.Seen, d.synced.New, d.synced.Error = d.now, d.now, 12, 1, "Keap went away"
	wholeIn(t, d, owner, append(steps, "/admin/start/keap"), "Shop", "Keap went away", aTag, cookies)
	d.know(attribution.Affiliate{ID: "43", Code: "ann"}, attribution.Affiliate{ID: "44"})
	touch := attribution.Touch{Ref: byID("42"), At: d.now}
	d.take(attribution.Event{ID: idOf(d.now), Type: attribution.Clicked, At: d.now, Received: d.now, Visitor: uuid.New(), URL: "https://www.example.com/", First: touch, Latest: touch})
	wholeIn(t, d, owner, append(steps, "/admin/start/keap"), "Shop", "Maria Example", "Keap went away", aTag, cookies)
	wholeIn(t, d, viewer, append(steps, "/admin/start/keap"), "Shop", "Maria Example", "Keap went away", aTag, cookies)
}

func TestTheSitesAreWholeInASecondLanguage(t *testing.T) {
	d := inBrackets(t)
	manager, viewer := d.as(auth.Manager), d.as(auth.Viewer)
	wholeIn(t, d, manager, []string{"/admin/sites", "/admin/sites?done=deleted", "/admin/sites/new", "/admin/sites/none"})
	wholeIn(t, d, viewer, []string{"/admin/sites"})
	d.send(t, "/admin/sites", manager, url.Values{"name": {""}, "origins": {"example.com"}}, "Name must have 1 to 200 characters.")
	at, _, _ := strings.Cut(d.post("/admin/sites", manager, url.Values{"name": {"Shop"}, "origins": {"example.com\na.example.com\nb.example.com\nc.example.com"}}), "?")
	paths := []string{"/admin/sites", at, at + "?done=added", at + "?done=saved", at + "?done=same", at + "?done=allowed", at + "/delete"}
	wholeIn(t, d, manager, paths, inSites...)
	d.hear(strings.TrimPrefix(at, "/admin/sites/"))
	wholeIn(t, d, manager, paths, append(inSites, "why: forbidden_origin", "why: too_large", "other.example")...)
	wholeIn(t, d, viewer, paths[:2], append(inSites, "why: forbidden_origin", "why: too_large", "other.example")...)
	d.send(t, at, manager, url.Values{"name": {"Shop"}, "origins": {"example.com"}, "cookie": {"a b"}}, append(inSites, "why: forbidden_origin", "why: too_large", "other.example", `Cookie name "a b" must be 1 to 64 letters, digits, _, . or -`)...)
}

// inSites is what is in no language on a site's page: its tag, what its fields have for an example, names of tools and of settings.
var inSites = []string{
	"Shop", "script async src=", "script integrity=\"sha384-x\" src=", "affiliate\n", "aff\n", "tributary_id\n", "fields[partner]\n", "trb\n", "example.org\n", "events.webinarjam.com", "event.webinarjam.com", "events.genndi.com",
	"Contact Form 7", "ClickFunnels", "EverWebinar, WebinarJam", "Gravity Forms", "HubSpot", "Jotform", "WPForms", "Calendly", "Elementor", "Instapage", "Kajabi", "Keap", "Kit", "Leadpages", "Mailchimp", "Tally", "Typeform", "Unbounce", "Webflow",
	"utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "inf_form_name", "infusionsoft_version",
}

// hear has a site's pages send what is taken, and what is not.
func (d *desk) hear(site string) {
	d.t.Helper()
	touch := attribution.Touch{Ref: byID("42"), At: d.now}
	click := attribution.Event{Type: attribution.Clicked, URL: "https://example.com/", First: touch, Latest: touch}
	optIn := attribution.Event{Type: attribution.OptedIn, Via: attribution.ViaHook, First: touch, Latest: touch}
	for _, e := range []attribution.Event{click, optIn} {
		e.ID, e.At, e.Received, e.Site, e.Visitor = idOf(d.now), d.now, d.now, site, uuid.New()
		d.take(e)
	}
	d.refuse(site, "https://other.example", "forbidden_origin", time.Second)
	d.refuse(site, "", "too_large", time.Second)
}

func TestAPageThatIsCheckedStandsInAWholePage(t *testing.T) {
	d := inBrackets(t)
	manager := d.as(auth.Manager)
	at, _, _ := strings.Cut(d.post("/admin/sites", manager, url.Values{"name": {"Shop"}, "origins": {"example.com"}}), "?")
	d.examined = doctor.Report{URL: "https://example.com/", Findings: []doctor.Finding{{Level: doctor.Problem, Text: "no tag", Do: "paste it"}}}
	d.send(t, at+"/check", manager, url.Values{"page": {"https://example.com/"}}, append(inSites, "No tag.", "paste it")...)
	d.send(t, at+"/check", manager, url.Values{"page": {"nonsense"}}, inSites...)
}
