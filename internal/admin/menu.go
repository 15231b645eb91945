package admin

import (
	"tributary/internal/auth"
	"tributary/internal/pages"
)

// section is a part of the navigation.
type section struct {
	Name  string // "" for the first, which needs none
	Links []pages.Link
}

// sections lists every page that the navigation leads to.
var sections = []section{
	{"", []pages.Link{
		{Href: "/admin", Label: "Overview"},
	}},
	incomingSection,
	{"Set up", []pages.Link{
		{Href: affiliatesAt, Label: "Affiliates"},
		{Href: sitesAt, Label: "Sites"},
		{Href: hooksAt, Label: "Hooks"},
		{Href: webhooksAt, Label: "Webhooks"},
		{Href: keapAt, Label: "Keap"},
		{Href: settingsAt, Label: "Settings"},
		{Href: whatifAt, Label: "What if"},
	}},
}

// frame is what every page of the desk has around it.
type frame struct {
	Title  string
	Here   string // the address of the page's entry in the navigation
	User   auth.User
	Zone   string
	Notice *notice
}

func (k *desk) frame(title, here string, who auth.User) frame {
	return frame{Title: title, Here: here, User: who, Zone: k.Zone.String()}
}

// May lets a template leave out what the reader's role does not allow.
func (f frame) May(role string) bool { return f.User.Role.May(auth.Role(role)) }

// Menu is the navigation.
func (frame) Menu() []section { return sections }

// notice says above a page what was just done, or what was wrong with a form.
type notice struct {
	Tone string // good or bad
	Text string
}
