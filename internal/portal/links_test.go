package portal_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"tributary/internal/attribution"
	"tributary/internal/sites"
	"tributary/snippet"
)

// withSite is a portal that knows one site, whose pages hear of an affiliate by other names than usual.
func withSite(t *testing.T) *desk {
	d := newDesk(t, options{})
	for name, params := range map[string][]snippet.Param{"Usual": nil, "Own": {{Name: "ref", Kind: "id"}, {Name: "by", Kind: "code"}}} {
		in := sites.Input{Name: name, Origins: []string{"https://" + strings.ToLower(name) + ".example.com"}, Settings: snippet.Settings{Params: params}}
		if _, _, err := d.sites.Add(t.Context(), account, in, ""); err != nil {
			t.Fatal(err)
		}
	}
	d.affiliate(attribution.Affiliate{ID: "42", Code: "maria", Name: "Maria Rossi"})
	d.affiliate(attribution.Affiliate{ID: "43", Name: "Sam Lee"})
	return d
}

// link is what the builder makes.
func (d *desk) built(cookie *http.Cookie, query url.Values) (link, page string) {
	page = d.get("/portal/links?"+query.Encode(), cookie)
	_, after, found := strings.Cut(page, `<p class="link" dir="ltr"><code>`)
	if !found {
		return "", page
	}
	link, _, _ = strings.Cut(after, "</code>")
	return html.UnescapeString(link), page
}

func TestLinks(t *testing.T) {
	d := withSite(t)
	maria, sam := d.signIn("42"), d.signIn("43")
	for _, c := range []struct{ page, sub, campaign, want string }{
		{"https://usual.example.com/webinar", "", "", "https://usual.example.com/webinar?aff=maria"},
		{"usual.example.com", "", "", "https://usual.example.com?aff=maria"},
		{"https://usual.example.com/a?b=1#form", "news may", "spring&x=1", "https://usual.example.com/a?b=1&aff=maria&utm_content=news+may&utm_campaign=spring%26x%3D1#form"},
		{"https://usual.example.com/?affiliate=7&aff=sam&utm_content=old&z=%20", "mine", "", "https://usual.example.com/?z=%20&aff=maria&utm_content=mine"},
		{"https://usual.example.com/?utm_content=theirs&utm_campaign=c", "", "", "https://usual.example.com/?utm_content=theirs&utm_campaign=c&aff=maria"},
		{"https://own.example.com/?ref=7&by=sam&AFF=x", "", "", "https://own.example.com/?AFF=x&by=maria"},
		{"http://OWN.example.com:80/", "", "", "http://OWN.example.com:80/?aff=maria"},
		{"https://user:pw@usual.example.com/", "", "", ""}, {"javascript:alert(1)", "", "", ""}, {"ftp://usual.example.com", "", "", ""},
		{"data:text/html,<script>", "", "", ""}, {"https://", "", "", ""}, {"just words", "", "", ""}, {"https://usual.example.com/" + strings.Repeat("a", 2000), "", "", ""},
		{"https://usual.example.com/", strings.Repeat("ä", 81), "", ""}, {"https://usual.example.com/", "two\nlines", "", ""},
	} {
		link, page := d.built(maria, url.Values{"other": {c.page}, "sub": {c.sub}, "campaign": {c.campaign}})
		if link != c.want {
			t.Errorf("%.60s, %.20s, %s: %s, want %s", c.page, c.sub, c.campaign, link, c.want)
		}
		if c.want == "" && !strings.Contains(page, `class="problem"`) {
			t.Errorf("%.60s: no problem is told", c.page)
		}
	}
	if link, _ := d.built(sam, url.Values{"page": {"https://own.example.com/"}}); link != "https://own.example.com/?ref=43" {
		t.Errorf("without a code: %s", link)
	}
	for page, warned := range map[string]bool{"https://usual.example.com/": false, "https://elsewhere.example/": true} {
		if _, text := d.built(maria, url.Values{"page": {page}}); strings.Contains(text, `class="warning"`) != warned {
			t.Errorf("%s: warned is not %v", page, warned)
		}
	}
}

func TestPagesAreOffered(t *testing.T) {
	d := withSite(t)
	at := func(affiliate, email, page string) {
		e := optIn(affiliate, email, d.now)
		e.URL = page
		d.ingest(e)
	}
	at("42", "a@example.com", "https://usual.example.com/mine?x=1")
	for i := range 3 {
		at("43", fmt.Sprintf("p%d@example.com", i), "https://usual.example.com/everybodys")
	}
	at("43", "q@example.com", "https://usual.example.com/thanks/q-only")
	link, page := d.built(d.signIn("42"), nil)
	if link != "https://usual.example.com/mine?aff=maria" {
		t.Errorf("at first it makes %s", link)
	}
	if !strings.Contains(page, `<option value="https://usual.example.com/mine" selected>`) || !strings.Contains(page, "usual.example.com/everybodys</option>") || strings.Contains(page, "q-only") {
		t.Errorf("the pages offered are not those: %s", page)
	}
	if _, page := d.built(d.signIn("42"), url.Values{"page": {"https://usual.example.com/everybodys"}}); !strings.Contains(page, `everybodys" selected>`) {
		t.Error("the choice is forgotten")
	}
}

func TestQRCodesAreOfTheLink(t *testing.T) {
	d := withSite(t)
	cookie := d.signIn("42")
	query := url.Values{"page": {"https://usual.example.com/"}, "sub": {"flyer"}}.Encode()
	for format, kind := range map[string]string{"svg": "image/svg+xml", "png": "image/png"} {
		w := d.do(http.MethodGet, "/portal/links/qr."+format+"?download=1&"+query, cookie)
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != kind || w.Header().Get("Content-Disposition") != `attachment; filename="qr-code.`+format+`"` {
			t.Errorf("%s: %d %v", format, w.Code, w.Header())
		}
		shown := d.do(http.MethodGet, "/portal/links/qr."+format+"?"+query, cookie)
		if shown.Header().Get("Content-Disposition") != "" || shown.Body.String() != w.Body.String() {
			t.Errorf("%s: it differs when it is shown", format)
		}
		if other := d.do(http.MethodGet, "/portal/links/qr."+format+"?"+query+"x", cookie); other.Body.String() == w.Body.String() {
			t.Errorf("%s: another sub-id has the same code", format)
		}
	}
	_, page := d.built(cookie, url.Values{"page": {"https://usual.example.com/?a=1&b=2"}, "sub": {"fly & er"}})
	for _, at := range regexp.MustCompile(`(?:src|href)="(/portal/links/qr[^"]+)"`).FindAllStringSubmatch(page, -1) {
		if w := d.do(http.MethodGet, html.UnescapeString(at[1]), cookie); w.Code != http.StatusOK {
			t.Errorf("%s of the page: %d", at[1], w.Code)
		}
	}
	wantStatus(t, "no page", d.do(http.MethodGet, "/portal/links/qr.svg", cookie), http.StatusNotFound, "There is nothing at this address")
	wantStatus(t, "another format", d.do(http.MethodGet, "/portal/links/qr.gif?"+query, cookie), http.StatusNotFound, "There is nothing at this address")
	wantStatus(t, "not signed in", d.do(http.MethodGet, "/portal/links/qr.svg?"+query, nil), http.StatusUnauthorized, "You are not signed in")
	wantStatus(t, "not signed in", d.do(http.MethodGet, "/portal/links", nil), http.StatusUnauthorized, "You are not signed in")
}

func TestHostileTextOnTheLinksPage(t *testing.T) {
	d := withSite(t)
	cookie := d.signIn("42")
	want := ""
	for _, text := range append([]string{"harmless"}, hostile...) {
		page := d.get("/portal/links?"+url.Values{"other": {"https://usual.example.com/"}, "sub": {text}, "campaign": {text}}.Encode(), cookie)
		if strings.Contains(page, "<p class=\"problem\">") {
			continue
		}
		if shape := strings.Count(page, "<"); want == "" {
			want = fmt.Sprint(shape)
		} else if fmt.Sprint(shape) != want {
			t.Errorf("%q adds an element", text)
		}
	}
}
