package manual

import (
	"cmp"
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// operation is one call of the API.
type operation struct {
	ID, Method, Path, Summary string
	About                     template.HTML
	Public                    bool // needs no key
	Parameters                []parameterShape
	Request                   *body
	Curl                      template.HTML
	Answers                   []answer // that it went well
	Errors                    []answer
	note                      string
}

type parameterShape struct {
	shape
	In, Example string
}

type answer struct {
	Status, About string
	Body          *body
	Code          string // of an error's example
	Headers       []string
}

// body is what is sent or answered.
type body struct {
	Kinds   []string // media types; the first is the one shown
	Shape   shape
	Example template.HTML
	raw     string
}

func (r *reference) operation(path, method string, item, op *yaml.Node) (operation, error) {
	t := r.tree
	o := operation{
		ID: t.text(op, "operationId"), Method: method, Path: path, Summary: t.text(op, "summary"),
		About: r.prose(t.text(op, "description")), note: t.text(op, "description"),
	}
	security := t.get(op, "security")
	o.Public = security != nil && len(security.Content) == 0
	for _, n := range append(t.items(item, "parameters"), t.items(op, "parameters")...) {
		o.Parameters = append(o.Parameters, r.parameter(t.resolved(n)))
	}
	var err error
	if o.Request, err = r.body(t.get(op, "requestBody")); err != nil {
		return o, err
	}
	if o.Request != nil {
		mustFirst(o.Request.Shape.Fields)
	}
	if strings.HasPrefix(path, "/") {
		o.Curl = codeBlock(r.curl(o))
	} else { // a webhook: others are asked
		o.Path = "(your address)"
		if o.Request != nil {
			o.Curl, o.Public = o.Request.Example, false
		}
	}
	return o, r.answers(&o, op)
}

// mustFirst puts what has to be sent before what can be.
func mustFirst(fields []shape) {
	slices.SortStableFunc(fields, func(a, b shape) int { return cmp.Compare(b.Must, a.Must) })
}

func (r *reference) parameter(n *yaml.Node) parameterShape {
	t := r.tree
	s := r.shape(t.text(n, "name"), t.get(n, "schema"), t.text(n, "required") == "true", 0)
	if about := r.prose(t.text(n, "description")); about != "" {
		s.About = about
	}
	return parameterShape{s, t.text(n, "in"), t.text(n, "example")}
}

func (r *reference) body(n *yaml.Node) (*body, error) {
	content := r.tree.members(n, "content")
	if len(content) == 0 {
		return nil, nil
	}
	b := &body{Shape: r.shape("", r.tree.get(content[0].value, "schema"), false, 0)}
	for _, kind := range content {
		b.Kinds = append(b.Kinds, kind.name)
	}
	sample := r.tree.get(content[0].value, "example")
	if sample == nil {
		return b, nil
	}
	text, err := jsonOf(sample)
	if err != nil {
		return nil, err
	}
	b.raw = strings.ReplaceAll(text, example, r.server)
	b.Example = codeBlock(indented(b.raw))
	return b, nil
}

func (r *reference) answers(o *operation, op *yaml.Node) error {
	for _, p := range r.tree.members(op, "responses") {
		n := r.tree.resolved(p.value)
		b, err := r.body(n)
		if err != nil {
			return fmt.Errorf("answer %s: %w", p.name, err)
		}
		if b != nil {
			b.Shape = b.Shape.answered()
		}
		a := answer{Status: p.name, About: r.tree.text(n, "description"), Body: b}
		for _, h := range r.tree.members(n, "headers") {
			a.Headers = append(a.Headers, h.name)
		}
		if a.Status < "400" {
			o.Answers = append(o.Answers, a)
			continue
		}
		a.Code = r.tree.text(n, "content", "application/problem+json", "example", "code")
		o.Errors = append(o.Errors, a)
	}
	return nil
}

// curl is the call as a person types it. KEY stands for the admin key.
func (r *reference) curl(o operation) string {
	line := []string{"curl"}
	if method := curlMethod(o); method != "" {
		line[0] += " " + method
	}
	line[0] += " " + r.address(o)
	if !o.Public {
		line = append(line, `-H "Authorization: Bearer $KEY"`)
	}
	if o.Request != nil && o.Request.raw != "" {
		line = append(line, `-H "Content-Type: application/json"`, "-d '"+strings.ReplaceAll(o.Request.raw, "'", `'\''`)+"'")
	}
	if o.ID == "backup" {
		line = append(line, "-o copy.db")
	}
	return strings.Join(line, " \\\n  ")
}

// curlMethod is the option that names the method, where curl would not choose it by itself.
func curlMethod(o operation) string {
	switch {
	case o.Method == "HEAD":
		return "--head"
	case o.Method == "GET", o.Method == "POST" && o.Request != nil && o.Request.raw != "":
		return ""
	}
	return "-X " + o.Method
}

// address is the path with its parameters filled in, and what the query must have.
func (r *reference) address(o operation) string {
	path, query := o.Path, []string{}
	for _, p := range o.Parameters {
		if p.In == "path" && p.Example != "" {
			path = strings.ReplaceAll(path, "{"+p.Name+"}", p.Example)
		}
		if p.In == "query" && p.Must != "" {
			query = append(query, p.Name+"="+url.QueryEscape(p.Example))
		}
	}
	if len(query) > 0 {
		return `"` + r.server + path + "?" + strings.Join(query, "&") + `"`
	}
	return r.server + path
}

// words are what a search may look for in an operation.
func (o operation) words() string {
	words := []string{o.Summary + ".", o.note}
	for _, p := range o.Parameters {
		words = append(words, p.Name)
	}
	if o.Request != nil {
		words = append(words, o.Request.Shape.names()...)
	}
	for _, a := range o.Answers {
		if a.Body != nil {
			words = append(words, a.Body.Shape.names()...)
		}
	}
	return strings.Join(strings.Fields(strings.Join(words, " ")), " ")
}

func (s shape) names() (all []string) {
	for _, f := range s.Fields {
		all = append(append(all, f.Name), f.names()...)
	}
	return all
}
