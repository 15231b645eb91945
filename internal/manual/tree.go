package manual

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"
)

// tree reads a YAML document in the order in which it is written, and follows its references.
type tree struct{ root *yaml.Node }

func newTree(source []byte) (tree, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(source, &doc); err != nil {
		return tree{}, err
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return tree{}, errors.New("it is not a YAML object")
	}
	return tree{doc.Content[0]}, nil
}

// get goes down by names; nil where there is nothing.
func (t tree) get(n *yaml.Node, names ...string) *yaml.Node {
	for _, name := range names {
		n = member(t.resolved(n), name)
	}
	return t.resolved(n)
}

// resolved is what a reference leads to. The description's own test refuses one that leads nowhere.
func (t tree) resolved(n *yaml.Node) *yaml.Node {
	for range 10 {
		to := member(n, "$ref")
		if to == nil {
			return n
		}
		n = t.root
		for name := range strings.SplitSeq(strings.TrimPrefix(to.Value, "#/"), "/") {
			n = member(n, name)
		}
	}
	return nil
}

func (t tree) text(n *yaml.Node, names ...string) string {
	if n = t.get(n, names...); n != nil {
		return strings.TrimSpace(n.Value)
	}
	return ""
}

// texts are the values of a list, or of the one value that may stand in place of one.
func (t tree) texts(n *yaml.Node, names ...string) (values []string) {
	n = t.get(n, names...)
	switch {
	case n == nil:
	case n.Kind == yaml.SequenceNode:
		for _, v := range n.Content {
			values = append(values, v.Value)
		}
	case n.Kind == yaml.ScalarNode:
		values = []string{n.Value}
	}
	return values
}

func (t tree) items(n *yaml.Node, names ...string) []*yaml.Node {
	if n = t.get(n, names...); n != nil && n.Kind == yaml.SequenceNode {
		return n.Content
	}
	return nil
}

// pair is a member of an object.
type pair struct {
	name  string
	value *yaml.Node
}

func (t tree) members(n *yaml.Node, names ...string) (all []pair) {
	n = t.get(n, names...)
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		all = append(all, pair{n.Content[i].Value, n.Content[i+1]})
	}
	return all
}

func member(n *yaml.Node, name string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i+1]
		}
	}
	return nil
}

// jsonOf writes an example as JSON, its members in the order of the description.
func jsonOf(n *yaml.Node) (string, error) {
	var b bytes.Buffer
	if err := writeJSON(&b, n); err != nil {
		return "", err
	}
	return b.String(), nil
}

func writeJSON(b *bytes.Buffer, n *yaml.Node) error {
	switch n.Kind {
	case yaml.MappingNode:
		return writeList(b, "{}", len(n.Content)/2, func(i int) error {
			if err := writeText(b, n.Content[2*i].Value); err != nil {
				return err
			}
			b.WriteString(": ")
			return writeJSON(b, n.Content[2*i+1])
		})
	case yaml.SequenceNode:
		return writeList(b, "[]", len(n.Content), func(i int) error { return writeJSON(b, n.Content[i]) })
	case yaml.ScalarNode:
		return writeScalar(b, n)
	}
	return fmt.Errorf("line %d: an example cannot hold this", n.Line)
}

func writeList(b *bytes.Buffer, brackets string, n int, each func(i int) error) error {
	b.WriteByte(brackets[0])
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		if err := each(i); err != nil {
			return err
		}
	}
	b.WriteByte(brackets[1])
	return nil
}

func writeScalar(b *bytes.Buffer, n *yaml.Node) error {
	switch n.Tag {
	case "!!int", "!!float", "!!bool", "!!null":
		if json.Valid([]byte(n.Value)) {
			b.WriteString(n.Value)
			return nil
		}
	}
	return writeText(b, n.Value)
}

func writeText(b *bytes.Buffer, text string) error {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(text); err != nil {
		return err
	}
	b.Truncate(b.Len() - 1) // its line end
	return nil
}
