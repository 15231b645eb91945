package manual

import (
	"cmp"
	"html/template"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// shape is a value of the API for people to read: what it is, what it means, and the fields that it has.
type shape struct {
	Name, Type string
	Must       string // "required" in what is sent, "always" in what is answered; "" where it may be missing
	Enum       []string
	Limits     []string // such as "default 50"
	About      template.HTML
	Fields     []shape
}

// deepest is where a schema that holds itself is cut.
const deepest = 8

func (r *reference) shape(name string, n *yaml.Node, required bool, depth int) shape {
	n = r.tree.resolved(n)
	s := shape{Name: name, About: r.prose(r.tree.text(n, "description"))}
	if required {
		s.Must = "required"
	}
	if n == nil || depth > deepest {
		return s
	}
	s.Type, s.Enum, s.Limits = r.typeOf(n), r.enum(n), r.limits(n)
	s.Fields = r.fields(n, depth+1)
	return s
}

// typeOf names a type: "string (date-time)", "list of object", "object or null".
func (r *reference) typeOf(n *yaml.Node) string {
	t := r.tree
	if item := t.get(n, "items"); item != nil {
		return "list of " + r.typeOf(item)
	}
	var names []string
	for _, part := range slices.Concat(t.items(n, "anyOf"), t.items(n, "oneOf")) {
		names = append(names, r.typeOf(t.resolved(part)))
	}
	names = append(names, t.texts(n, "type")...)
	if len(names) == 0 && t.get(n, "allOf") != nil {
		names = []string{"object"}
	}
	name := strings.Join(names, " or ")
	if format := t.text(n, "format"); format != "" {
		name += " (" + format + ")"
	}
	return cmp.Or(name, "any")
}

// limits are what else a value has to keep to.
func (r *reference) limits(n *yaml.Node) (all []string) {
	for _, l := range [][3]string{
		{"default", "default ", ""}, {"minimum", "at least ", ""}, {"maximum", "at most ", ""}, {"minLength", "at least ", " characters"},
		{"maxLength", "at most ", " characters"}, {"minItems", "at least ", " in the list"}, {"maxItems", "at most ", " in the list"}, {"pattern", "matches ", ""},
	} {
		if values := r.tree.texts(n, l[0]); len(values) > 0 && values[0] != "" {
			all = append(all, l[1]+strings.Join(values, ", ")+l[2])
		}
	}
	return all
}

// enum lists the values that there are, of a list those of its entries.
func (r *reference) enum(n *yaml.Node) []string {
	return append(r.tree.texts(n, "enum"), r.tree.texts(n, "items", "enum")...)
}

// fields are those of an object, of the objects in a list, and of all parts of a composition.
func (r *reference) fields(n *yaml.Node, depth int) (all []shape) {
	t := r.tree
	if depth > deepest {
		return nil
	}
	for _, part := range slices.Concat(t.items(n, "allOf"), t.items(n, "anyOf"), t.items(n, "oneOf")) {
		all = append(all, r.fields(t.resolved(part), depth)...)
	}
	if item := t.get(n, "items"); item != nil {
		all = append(all, r.fields(item, depth)...)
	}
	must := t.texts(n, "required")
	for _, p := range t.members(n, "properties") {
		all = append(all, r.shape(p.name, p.value, slices.Contains(must, p.name), depth))
	}
	if extra := t.get(n, "additionalProperties"); extra != nil && extra.Kind == yaml.MappingNode {
		all = append(all, r.shape("(any name)", extra, false, depth))
	}
	return all
}

// answered is the shape of an answer, whose fields nobody has to give.
func (s shape) answered() shape {
	if s.Must != "" {
		s.Must = "always"
	}
	for i := range s.Fields {
		s.Fields[i] = s.Fields[i].answered()
	}
	return s
}
