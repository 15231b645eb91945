package admin

import (
	"context"
	"net/http"

	"tributary/internal/auth"
	"tributary/internal/pages"
)

// section is a part of the navigation. What it says are keys of web/texts.
type section struct {
	Name  string // "" for the first, which needs none
	Links []pages.Link
}

// sections lists every page that the navigation leads to.
var sections = []section{
	{"", []pages.Link{
		{Href: "/admin", Label: "desk.menu.overview"},
	}},
	incomingSection,
	{"desk.menu.setup", []pages.Link{
		{Href: affiliatesAt, Label: "desk.menu.affiliates"},
		{Href: sitesAt, Label: "desk.menu.sites"},
		{Href: hooksAt, Label: "desk.menu.hooks"},
		{Href: webhooksAt, Label: "desk.menu.webhooks"},
		{Href: keapAt, Label: "desk.menu.keap"},
		{Href: settingsAt, Label: "desk.menu.settings"},
		{Href: whatifAt, Label: "desk.menu.whatif"},
	}},
	{"desk.menu.team", []pages.Link{
		{Href: "/admin/users", Label: "desk.menu.users"},
		{Href: "/admin/keys", Label: "desk.menu.keys"},
		{Href: "/admin/audit", Label: "desk.menu.audit"},
	}},
}

// frame is what every page of the desk has around it.
type frame struct {
	Title  string
	Here   string // the address of the page's entry in the navigation
	User   auth.User
	Zone   string
	Notice *notice
	// Refresh is after how many seconds the page is loaded again where there is no script; 0 for never.
	Refresh int

	starting bool // the set-up is not through yet
}

func (k *desk) frame(title, here string, who auth.User) frame {
	return frame{Title: title, Here: here, User: who, Zone: k.Zone.String(), starting: !k.isStarted(context.Background())}
}

// IsRefused says that what was asked for was not looked for: the notice says why.
func (f frame) IsRefused() bool { return f.Notice != nil && f.Notice.Tone == "bad" }

// May lets a template leave out what the reader's role does not allow.
func (f frame) May(role string) bool { return f.User.Role.May(auth.Role(role)) }

// Menu is the navigation, without the pages that the reader's role does not open.
func (f frame) Menu() (shown []section) {
	if f.starting {
		shown = append(shown, section{Links: []pages.Link{{Href: startAt, Label: "desk.menu.start"}}})
	}
	for _, s := range sections {
		open := section{Name: s.Name}
		for _, link := range s.Links {
			if f.User.Role.May(roleOf(link.Href)) {
				open.Links = append(open.Links, link)
			}
		}
		if len(open.Links) > 0 {
			shown = append(shown, open)
		}
	}
	return shown
}

// roleOf is the role that a page needs.
func roleOf(path string) auth.Role {
	for _, at := range routes() {
		if at.method == http.MethodGet && at.path == path {
			return at.needs
		}
	}
	return auth.Viewer
}

// notice says above a page what was just done, or what was wrong with a form.
type notice struct {
	Tone string // good or bad
	Text string
}
