package hooks

import (
	"net/mail"
	"slices"
	"strconv"
	"strings"

	"tributary/internal/attribution"
)

// named is a leaf with everything that it is called: its own name, that of what it lies in, and the labels that lie
// beside it.
type named struct {
	leaf
	names    []string      // folded
	hits     map[Field]int // how well the best of them is that of a field
	stranger bool          // it is somebody else's than the visitor's
}

// Tools that send lists of fields put a field's name beside its value: {"label":"Email","value":"ann@example.com"}.
var (
	labelWords = []string{"name", "key", "label", "title", "ref", "type", "id", "slug", "question", "question_title", "field_name", "fieldName"}
	valueWords = []string{"value", "values", "answer", "response", "text", "raw_value"}
)

// maxLabels bounds the labels beside one value.
const maxLabels = 12

// nameAll says of each leaf what it is called.
func nameAll(leaves []leaf) []named {
	labels, titles := labelsOf(leaves)
	known := map[string]map[Field]int{} // names repeat in lists
	out := make([]named, len(leaves))
	for i, l := range leaves {
		own := plainPath(l.path)
		texts := []string{last(own), strings.Join(own[max(0, len(own)-2):], " ")}
		if slices.Contains(valueWords, last(own)) {
			texts = append(texts, last(own[:len(own)-1]))
			for _, label := range labels[parent(l.path)] {
				texts = append(texts, label, titles[label])
			}
		}
		out[i] = named{leaf: l, stranger: slices.ContainsFunc(append(own, texts...), stranger)}
		for _, text := range texts {
			if name := fold(text); name != "" && !slices.Contains(out[i].names, name) {
				out[i].names = append(out[i].names, name)
			}
		}
		out[i].hits = hitsOf(out[i].names, known)
	}
	return out
}

// hitsOf says which fields the names are those of.
func hitsOf(names []string, known map[string]map[Field]int) map[Field]int {
	best := map[Field]int{}
	for _, name := range names {
		hits, there := known[name]
		if !there {
			hits = map[Field]int{}
			for field, v := range vocabularies {
				if n := v.hit(name); n > 0 {
					hits[field] = n
				}
			}
			known[name] = hits
		}
		for field, n := range hits {
			best[field] = max(best[field], n)
		}
	}
	return best
}

// labelsOf collects the labels of each object, those of its "field" included, and the titles that ids have elsewhere:
// Typeform tells the questions apart from the answers.
func labelsOf(leaves []leaf) (labels map[string][]string, titles map[string]string) {
	labels, titles = map[string][]string{}, map[string]string{}
	ids := map[string]string{}
	for _, l := range leaves {
		name, at := last(l.path), parent(l.path)
		if !slices.Contains(labelWords, name) || len(l.value) > maxName {
			continue
		}
		switch name {
		case "id":
			ids[at] = l.value
		case "title":
			titles[at] = l.value
		}
		for _, at := range []string{at, strings.TrimSuffix(at, ".field")} {
			if len(labels[at]) < maxLabels && !slices.Contains(labels[at], l.value) {
				labels[at] = append(labels[at], l.value)
			}
		}
	}
	byID := map[string]string{}
	for at, title := range titles {
		if id := ids[at]; id != "" {
			byID[id] = title
		}
	}
	return labels, byID
}

func last(path []string) string {
	if len(path) == 0 {
		return ""
	}
	return path[len(path)-1]
}

// parent is the place of the object that a leaf lies in; a list of values is not one.
func parent(path []string) string {
	path = path[:max(0, len(path)-1)]
	if n := len(path); n > 0 && isNumber(path[n-1]) && n > 1 && slices.Contains(valueWords, path[n-2]) {
		path = path[:n-1]
	}
	if n := len(path); n > 0 && slices.Contains(valueWords, path[n-1]) {
		path = path[:n-1]
	}
	return strings.Join(path, ".")
}

// plainPath leaves positions out.
func plainPath(path []string) (out []string) {
	for _, part := range path {
		if !isNumber(part) {
			out = append(out, part)
		}
	}
	return out
}

func isNumber(s string) bool {
	_, err := strconv.ParseUint(s, 10, 16)
	return err == nil
}

// finder looks for fields in one submission.
type finder struct {
	mapping Mapping
	leaves  []named
	places  map[Field]string // where each was found
}

// find returns the value of a field: from its mapped place, or from the leaf that is called best and has a value that
// is fit.
func (f *finder) find(field Field, names []string, fit func(string) bool) string {
	best, found := 0, leaf{}
	for _, l := range f.leaves {
		score := f.score(field, names, l)
		if score > best && fit(l.value) {
			best, found = score, l.leaf
		}
	}
	if best > 0 {
		f.places[field] = found.place()
	}
	return strings.TrimSpace(found.value)
}

// score is how much a leaf looks like a field, 0 for not at all. Names count before depth: what lies higher in the
// payload is more likely the visitor's.
func (f *finder) score(field Field, names []string, l named) int {
	if where, mapped := f.mapping[field]; mapped {
		if l.place() == place(where) {
			return 1
		}
		return 0
	}
	hit := l.hits[field]
	for _, name := range l.names {
		if slices.Contains(names, name) {
			hit = 3
		}
	}
	if hit == 0 {
		return 0
	}
	return hit*2*maxDepth - min(len(l.path), maxDepth)
}

// email finds the visitor's address. One that is called nothing of the kind still counts when there is no other.
func (f *finder) email() (address, problem string) {
	own, others := f.addresses()
	all := f.leaves
	f.leaves = own
	found := f.find(Email, nil, isEmail)
	f.leaves = all
	if found != "" {
		return normal(found), ""
	}
	if where, mapped := f.mapping[Email]; mapped {
		return "", "there is no e-mail address at " + where + ", where the mapping of this hook looks for it"
	}
	switch {
	case same(own):
		f.places[Email] = own[0].place()
		return normal(own[0].value), ""
	case len(own) > 1:
		return "", "several e-mail addresses, and none is called one: say in the mapping which it is"
	case len(others) > 0:
		return "", "the only e-mail address, at " + text(others[0].place(), 100) + ", looks like somebody else's: map email to it when it is the visitor's"
	}
	return "", "no e-mail address in it"
}

func (f *finder) addresses() (own, others []named) {
	mapped := place(f.mapping[Email])
	for _, l := range f.leaves {
		switch {
		case !isEmail(l.value):
		case l.stranger && l.place() != mapped:
			others = append(others, l)
		default:
			own = append(own, l)
		}
	}
	return own, others
}

// same reports whether all leaves hold one address.
func same(leaves []named) bool {
	return len(leaves) > 0 && !slices.ContainsFunc(leaves, func(l named) bool { return normal(l.value) != normal(leaves[0].value) })
}

func isEmail(s string) bool { return normal(s) != "" }

// normal reads an address, also one with a name before it. It returns "" for anything else.
func normal(s string) string {
	if len(s) > 400 || !strings.Contains(s, "@") {
		return ""
	}
	if email, err := attribution.NormalEmail(s); err == nil {
		return email
	}
	parsed, err := mail.ParseAddress(s)
	if err != nil {
		return ""
	}
	email, err := attribution.NormalEmail(parsed.Address)
	if err != nil {
		return ""
	}
	return email
}

// isText reports whether a value can be a name: what is an address or very long is not.
func isText(s string) bool { return s != "" && len(s) <= 400 && !strings.Contains(s, "@") }
