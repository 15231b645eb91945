package demo

import (
	"context"
	"encoding/json"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	shownLast  = 50   // submissions on the vendor's page
	maxPending = 1000 // contacts that wait to be created
)

// VendorOptions is what the form vendor is made with.
type VendorOptions struct {
	// Contacts creates a contact in Keap. It is called once for each submission, one at a time.
	Contacts func(ctx context.Context, email, first, last string) error
	// LandingOrigin is the one origin whose scripts may read the answers, such as http://127.0.0.1:8081.
	LandingOrigin string
	Delay         time.Duration // from the submission to the contact; 3 seconds when zero
	Logger        *slog.Logger  // silent when nil
}

func (o VendorOptions) withDefaults() VendorOptions {
	if o.Delay == 0 {
		o.Delay = 3 * time.Second
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// Vendor is a form tool as there are many: it takes what a form sends, thanks, and tells Keap of the contact a little
// later. It shows every field that it received, which is what the demo is about.
type Vendor struct {
	VendorOptions
	pages   *template.Template
	mux     *http.ServeMux
	pending chan *Submission

	mu   sync.Mutex
	last []*Submission // newest first; guards their Contact too
}

// NewVendor makes a vendor. No contact is created before Run.
func NewVendor(o VendorOptions) *Vendor {
	v := &Vendor{VendorOptions: o.withDefaults(), pages: parse(), mux: http.NewServeMux(), pending: make(chan *Submission, maxPending)}
	v.mux.HandleFunc("POST /submit", v.submit)
	v.mux.HandleFunc("GET /{$}", v.list)
	serveFiles(v.mux)
	return v
}

// ServeHTTP takes forms at POST /submit and shows the last of them at GET /.
func (v *Vendor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	w.Header().Add("Vary", "Origin")
	if origin := r.Header.Get("Origin"); origin != "" && origin == v.LandingOrigin {
		w.Header().Set("Access-Control-Allow-Origin", origin)
	}
	v.mux.ServeHTTP(w, r)
}

// receipt is the answer to a submission, for a page and for a script.
type receipt struct {
	Landing string  `json:"-"`
	Error   string  `json:"error,omitempty"`
	Fields  []Field `json:"fields,omitempty"`
}

// submit takes one form.
func (v *Vendor) submit(w http.ResponseWriter, r *http.Request) {
	s, err := read(w, r, time.Now())
	if err == nil {
		err = v.accept(s)
	}
	if why, ok := errors.AsType[refusal](err); ok {
		v.reply(w, r, why.status, receipt{Landing: v.LandingOrigin, Error: why.reason})
		return
	}
	v.reply(w, r, http.StatusOK, receipt{Landing: v.LandingOrigin, Fields: s.Fields})
}

// reply sends a visitor a page, and a script, which says that it wants JSON, that.
func (v *Vendor) reply(w http.ResponseWriter, r *http.Request, status int, answer receipt) {
	if strings.Contains(r.Header.Get("Accept"), "application/json") {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		json.NewEncoder(w).Encode(answer)
		return
	}
	write(w, status, v.pages, "received.html", answer)
}

// accept queues the contact and shows the submission. It refuses when too many wait, so that memory stays bounded.
func (v *Vendor) accept(s *Submission) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	select {
	case v.pending <- s:
	default:
		return refusal{http.StatusServiceUnavailable, "Too many sign-ups at once. Please try again in a minute."}
	}
	v.last = append([]*Submission{s}, v.last[:min(len(v.last), shownLast-1)]...)
	return nil
}

// list shows the last submissions, from a copy: rendering must not hold up the forms.
func (v *Vendor) list(w http.ResponseWriter, _ *http.Request) {
	v.mu.Lock()
	last := make([]Submission, len(v.last))
	for i, s := range v.last {
		last[i] = *s
	}
	v.mu.Unlock()
	write(w, http.StatusOK, v.pages, "submissions.html", last)
}
