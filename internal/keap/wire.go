package keap

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// text is a JSON string that some answers of Keap give as a number. Anything else becomes "": a field that we cannot
// read must not cost the record.
type text string

func (t *text) UnmarshalJSON(raw []byte) error {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		*t = text(s)
		return nil
	}
	var n json.Number
	if json.Unmarshal(raw, &n) == nil {
		*t = text(n)
		return nil
	}
	*t = ""
	return nil
}

// moment is a time as Keap writes it. One that cannot be read is the zero time.
type moment time.Time

// layouts holds RFC 3339 first; the others were seen in answers of v1 and in older records.
var layouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04:05", time.DateOnly}

func (m *moment) UnmarshalJSON(raw []byte) error {
	var s text
	_ = s.UnmarshalJSON(raw) // never fails
	for _, layout := range layouts {
		if at, err := time.Parse(layout, string(s)); err == nil {
			*m = moment(at.UTC())
			return nil
		}
	}
	*m = moment{}
	return nil
}

// timestamp writes a time as Keap's examples do, and nothing for the zero time.
func timestamp(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}

// errNotJSON covers blank bodies, HTML and JSON that was cut.
var errNotJSON = errors.New("the answer is not the JSON that was expected")

// into decodes a record. JSON's null is no record.
func into(record any) func([]byte) error {
	return func(body []byte) error {
		if json.Unmarshal(body, record) != nil || string(bytes.TrimSpace(body)) == "null" {
			return errNotJSON
		}
		return nil
	}
}

// isID says whether a text can be an id of Keap: digits. The words "redirects", "summaries" and "model" in the same
// place of a path are other pages of Keap, and ".." is none.
func isID(id string) bool {
	return id != "" && len(id) <= 20 && strings.Trim(id, "0123456789") == ""
}

// isPlain says whether a text means only itself in a filter: ';' joins conditions, '*' matches anything, and Keap
// documents no way to escape either.
func isPlain(value string) bool {
	return value != "" && !strings.ContainsAny(value, ";*") && !strings.ContainsFunc(value, func(r rune) bool { return r < ' ' })
}
