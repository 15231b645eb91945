package sandbox

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"slices"
	"strings"
)

//go:embed page.html page.css consent.html
var pageFiles embed.FS

var pageTemplate = template.Must(template.ParseFS(pageFiles, "page.html"))

// shown is a referral in words that people know.
type shown struct {
	Referral
	Email   string
	Partner string
}

func (s *Sandbox) addPage(mux *http.ServeMux) {
	mux.HandleFunc("GET /sandbox", s.page)
	mux.HandleFunc("GET /sandbox/page.css", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, pageFiles, "page.css")
	})
}

func (s *Sandbox) page(w http.ResponseWriter, r *http.Request) {
	var html bytes.Buffer
	if err := pageTemplate.Execute(&html, s.pageData()); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'")
	w.Header().Set("Cache-Control", "no-store")
	html.WriteTo(w)
}

// pageData has the newest of each first.
func (s *Sandbox) pageData() any {
	now := s.state()
	slices.Reverse(now.Contacts)
	slices.Reverse(now.Affiliates)
	slices.Reverse(now.Referrals)
	return struct {
		state
		Shown []shown
	}{now, now.shown()}
}

func (s state) shown() []shown {
	emails, partners := map[string]string{}, map[string]string{}
	for _, contact := range s.Contacts {
		emails[contact.ID] = contact.EmailList()
	}
	for _, affiliate := range s.Affiliates {
		partners[affiliate.ID] = affiliate.Name
	}
	var all []shown
	for _, referral := range s.Referrals {
		all = append(all, shown{referral, emails[referral.ContactID], partners[referral.ReferralPartnerID]})
	}
	return all
}

// EmailList is for the page.
func (c Contact) EmailList() string { return strings.Join(c.emails(), ", ") }
