// Package sandbox is the double of EverWebinar and WebinarJam: their embeds, their hosted pages and the part of their API
// that Tributary uses, with its state in memory, as an http.Handler. `tributary demo` shows it, and browser tests use it.
//
// It is written from what is known of the vendor, and not verified against the live product. Where nobody knows an
// address or a payload, the comment beside it says so.
//
//	/register/...       embed scripts, the form's frame, the hosted page, the thank-you page
//	/everwebinar/...    the API, likewise below /webinarjam
//	/sandbox            a page that shows who registered, and the code boxes
//	/sandbox/state      the same as JSON
package sandbox

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"
)

// DefaultKey is the API key that is accepted when Options names none.
const DefaultKey = "webinar-sandbox-key"

const maxBody = 64 << 10

// Options of a sandbox. The zero value is one without webinars.
type Options struct {
	Key       string        // of the API; DefaultKey when empty
	PerSecond int           // calls of the API; 20 when 0, as the vendor has it
	Webinars  []Webinar     // at least their Hash and Title
	Delay     time.Duration // from a registration to Registered and the webhook; 3 seconds when 0
	Webhook   Webhook
	// Registered is told of each registration, one at a time: that is how the vendor's integration makes a contact.
	Registered func(context.Context, Registrant) error
	Now        func() time.Time // time.Now when nil
	Logger     *slog.Logger     // silent when nil; never with personal data
}

func (o Options) withDefaults() Options {
	if o.Key == "" {
		o.Key = DefaultKey
	}
	if o.PerSecond == 0 {
		o.PerSecond = 20
	}
	if o.Delay == 0 {
		o.Delay = 3 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Registered == nil {
		o.Registered = func(context.Context, Registrant) error { return nil }
	}
	return o
}

// Sandbox is one customer's account at the vendor. It is safe for concurrent use.
type Sandbox struct {
	options Options
	mux     *http.ServeMux
	pending chan Registrant

	mu          sync.Mutex
	webinars    []Webinar
	registrants []Registrant
	recent      []time.Time // calls of the API within the last second
}

// New makes a sandbox. Nobody is told of registrations before Run.
func New(o Options) *Sandbox {
	s := &Sandbox{options: o.withDefaults(), mux: http.NewServeMux(), pending: make(chan Registrant, maxRegistrants)}
	for i, w := range o.Webinars {
		s.webinars = append(s.webinars, w.withDefaults(i))
	}
	s.addEmbeds()
	s.addPages()
	s.addAPI()
	s.addControl()
	return s
}

func (s *Sandbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	s.mux.ServeHTTP(w, r)
}

// webinar finds by hash, or by id in its decimal form.
func (s *Sandbox) webinar(name string) (Webinar, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.at(name)
	if at < 0 {
		return Webinar{}, false
	}
	return s.webinars[at], true
}

// at is called with s.mu held.
func (s *Sandbox) at(name string) int {
	return slices.IndexFunc(s.webinars, func(w Webinar) bool { return name != "" && (w.Hash == name || w.id() == name) })
}

// origin is the address at which the sandbox was asked, which is all that it knows of its own name.
func origin(r *http.Request) string { return "http://" + r.Host }
