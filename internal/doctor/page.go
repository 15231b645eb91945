package doctor

import (
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// page is a page's HTML, sorted by what matters here.
type page struct {
	url      *url.URL
	base     *url.URL // what relative addresses start from
	policies []policy
	scripts  []element
	forms    []form
	frames   []*url.URL
	classes  map[string]bool // every class that occurs
}

type element struct {
	attributes map[string]string
	text       string
}

// form is a form with what tells its purpose.
type form struct {
	element
	email, password, search, off bool
}

func newPage(u *url.URL, header http.Header, root *html.Node) *page {
	p := &page{url: u, base: u, classes: map[string]bool{}}
	for _, value := range header.Values("Content-Security-Policy") {
		p.addPolicies(value)
	}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			p.take(n)
		}
	}
	return p
}

func (p *page) addPolicies(value string) {
	for text := range strings.SplitSeq(value, ",") {
		p.policies = append(p.policies, parsePolicy(text))
	}
}

func (p *page) take(n *html.Node) {
	e := elementOf(n)
	for class := range strings.FieldsSeq(e.attributes["class"]) {
		p.classes[class] = true
	}
	switch n.Data {
	case "base":
		p.base = p.resolve(e.attributes["href"])
	case "meta":
		if strings.EqualFold(e.attributes["http-equiv"], "content-security-policy") {
			p.addPolicies(e.attributes["content"])
		}
	case "script":
		p.scripts = append(p.scripts, e)
	case "iframe":
		if src := or(e.attributes["src"], e.attributes["data-src"]); src != "" {
			p.frames = append(p.frames, p.resolve(src))
		}
	case "form":
		p.forms = append(p.forms, formOf(n, e))
	}
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// resolve makes an address absolute; one that is none becomes the page's own.
func (p *page) resolve(address string) *url.URL {
	u, err := p.base.Parse(strings.TrimSpace(address))
	if err != nil {
		return p.url
	}
	return u
}

func elementOf(n *html.Node) element {
	e := element{attributes: map[string]string{}}
	for _, a := range n.Attr {
		e.attributes[a.Key] = a.Val
	}
	if n.FirstChild != nil && n.FirstChild.Type == html.TextNode {
		e.text = n.FirstChild.Data
	}
	return e
}

func formOf(n *html.Node, e element) form {
	f := form{element: e, off: e.attributes["data-tributary"] == "off", search: e.attributes["role"] == "search"}
	for parent := n.Parent; parent != nil; parent = parent.Parent {
		f.off = f.off || elementOf(parent).attributes["data-tributary"] == "off"
	}
	for c := range n.Descendants() {
		if c.Type == html.ElementNode && c.Data == "input" {
			f.see(elementOf(c))
		}
	}
	return f
}

func (f *form) see(input element) {
	kind := strings.ToLower(input.attributes["type"])
	sign := strings.ToLower(kind + " " + input.attributes["name"] + " " + input.attributes["id"] + " " + input.attributes["autocomplete"])
	f.password = f.password || kind == "password"
	f.search = f.search || kind == "search"
	f.email = f.email || kind == "email" || (kind != "hidden" && strings.Contains(sign, "mail"))
}

// name is how a person finds a form on the page.
func (f form) name() string {
	for _, key := range []string{"id", "name", "action"} {
		if value := f.attributes[key]; value != "" {
			return key + "=" + clip(value)
		}
	}
	return "without id, name and action"
}

// clip keeps a hostile page from filling the terminal, or from steering it.
func clip(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || (r >= 0x80 && r < 0xa0) {
			return -1
		}
		return r
	}, s)
	if len(s) > 120 {
		return s[:117] + "..."
	}
	return s
}
