package portal

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"tributary/internal/attribution"
	"tributary/internal/auth"
	"tributary/internal/qr"
	"tributary/internal/store"
)

// How far back pages are looked for, and how many are offered.
const (
	ownLately   = 100
	allLately   = 300
	mostOffered = 12
)

// linksPage is the link builder.
type linksPage struct {
	Title  string
	Wish   wish
	Typed  string // the address, where it is none of those offered
	Offers []offer
	built
	Parameters []parameter
	Second     string // the other ending, where there are two
}

// offer is a page that the reader can choose.
type offer struct {
	Address, Short string
	Chosen         bool
}

// links is a form that answers itself: it works by GET, so that a link can be made again from the browser's history.
func (p *portal) links(c echo.Context, s auth.Session) error {
	ctx, who := c.Request().Context(), ownerOf(s)
	a, err := p.affiliate(ctx, who)
	if err != nil {
		return err
	}
	offers, err := p.offers(ctx, who)
	if err != nil {
		return err
	}
	page := linksPage{Title: p.Reader(c).Text("portal.links.title"), Wish: wished(c), Parameters: parameters(a)}
	if len(page.Parameters) > 1 {
		page.Second = page.Parameters[1].Text
	}
	if page.Wish.Page == "" && len(offers) > 0 {
		page.Wish.Page = offers[0]
	}
	if page.built, err = p.build(ctx, a, page.Wish); err != nil {
		return err
	}
	page.Typed = page.Wish.Page
	for _, address := range offers {
		chosen := address == page.Wish.Page
		if chosen {
			page.Typed = ""
		}
		_, short, _ := strings.Cut(address, "://")
		page.Offers = append(page.Offers, offer{address, strings.TrimSuffix(short, "/"), chosen})
	}
	return p.Render(c, http.StatusOK, "linkbuilder", page)
}

// wished reads the form. A page that is typed goes before the one that is chosen.
func wished(c echo.Context) wish {
	return wish{
		Page: cmp.Or(strings.TrimSpace(c.QueryParam("other")), c.QueryParam("page")),
		Sub:  c.QueryParam("sub"), Campaign: c.QueryParam("campaign"),
	}
}

// offers are the pages where people opted in lately: the reader's own first, then those of everybody where more than one
// person did, which are the landing pages and nobody's private corner.
func (p *portal) offers(ctx context.Context, who owner) ([]string, error) {
	own, err := p.Store.OptIns(ctx, who.account, store.Query{Ref: who.ref(), Limit: ownLately})
	if err != nil {
		return nil, fmt.Errorf("looking for pages: %w", err)
	}
	all, err := p.Store.OptIns(ctx, who.account, store.Query{Limit: allLately})
	if err != nil {
		return nil, fmt.Errorf("looking for pages: %w", err)
	}
	var found []string
	for _, address := range append(often(own.OptIns, 1), often(all.OptIns, 2)...) {
		if !slices.Contains(found, address) && len(found) < mostOffered {
			found = append(found, address)
		}
	}
	return found, nil
}

// often lists the pages on which at least so many people opted in, the most frequent first.
func often(optIns []attribution.OptIn, least int) (pages []string) {
	people := map[string]map[attribution.PersonKey]bool{}
	for _, o := range optIns {
		u, err := url.Parse(o.URL)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			continue
		}
		address := (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
		if people[address] == nil {
			people[address] = map[attribution.PersonKey]bool{}
			pages = append(pages, address)
		}
		people[address][o.Person] = true
	}
	slices.SortStableFunc(pages, func(a, b string) int { return len(people[b]) - len(people[a]) })
	return slices.DeleteFunc(pages, func(address string) bool { return len(people[address]) < least })
}

// picture serves the QR code of a link as a file: .svg or .png.
func (p *portal) picture(c echo.Context, s auth.Session) error {
	ctx := c.Request().Context()
	a, err := p.affiliate(ctx, ownerOf(s))
	if err != nil {
		return err
	}
	b, err := p.build(ctx, a, wished(c))
	if err != nil {
		return err
	}
	if b.Link == "" {
		return errBadAddress
	}
	if c.QueryParam("download") != "" {
		c.Response().Header().Set("Content-Disposition", `attachment; filename="qr-code.`+c.Param("format")+`"`)
	}
	switch c.Param("format") {
	case "svg":
		return drawn(c, "image/svg+xml", func() ([]byte, error) { return qr.SVG(b.Link) })
	case "png":
		return drawn(c, "image/png", func() ([]byte, error) { return qr.PNG(b.Link, pngScale) })
	}
	return errBadAddress
}

// pngScale makes a picture of about 600 pixels: sharp on a slide and on a flyer.
const pngScale = 14

func drawn(c echo.Context, contentType string, draw func() ([]byte, error)) error {
	body, err := draw()
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, contentType, body)
}
