package portal_test

import (
	"context"
	"html"
	"io/fs"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/commissions"
	"tributary/internal/pass"
	"tributary/internal/texts"
	"tributary/web"
)

// bracketed is English, and a second language in which every sentence stands in brackets: what stands outside of them on a
// page was not said by it.
func bracketed(t *testing.T) *texts.Texts {
	t.Helper()
	english, err := fs.ReadFile(web.Texts(), "en.toml")
	if err != nil {
		t.Fatal(err)
	}
	second := regexp.MustCompile(`(?m)^(\w+ = ")(.*)"$`).ReplaceAll(english, []byte(`${1}⟦$2⟧"`))
	all, err := texts.Read(fstest.MapFS{"en.toml": {Data: english}, "eo.toml": {Data: second}})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

var (
	spoken    = regexp.MustCompile(`\s(?:title|alt|aria-label|placeholder|data-copied|data-copy-failed|data-when-live|data-when-lost|data-heading|data-counts|data-news)="([^"]*)"`)
	element   = regexp.MustCompile(`(?s)<[^>]*>`)
	innermost = regexp.MustCompile(`⟦[^⟦⟧]*⟧`)
	word      = regexp.MustCompile(`\pL{2,}`)
)

// foreign lists the words of a page that stand in no brackets, but for those that are data.
func foreign(page string, data ...string) []string {
	var text strings.Builder
	for _, attribute := range spoken.FindAllStringSubmatch(page, -1) {
		text.WriteString(attribute[1] + "\n")
	}
	text.WriteString(element.ReplaceAllString(page, " "))
	rest := html.UnescapeString(text.String())
	for innermost.MatchString(rest) {
		rest = innermost.ReplaceAllString(rest, " ")
	}
	for _, known := range append(data, "Tributary", "UTC") {
		rest = strings.ReplaceAll(rest, known, "")
	}
	return word.FindAllString(rest, -1)
}

// anyones are the commissions of everybody.
type anyones struct{ told }

func (a anyones) Of(ctx context.Context, _ string) (commissions.Earnings, commissions.State, error) {
	return a.told.Of(ctx, "42")
}

const someMail = "\u2022\u2022\u2022@"

func TestASecondLanguageIsWhole(t *testing.T) {
	box := &postbox{}
	read := time.Date(2026, 11, 23, 10, 14, 0, 0, time.UTC)
	d := newDesk(t, options{texts: bracketed(t), mailer: box, commissions: anyones{told{commissions.Earnings{Earned: 123456, Read: read}, commissions.Failing, nil}}})
	d.affiliate(attribution.Affiliate{ID: "42", Code: "maria", Name: "Maria <b>Rossi</b>"})
	d.affiliate(attribution.Affiliate{ID: "43"})
	var some []attribution.Event
	for i, status := range attribution.Statuses {
		some = append(some[:0], optIn("42", string(status)+"@example.com", d.now.Add(-time.Duration(i*i)*time.Hour)), click("42", d.now), click("42", d.now.AddDate(0, 0, -40)))
		d.ingest(some...)
		d.settle(status)
	}
	cookie, nobody := d.signIn("42"), (*http.Cookie)(nil)
	issue := func(kind pass.Purpose) string {
		token, err := d.passes.Issue(context.Background(), kind, pass.Holder{Account: account, Affiliate: "42"})
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	data := []string{"www.example.com/webinar", "www.example.com", "example.com", "?aff=maria", "?affiliate=42", "?affiliate=43", "https", "PNG", "SVG", "webinar"}
	for _, c := range []struct {
		path   string
		cookie *http.Cookie
	}{
		{"/portal", cookie}, {"/portal/fragment?by=campaign", cookie}, {"/portal?range=month&by=sub_id", cookie}, {"/portal?range=last-month", cookie}, {"/portal?range=90", cookie},
		{"/portal?from=2026-08-01&to=2026-11-20", cookie}, {"/portal?from=2026-08-01&to=x", cookie}, {"/portal?from=2026-11-10&to=2026-11-01", cookie}, {"/portal", d.signIn("43")},
		{"/portal/optins", cookie}, {"/portal/optins?state=held", cookie}, {"/portal/optins?state=not&range=7", cookie}, {"/portal/optins?state=waiting&range=last-month", cookie},
		{"/portal/optins?state=credited&range=last-month", cookie}, {"/portal/optins", d.signIn("43")},
		{"/portal/links", cookie}, {"/portal/links?other=nonsense", cookie}, {"/portal/links?other=https://www.example.com/x&sub=" + strings.Repeat("a", 90), cookie},
		{"/portal/digest", cookie}, {"/portal/digest/" + issue(pass.Unsubscribe), nobody}, {"/portal/digest/none", nobody}, {"/portal/a/" + issue(pass.Doorbell), nobody},
		{"/portal/card/" + issue(pass.Card), nobody}, {"/portal/login", nobody}, {"/portal/login/none", nobody}, {d.link("42"), nobody}, {"/portal", nobody}, {"/portal/links/qr.gif", cookie},
	} {
		w := d.do(http.MethodGet, c.path, c.cookie, "Accept-Language", "eo")
		page := w.Body.String()
		if words := foreign(page, append(data, states(page)...)...); len(words) > 0 || !strings.Contains(page, "⟦") {
			t.Errorf("%s says %q in no brackets", c.path, words)
		}
		if h := w.Header(); h.Get("Content-Language") != "eo" || !strings.Contains(strings.Join(h.Values("Vary"), ","), "Accept-Language") {
			t.Errorf("%s has the headers %v", c.path, h)
		}
		if !strings.Contains(page, `<html lang="eo"`) && !strings.HasPrefix(c.path, "/portal/fragment") {
			t.Errorf("%s does not say its language", c.path)
		}
		if strings.Contains(page, "<b>Rossi") || strings.Contains(page, "{{") || strings.Contains(page, "no value") {
			t.Errorf("%s holds what was to be filled in or escaped", c.path)
		}
	}
	d.ask("a@example.com", "192.0.2.1:1", "Accept-Language", "eo")
	d.do(http.MethodPost, "/portal/a/"+issue(pass.Doorbell), nil, "Accept-Language", "eo")
	if got := strings.Join(box.languages, ","); got != "eo,eo" {
		t.Errorf("the mails were asked for in %s", got)
	}
}

// states are the e-mails that a page shows in part.
func states(page string) []string {
	return regexp.MustCompile(`\w+`+someMail+`\w+\x{2022}+\.com|\w+`+someMail+`\w+`).FindAllString(page, -1)
}

func TestFilesAreInTheReadersLanguageToo(t *testing.T) {
	d := newDesk(t, options{texts: bracketed(t)})
	d.affiliate(attribution.Affiliate{ID: "42"})
	d.ingest(optIn("42", "ann@example.com", d.now))
	cookie := d.signIn("42")
	for path, want := range map[string]string{"/portal/optins.csv": "⟦time⟧,⟦e-mail⟧,⟦state⟧", "/portal/days.csv": "⟦day⟧,⟦clicks⟧", "/portal/breakdown.csv?by=campaign": "(⟦Without a campaign⟧)"} {
		if file := d.do(http.MethodGet, path, cookie, "Accept-Language", "eo").Body.String(); !strings.Contains(file, want) {
			t.Errorf("%s: %s", path, file)
		}
	}
}

// Readers at one moment share the templates, and none gets the words of another.
func TestReadersAtOneMomentGetTheirOwnLanguage(t *testing.T) {
	d := newDesk(t, options{texts: bracketed(t)})
	d.affiliate(attribution.Affiliate{ID: "42"})
	d.ingest(optIn("42", "ann@example.com", d.now))
	cookie := d.signIn("42")
	var all sync.WaitGroup
	for i := range 60 {
		language := []string{"eo", "en", "de"}[i%3]
		all.Go(func() {
			w := d.do(http.MethodGet, "/portal", cookie, "Accept-Language", language)
			page := w.Body.String()
			own := map[string]bool{"eo": len(foreign(page, "www.example.com/webinar", "https", "an•••@e•••.com", "?affiliate=42")) == 0, "en": !strings.Contains(page, "⟦"), "de": strings.Contains(page, ">23.11.2026<")}
			if w.Code != http.StatusOK || !own[language] {
				t.Errorf("%s: %d %s", language, w.Code, page)
			}
		})
	}
	all.Wait()
}

// A language from right to left turns the page around.
func TestALanguageFromRightToLeft(t *testing.T) {
	english, err := fs.ReadFile(web.Texts(), "en.toml")
	if err != nil {
		t.Fatal(err)
	}
	all, err := texts.Read(fstest.MapFS{"en.toml": {Data: english}, "he.toml": {Data: []byte("[portal.login]\ntitle = \"כניסה\"")}})
	if err != nil {
		t.Fatal(err)
	}
	d := newDesk(t, options{texts: all, mailer: &postbox{}})
	for language, want := range map[string]string{"he-IL": `<html lang="he" dir="rtl"`, "en": `<html lang="en" data`} {
		if page := d.do(http.MethodGet, "/portal/login", nil, "Accept-Language", language).Body.String(); !strings.Contains(page, want) {
			t.Errorf("%s: the page lacks %s: %.200s", language, want, page)
		}
	}
}

// German texts, and English ones with the numbers and dates of who reads a language that nobody has translated to yet.
func TestNumbersAndDatesAreTheReadersWithoutJavaScript(t *testing.T) {
	d := newDesk(t, options{})
	d.affiliate(attribution.Affiliate{ID: "42"})
	many := []attribution.Event{optIn("42", "ann@example.com", d.now.AddDate(0, 0, -2))}
	for range 1234 {
		many = append(many, click("42", d.now))
	}
	d.ingest(many...)
	cookie := d.signIn("42")
	for header, wants := range map[string][]string{
		"de-DE,de;q=0.9":               {`>1.234</data>`, `title="21.11.2026, 10:24 UTC"`, `<time datetime="2026-11-23">23.11.2026</time>`, "<strong>0,1\u00a0%</strong> der Klicks", `<html lang="de"`, "Was in den letzten 30 Tagen über deinen Link gekommen ist.", "keine in den 30 Tagen davor"},
		"nl-NL,nl;q=0.9":               {`>1.234</data>`, `title="21 nov. 2026, 10:24 UTC"`, "<strong>0,1\u00a0%</strong> of clicks", `<html lang="en"`},
		"en-US":                        {`>1,234</data>`, `title="Nov 21, 2026, 10:24 am UTC"`, `>Nov 23, 2026</time>`},
		"am":                           {`>1234</data>`, `title="2026-11-21, 10:24 UTC"`, `>2026-11-23</time>`},
		"\"><script>alert(1)</script>": {`>1,234</data>`, `title="21 Nov 2026, 10:24 UTC"`, `<html lang="en"`},
	} {
		page := d.do(http.MethodGet, "/portal", cookie, "Accept-Language", header).Body.String()
		for _, want := range wants {
			if !strings.Contains(page, want) {
				t.Errorf("%s: the page lacks %s", header, want)
			}
		}
		if strings.Contains(page, "alert(1)") {
			t.Errorf("the page holds the header")
		}
	}
}
