package hooks

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/url"
	"strconv"
	"strings"
)

// The bounds of a payload. Whatever lies deeper or further back is not looked at.
const (
	MaxBody   = 64 << 10
	maxItems  = 50
	maxDepth  = 32
	maxLeaves = 1500
)

// leaf is one value of a payload with the names that lead to it.
type leaf struct {
	path  []string
	value string
}

func (l leaf) place() string { return strings.Join(l.path, ".") }

// item is one submission of a payload.
type item struct {
	raw    []byte
	leaves []leaf
}

// ErrUnreadable is wrapped by what makes a body no payload.
var ErrUnreadable = errors.New("unreadable")

// decode reads a body as what it is rather than as what it is called: tools are careless about the content type.
func decode(contentType string, body []byte) ([]item, error) {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	if len(body) == 0 {
		return nil, fmt.Errorf("%w: the body is empty", ErrUnreadable)
	}
	kind, params, _ := mime.ParseMediaType(contentType)
	switch {
	case kind == "multipart/form-data":
		return decodeParts(body, params["boundary"])
	case body[0] == '{' || body[0] == '[':
		return decodeJSON(body)
	case strings.HasSuffix(kind, "json"):
		return nil, fmt.Errorf("%w: the body is called %s and is no JSON object or list", ErrUnreadable, kind)
	}
	return decodeForm(body)
}

func decodeJSON(body []byte) ([]item, error) {
	if body[0] == '{' {
		one, err := decodeObject(body)
		return []item{one}, err
	}
	var list []json.RawMessage
	if err := json.Unmarshal(body, &list); err != nil {
		return nil, fmt.Errorf("%w: this is not JSON: %w", ErrUnreadable, err)
	}
	if len(list) == 0 || len(list) > maxItems {
		return nil, fmt.Errorf("%w: a list must have 1 to %d submissions, this one has %d", ErrUnreadable, maxItems, len(list))
	}
	items := make([]item, len(list))
	for i, raw := range list {
		one, err := decodeObject(raw)
		if err != nil {
			return nil, err
		}
		items[i] = one
	}
	return items, nil
}

func decodeObject(raw []byte) (item, error) {
	var whole json.RawMessage // checks all of it, and its depth
	if err := json.Unmarshal(raw, &whole); err != nil {
		return item{}, fmt.Errorf("%w: this is not JSON: %w", ErrUnreadable, err)
	}
	if raw[0] != '{' {
		return item{}, fmt.Errorf("%w: a submission must be a JSON object", ErrUnreadable)
	}
	w := walker{places: map[string]int{}}
	return item{raw, nil}.with(&w, w.json(raw, nil))
}

func (it item) with(w *walker, err error) (item, error) {
	it.leaves = w.leaves
	return it, err
}

// walker collects leaves. Where a name comes twice the last one counts, as with every JSON decoder.
type walker struct {
	leaves []leaf
	places map[string]int
}

func (w *walker) add(path []string, value string) {
	l := leaf{path, strings.ToValidUTF8(value, "")}
	if i, there := w.places[l.place()]; there {
		w.leaves[i] = l
		return
	}
	if len(w.leaves) < maxLeaves {
		w.places[l.place()] = len(w.leaves)
		w.leaves = append(w.leaves, l)
	}
}

func (w *walker) json(raw []byte, path []string) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	return w.value(d, path)
}

func (w *walker) value(d *json.Decoder, path []string) error {
	if len(path) > maxDepth {
		return d.Decode(new(json.RawMessage))
	}
	t, err := d.Token()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	switch t := t.(type) {
	case json.Delim:
		return w.inside(d, t, path)
	case string:
		return w.text(t, path)
	case json.Number:
		w.add(path, t.String())
	case bool:
		w.add(path, strconv.FormatBool(t))
	}
	return nil
}

func (w *walker) inside(d *json.Decoder, open json.Delim, path []string) error {
	for i := 0; d.More(); i++ {
		name := strconv.Itoa(i)
		if open == '{' {
			t, err := d.Token()
			if err != nil {
				return fmt.Errorf("%w: %w", ErrUnreadable, err)
			}
			name, _ = t.(string)
		}
		if err := w.value(d, append(path[:len(path):len(path)], name)); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}

// text adds a string. Some tools put the whole submission as JSON into one field of it: JotForm's rawRequest.
func (w *walker) text(s string, path []string) error {
	w.add(path, s)
	inner := []byte(strings.TrimSpace(s))
	if len(inner) > 1 && inner[0] == '{' && len(path) < maxDepth/2 && json.Valid(inner) {
		return w.json(inner, path)
	}
	return nil
}

// decodeForm reads what a form would send. It takes what url.ParseQuery refuses, such as a lone percent sign.
func decodeForm(body []byte) ([]item, error) {
	w := walker{places: map[string]int{}}
	for pair := range strings.SplitSeq(string(body), "&") {
		name, value, _ := strings.Cut(pair, "=")
		if name = unescape(name); name != "" {
			if err := w.text(unescape(value), segments(name)); err != nil {
				return nil, err
			}
		}
	}
	return []item{{body, w.leaves}}, nil
}

func unescape(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}

func decodeParts(body []byte, boundary string) ([]item, error) {
	w := walker{places: map[string]int{}}
	for parts := multipart.NewReader(bytes.NewReader(body), boundary); ; {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return []item{{body, w.leaves}}, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%w: this is not multipart/form-data: %w", ErrUnreadable, err)
		}
		value, err := io.ReadAll(part)
		if err != nil {
			return nil, fmt.Errorf("%w: this is not multipart/form-data: %w", ErrUnreadable, err)
		}
		if part.FormName() != "" && part.FileName() == "" {
			if err := w.text(string(value), segments(part.FormName())); err != nil {
				return nil, err
			}
		}
	}
}

// segments takes a form's name apart: lead[emails][0] and lead.emails.0 are the same place.
func segments(name string) []string {
	name = strings.NewReplacer("[]", "", "][", ".", "[", ".", "]", "").Replace(name)
	parts := strings.Split(name, ".")
	if len(parts) > maxDepth {
		return []string{name}
	}
	return parts
}
