package portal

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tributary/internal/attribution"
	"tributary/internal/qr"
	"tributary/internal/sites"
	"tributary/snippet"
)

// wish is what an affiliate wants of a link: where it leads, and what they want to tell apart later.
type wish struct{ Page, Sub, Campaign string }

// What a wish may hold. A sub-id and a campaign are as long as the collector keeps them apart sensibly.
const (
	maxLink  = 1500
	maxLabel = 80
)

// built is a link that works, or says why not.
type built struct {
	Link    string
	QR      string // its code as a picture to look at
	SVG     string // and as files to download
	PNG     string
	Problem string // with the page's address: the key of what is said of it
	Warning string // the link is fine, but would it count? A key, too
}

// build makes the link. Everything that the page's address has stays, but what would name another affiliate.
func (p *portal) build(ctx context.Context, a attribution.Affiliate, w wish) (built, error) {
	page, problem := readPage(w.Page)
	if problem == "" {
		problem = checkLabels(w)
	}
	if problem != "" || page == nil {
		return built{Problem: problem}, nil
	}
	site, known, err := p.siteOf(ctx, page)
	if err != nil {
		return built{}, err
	}
	b := built{Link: linkTo(page, a, w, site)}
	if len(b.Link) > min(maxLink, qr.MaxText) {
		return built{Problem: tooLong}, nil
	}
	if !known {
		b.Warning = notOurs
	}
	query := "?" + url.Values{"page": {w.Page}, "sub": {w.Sub}, "campaign": {w.Campaign}}.Encode()
	b.QR, b.SVG, b.PNG = "/portal/links/qr.svg"+query, "/portal/links/qr.svg"+query+"&download=1", "/portal/links/qr.png"+query+"&download=1"
	return b, nil
}

// readPage reads an address as people type it. Neither an address nor a problem is nothing typed.
func readPage(text string) (*url.URL, string) {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil, ""
	}
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	page, err := url.Parse(text)
	if err != nil || page.Scheme != "http" && page.Scheme != "https" || page.Hostname() == "" || page.User != nil || len(text) > maxLink || strings.ContainsFunc(text, unicode.IsControl) {
		return nil, notAPage
	}
	if host := page.Hostname(); !strings.Contains(host, ".") && host != "localhost" && !strings.Contains(host, ":") {
		return nil, notAPage
	}
	return page, ""
}

func checkLabels(w wish) string {
	for _, label := range []string{w.Sub, w.Campaign} {
		if utf8.RuneCountInString(label) > maxLabel || strings.ContainsFunc(label, unicode.IsControl) || !utf8.ValidString(label) {
			return longLabel
		}
	}
	return ""
}

// linkSite is what a site says about links to it.
type linkSite struct{ params []snippet.Param }

// siteOf finds the site that a page belongs to. A page of none is taken as one with the usual settings.
func (p *portal) siteOf(ctx context.Context, page *url.URL) (linkSite, bool, error) {
	all, err := p.allSites(ctx)
	if err != nil {
		return linkSite{}, false, err
	}
	for _, s := range all {
		if !s.Allows(strings.ToLower(page.Scheme + "://" + page.Host)) {
			continue
		}
		settings, err := sites.SettingsOf(s)
		return linkSite{settings.Params}, true, err
	}
	return linkSite{snippet.Settings{}.WithDefaults().Params}, false, nil
}

func (p *portal) allSites(ctx context.Context) ([]attribution.Site, error) {
	if p.Sites == nil {
		return nil, nil
	}
	return p.Sites.List(ctx, "", 1000)
}

// named is how the site's pages are told of an affiliate. A code reads better in a link than a number.
func (s linkSite) named(a attribution.Affiliate) (name, value string) {
	for _, p := range s.params {
		if p.Kind == string(attribution.ByCode) && a.Code != "" {
			return p.Name, a.Code
		}
	}
	for _, p := range s.params {
		if p.Kind == string(attribution.ByID) {
			return p.Name, a.ID
		}
	}
	return "affiliate", a.ID
}

func linkTo(page *url.URL, a attribution.Affiliate, w wish, site linkSite) string {
	name, value := site.named(a)
	add := [][2]string{{name, value}, {"utm_content", strings.TrimSpace(w.Sub)}, {"utm_campaign", strings.TrimSpace(w.Campaign)}}
	drop := []string{"affiliate", "aff"}
	for _, p := range site.params {
		drop = append(drop, p.Name)
	}
	for _, pair := range add[1:] {
		if pair[1] != "" {
			drop = append(drop, pair[0])
		}
	}
	link := *page
	query := slices.DeleteFunc(strings.Split(link.RawQuery, "&"), func(pair string) bool {
		key, _, _ := strings.Cut(pair, "=")
		key, err := url.QueryUnescape(key)
		return pair == "" || err == nil && slices.Contains(drop, key)
	})
	for _, pair := range add {
		if pair[1] != "" {
			query = append(query, url.QueryEscape(pair[0])+"="+url.QueryEscape(pair[1]))
		}
	}
	link.RawQuery = strings.Join(query, "&")
	return link.String()
}
