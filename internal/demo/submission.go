package demo

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"time"
)

// What one submission may hold. A page may be made to send anything at all.
const (
	maxBody   = 64 << 10
	maxFields = 100
	maxShown  = 500 // bytes of a name or value that are kept
	maxEmail  = 254 // RFC 5321
	maxName   = 100
)

// typed are the fields that the forms show to a visitor, in their order. All others were hidden.
var typed = []string{"first_name", "last_name", "email"}

// Field is one field as it was received.
type Field struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Hidden bool   `json:"hidden"` // not one that the visitor typed
}

// Submission is one form that was sent.
type Submission struct {
	At      time.Time
	Email   string
	First   string
	Last    string
	Fields  []Field
	Contact string // what became of the contact in Keap, in words
}

// refusal is why a submission is not taken, for the visitor.
type refusal struct {
	status int
	reason string
}

func (r refusal) Error() string { return r.reason }

// read takes a submission from a request, urlencoded or multipart.
func read(w http.ResponseWriter, r *http.Request, now time.Time) (*Submission, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := parseForm(r); err != nil {
		return nil, unreadable(err)
	}
	s := &Submission{At: now, Contact: "waiting", Fields: fieldsOf(r.PostForm)}
	s.Email = strings.TrimSpace(r.PostForm.Get("email"))
	s.First, s.Last = strings.TrimSpace(r.PostForm.Get("first_name")), strings.TrimSpace(r.PostForm.Get("last_name"))
	return s, s.check()
}

// parseForm fills PostForm. ParseMultipartForm alone would hide ParseForm's error.
func parseForm(r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	if err := r.ParseMultipartForm(maxBody); err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return err
	}
	if r.MultipartForm != nil {
		return r.MultipartForm.RemoveAll()
	}
	return nil
}

func unreadable(err error) error {
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return refusal{http.StatusRequestEntityTooLarge, fmt.Sprintf("The form is larger than %d KiB.", maxBody>>10)}
	}
	return refusal{http.StatusBadRequest, "The form could not be read."}
}

func (s *Submission) check() error {
	switch {
	case len(s.Fields) > maxFields:
		return refusal{http.StatusUnprocessableEntity, fmt.Sprintf("The form has more than %d fields.", maxFields)}
	case !isEmail(s.Email):
		return refusal{http.StatusUnprocessableEntity, "Please enter an e-mail address."}
	case len(s.First) > maxName || len(s.Last) > maxName:
		return refusal{http.StatusUnprocessableEntity, "Please enter a shorter name."}
	}
	return nil
}

func isEmail(s string) bool {
	parsed, err := mail.ParseAddress(s)
	return err == nil && parsed.Address == s && len(s) <= maxEmail
}

// fieldsOf puts what was typed first, then the hidden fields by name. A name that came twice is there twice.
func fieldsOf(form url.Values) []Field {
	var fields []Field
	hidden := func(name string) bool { return !slices.Contains(typed, name) }
	names := append(slices.Clone(typed), slices.DeleteFunc(slices.Sorted(maps.Keys(form)), func(n string) bool { return !hidden(n) })...)
	for _, name := range names {
		for _, value := range form[name] {
			if fields = append(fields, Field{clip(name), clip(value), hidden(name)}); len(fields) > maxFields {
				return fields // enough to be refused
			}
		}
	}
	return fields
}

// clip bounds what is kept of a text, and mends what is not UTF-8.
func clip(s string) string {
	if len(s) > maxShown {
		s = strings.ToValidUTF8(s[:maxShown], "") + "…"
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
