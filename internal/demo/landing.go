// Package demo is the world around Tributary that "tributary demo" shows it in: landing pages with real forms, and the
// form tool that receives them and tells Keap. Neither knows anything of Tributary but the tag.
package demo

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
)

// LandingOptions is what the landing pages are made with.
type LandingOptions struct {
	Tag        template.HTML // put into the head of every page as it is
	TagAtOnce  template.HTML // the same without async, for the thank-you page
	VendorURL  string        // where the forms are sent, such as http://127.0.0.1:8082 without a slash; another origin than these pages
	Affiliates []Affiliate   // whose links the first page offers

	// Addresses that the first page links to, each where it is not empty.
	PortalURL   string // the affiliate's own page
	KeapPageURL string // Keap's sandbox
	WebinarURL  string // the webinar vendor, without a slash; its pages are there where this is set
	DeskURL     string // the owner's desk
	MailURL     string // what was mailed
	FillURL     string // where a POST fills in a month of made-up numbers
}

// Affiliate is one whose link can be tried. Without an ID the link names the affiliate by its Code.
type Affiliate struct{ Name, ID, Code string }

// Link is the query of the affiliate's link.
func (a Affiliate) Link() string {
	if a.ID != "" {
		return "?affiliate=" + url.QueryEscape(a.ID)
	}
	return "?aff=" + url.QueryEscape(a.Code)
}

// webinar is one landing page.
type webinar struct {
	Path  string
	Title string
	Lead  string
	Sent  string // how its form is sent, for those who try the demo
}

var webinars = []webinar{
	{"/native", "Keep your first hive", "What to buy, where to put it, and what to do in the first ten days.",
		"The browser sends this form itself."},
	{"/fetch", "A garden that bees love", "Thirty plants that flower from March to October, and three to leave out.",
		"A script sends this form by fetch with new FormData(form)."},
	{"/jquery", "Honey without the mess", "From the comb to the jar in one afternoon, in an ordinary kitchen.",
		"jQuery sends this form with what .serialize() reads from it."},
	{"/late", "Through the winter", "Feeding, wrapping, listening: how a colony sees the spring.",
		"A script inserts this form two seconds after the page has loaded."},
}

// The webinars at the vendor, by their hash there.
const (
	WebinarHash = "hive"   // sends registrants to this site's own thank-you page
	TaggedHash  = "meadow" // its form carries our tag, in the vendor's code box
	ThanksPath  = "/webinar-thanks"
)

// embeds are the landing pages whose form is the webinar vendor's, in a frame.
var embeds = []webinar{
	{"/webinar", "A year with the bees", "Twelve months at one hive, and what to do in each of them.",
		"EverWebinar's inline form: a frame from another site. Its address carries the affiliate."},
	{"/webinar-popup", "Bees on the balcony", "How a hive fits between two chairs, and what the neighbours say.",
		"EverWebinar's button opens the form in a frame; the bar below leads to the vendor's own page."},
	{"/webinar-tagged", "Meadow in a box", "Sow once, mow twice, and count the bumblebees.",
		"The vendor's form has our tag in its code box. The two tags talk, and the form inside is filled."},
}

// page is what the templates see.
type page struct {
	LandingOptions
	Webinars []webinar
	Here     webinar // zero on the first page
}

// Landing serves the landing pages: a first page that says what to try, /native, /fetch, /jquery and /late with a form
// each, and those with the webinar vendor's. No link between them carries a parameter, so that only the cookie can tell who sent the visitor.
func Landing(o LandingOptions) http.Handler {
	pages := parse()
	mux := http.NewServeMux()
	all := webinars
	if o.WebinarURL != "" {
		all = slices.Concat(webinars, embeds)
		mux.HandleFunc("GET "+ThanksPath, show(pages, "webinar-thanks.html", page{o, all, webinar{}}))
	}
	mux.HandleFunc("GET /{$}", show(pages, "index.html", page{o, all, webinar{}}))
	for _, w := range all {
		mux.HandleFunc("GET "+w.Path, show(pages, w.Path[1:]+".html", page{o, all, w}))
	}
	serveFiles(mux)
	return mux
}

func show(pages *template.Template, name string, data page) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { write(w, http.StatusOK, pages, name, data) }
}
