package manual

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"
)

// reference is the API's description, as pages.
type reference struct {
	tree   tree
	server string // the collector's address in the examples
	prints markdown
	byCall map[string]string // "GET /v1/sites/{}" -> its place in the reference

	Title string
	About template.HTML
	Tags  []*tag
}

// tag is a page of the reference: the operations on one noun.
type tag struct {
	entry
	About      template.HTML
	Operations []operation
}

// newReference reads an OpenAPI 3.1 description, and names server in its examples.
func newReference(source []byte, server string) (*reference, error) {
	t, err := newTree(source)
	if err != nil {
		return nil, err
	}
	r := &reference{tree: t, server: server, byCall: map[string]string{}, Title: "API reference"}
	r.locate()
	r.prints = newMarkdown(r.find)
	r.About = r.prose(t.text(t.root, "info", "description"))
	for _, n := range t.items(t.root, "tags") {
		if err := r.addTag(t.text(n, "name"), t.text(n, "description")); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// methods of HTTP as a path names them, in the order in which they are shown.
var methods = []string{"post", "get", "put", "patch", "delete", "options", "head"}

// each visits the operations in the order of the description: those of the API, and then those that it asks of others.
func (r *reference) each(visit func(path, method string, item, op *yaml.Node)) {
	for _, p := range append(r.tree.members(r.tree.root, "paths"), r.tree.members(r.tree.root, "webhooks")...) {
		for _, method := range methods {
			if op := r.tree.get(p.value, method); op != nil {
				visit(p.name, strings.ToUpper(method), p.value, op)
			}
		}
	}
}

// locate notes where each operation will stand, so that texts can lead there.
func (r *reference) locate() {
	r.each(func(path, method string, _, op *yaml.Node) {
		tags := r.tree.texts(op, "tags")
		if len(tags) > 0 {
			r.byCall[method+" "+nameless(path)] = href("api/"+slug(tags[0])) + "#" + r.tree.text(op, "operationId")
		}
	})
}

var (
	call      = regexp.MustCompile(`^(GET|POST|PUT|PATCH|DELETE|OPTIONS|HEAD) (/[^ ?]*)(\?\S*)?$`)
	parameter = regexp.MustCompile(`\{[^}]*\}`)
)

func nameless(path string) string { return parameter.ReplaceAllString(path, "{}") }

// find leads a call such as "GET /v1/sites/{key}" to its operation. A path may hold a value where the operation has a
// parameter.
func (r *reference) find(text string) (string, bool) {
	m := call.FindStringSubmatch(text)
	if m == nil {
		return "", false
	}
	if to, ok := r.byCall[m[1]+" "+nameless(m[2])]; ok {
		return to, true
	}
	for known, to := range r.byCall {
		if method, path, _ := strings.Cut(known, " "); method == m[1] && fits(m[2], path) {
			return to, true
		}
	}
	return "", false
}

func fits(path, pattern string) bool {
	a, b := strings.Split(path, "/"), strings.Split(pattern, "/")
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if b[i] != a[i] && b[i] != "{}" {
			return false
		}
	}
	return true
}

func slug(name string) string { return strings.ReplaceAll(strings.ToLower(name), " ", "-") }

func (r *reference) addTag(name, about string) error {
	title := strings.ToUpper(name[:1]) + name[1:]
	t := &tag{entry: entry{"api/" + slug(name), title}, About: r.prose(about)}
	var err error
	r.each(func(path, method string, item, op *yaml.Node) {
		if tags := r.tree.texts(op, "tags"); err != nil || len(tags) == 0 || tags[0] != name {
			return
		}
		var made operation
		if made, err = r.operation(path, method, item, op); err != nil {
			err = fmt.Errorf("%s %s: %w", method, path, err)
		}
		t.Operations = append(t.Operations, made)
	})
	r.Tags = append(r.Tags, t)
	return err
}

// prose renders a description's Markdown.
func (r *reference) prose(text string) template.HTML {
	if text == "" {
		return ""
	}
	text = strings.ReplaceAll(text, example, r.server)
	var out bytes.Buffer
	if err := r.prints.Convert([]byte(text), &out); err != nil {
		return template.HTML(template.HTMLEscapeString(text))
	}
	return template.HTML(out.String()) // goldmark lets no HTML of the text through
}

func (r *reference) group() group {
	g := group{Name: "API reference", Pages: []entry{{"api", "Overview"}}}
	for _, t := range r.Tags {
		g.Pages = append(g.Pages, t.entry)
	}
	return g
}

func (r *reference) outline() (all []heading) {
	for _, t := range r.Tags {
		all = append(all, heading{strings.TrimPrefix(t.Slug, "api/"), t.Name, 2})
	}
	return all
}

func (t *tag) outline() (all []heading) {
	for _, o := range t.Operations {
		all = append(all, heading{o.ID, o.Summary, 2})
	}
	return all
}

// sections let the search find operations by their path, their words and the names of their fields.
func (r *reference) sections() (all []section) {
	for _, t := range r.Tags {
		for _, o := range t.Operations {
			all = append(all, section{Href: t.Href() + "#" + o.ID, Page: "API: " + t.Name, Title: o.Method + " " + o.Path, Text: o.words()})
		}
	}
	return all
}

// indented writes JSON over several lines.
func indented(text string) string {
	var b bytes.Buffer
	if err := json.Indent(&b, []byte(text), "", "  "); err != nil {
		return text
	}
	return b.String()
}
