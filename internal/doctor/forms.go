package doctor

import (
	"fmt"
	"net/url"
	"strings"
)

// tellForms gives each form of the page's HTML a verdict.
func (p *page) tellForms(r *Report) {
	if len(p.forms) == 0 {
		r.add(Notice, "no_form", "the page's HTML has no form; one that scripts put in is found all the same", "Open the page with ?tributary_test=1 in a browser to see them.")
	}
	for _, f := range p.forms {
		level, code, text := f.verdict()
		r.add(level, code, "form "+f.name()+": "+text, "")
	}
}

func (f form) verdict() (level Level, code, text string) {
	switch {
	case f.off:
		return Notice, "form_off", `left alone, as it is marked data-tributary="off"`
	case f.password:
		return Notice, "form_password", "left alone, as it asks for a password"
	case f.search && !f.email:
		return Notice, "form_search", "left alone, as it searches"
	case !f.email:
		return Notice, "form_no_email", "gets the hidden fields; it asks for no e-mail, so no opt-in is reported"
	}
	return OK, "form_ready", "ready"
}

// embed is a form tool that is recognised by its host, or by a class of its own.
type embed struct {
	tool, name string
	hosts      []string
	class      string
	do         string
}

const (
	byTool     = "Switch the tool on in the site's settings."
	byThankYou = "Switch the tool on in the site's settings, and put the tag on your thank-you page, too."
)

var embeds = []embed{
	{"everwebinar", "EverWebinar or WebinarJam", []string{"event.webinarjam.com", "events.genndi.com"}, "wj-embed-wrapper", byThankYou},
	{"hubspot", "HubSpot", []string{"js.hsforms.net", "forms.hsforms.com", "js.hs-scripts.com"}, "hs-form-frame", byTool},
	{"typeform", "Typeform", []string{"typeform.com"}, "", byTool},
	{"calendly", "Calendly", []string{"calendly.com"}, "calendly-inline-widget", byTool},
	{"jotform", "JotForm", []string{"jotform.com", "form.jotform.com"}, "", byTool},
	{"tally", "Tally", []string{"tally.so"}, "", byTool},
	{"cf7", "Contact Form 7", nil, "wpcf7-form", byTool},
	{"wpforms", "WPForms", nil, "wpforms-form", byTool},
	{"gravityforms", "Gravity Forms", nil, "gform_wrapper", byTool},
	{"elementor", "Elementor forms", nil, "elementor-form", byTool},
	{"webflow", "Webflow", nil, "w-form", byTool},
	{"mailchimp", "Mailchimp", []string{"list-manage.com"}, "", byTool},
	{"kit", "Kit", []string{"convertkit.com", "kit.com"}, "formkit-form", byTool},
	{"keap", "Keap's own form", []string{"infusionsoft.com"}, "infusion-form", byTool},
}

func (p *page) tellEmbeds(r *Report) {
	for _, e := range embeds {
		if p.has(e) {
			r.add(Notice, "embed_"+e.tool, e.name+" is on this page", e.do)
		}
	}
	for _, f := range p.foreignFrames() {
		r.add(Notice, "frame", fmt.Sprintf("a frame of %s: a form inside it cannot be reached from this page", clip(f.Host)),
			"If people opt in there: put the tag into that page too, or let its tool call a hook.")
	}
}

func (p *page) has(e embed) bool {
	if p.classes[e.class] {
		return true
	}
	for _, u := range p.sources() {
		if e.serves(u) {
			return true
		}
	}
	return false
}

func (e embed) serves(u *url.URL) bool {
	for _, host := range e.hosts {
		if u.Hostname() == host || strings.HasSuffix(u.Hostname(), "."+host) {
			return true
		}
	}
	return false
}

// sources are the addresses of scripts, frames and form actions.
func (p *page) sources() []*url.URL {
	all := append([]*url.URL(nil), p.frames...)
	for _, s := range p.scripts {
		if src := s.attributes["src"]; src != "" {
			all = append(all, p.resolve(src))
		}
	}
	for _, f := range p.forms {
		all = append(all, p.resolve(f.attributes["action"]))
	}
	return all
}

// harmless are hosts whose frames hold no forms for people.
var harmless = []string{"youtube.com", "youtube-nocookie.com", "vimeo.com", "googletagmanager.com", "google.com", "wistia.net", "facebook.com"}

func (p *page) foreignFrames() (frames []*url.URL) {
	for _, f := range p.frames {
		known := embed{hosts: harmless}.serves(f) || f.Host == p.url.Host || f.Host == ""
		for _, e := range embeds {
			known = known || e.serves(f)
		}
		if !known {
			frames = append(frames, f)
		}
	}
	return frames
}
