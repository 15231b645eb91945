package intake

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"tributary/internal/attribution"
)

// visit is what the request tells about all of its events.
type visit struct {
	site     string
	ip       string
	received time.Time
	ignored  string // why nothing of it counts
}

// refusal is an event that cannot be taken: it goes into quarantine.
type refusal struct{ code, reason string }

func (r *refusal) Error() string { return r.reason }

// Sealer encrypts persons.
type Sealer interface {
	Seal(attribution.Person) (attribution.PersonKey, []byte, error)
	KeyOfHash([sha256.Size]byte) attribution.PersonKey
	SealBytes(text []byte, kind, id string) []byte
	Network(ip string, at time.Time) attribution.NetworkKey
}

// judge checks one event and gives it the shape of the domain.
func judge(w *event, v visit, s Sealer) (attribution.Event, error) {
	if w.broken != nil {
		return attribution.Event{}, &refusal{"malformed_event", w.broken.Error()}
	}
	id, err := uuid.Parse(w.ID)
	if err != nil || id == uuid.Nil {
		return attribution.Event{}, &refusal{"invalid_id", "id must be a UUID, best of version 7"}
	}
	if w.Type != string(attribution.Clicked) && w.Type != string(attribution.OptedIn) {
		return attribution.Event{}, &refusal{"invalid_type", `type must be "click" or "optin"`}
	}
	at, shift, note := clock(w.At, v.received)
	e := attribution.Event{
		ID: id, Type: attribution.EventType(w.Type), At: at, Received: v.received, Site: v.site, Visitor: visitorOf(w, id),
		URL: address(w.URL), Referrer: address(w.Referrer), UTM: campaign(w.UTM), Note: note, Ignored: v.ignored, Test: w.Test,
		First: touchOf(w.First, at, shift), Latest: touchOf(w.Touch, at, shift),
	}
	if e.Type == attribution.Clicked {
		return judgeClick(e), nil
	}
	return judgeOptIn(e, w, v, s)
}

func judgeClick(e attribution.Event) attribution.Event {
	if e.Latest.IsZero() && e.Ignored == "" {
		e.Ignored = "no affiliate: a click needs a touch, and 0, empty or odd values are none"
	}
	return e
}

func judgeOptIn(e attribution.Event, w *event, v visit, s Sealer) (attribution.Event, error) {
	var err error
	if e.Person, e.Sealed, err = judgePerson(w.Person, v.ip, s); err != nil {
		return e, err
	}
	e.Signals = attribution.Signals{Network: s.Network(v.ip, v.received), Touch: toldOf(w)}
	e.Joins, _ = uuid.Parse(w.TributaryID) // what is no id joins nothing
	e.Form = attribution.Form{ID: text(w.Form.ID, 200), Action: address(w.Form.Action), Provider: text(w.Form.Provider, 40)}
	e.Via = attribution.Via(w.Via)
	if !slices.Contains(attribution.ViaFromPage, e.Via) {
		e.Via = attribution.ViaForm
	}
	return e, nil
}

// An event may wait in the browser for days, so a time in the past is believed; what lies further back than any queue,
// or ahead of us, is a wrong clock.
const (
	maxWait  = 8 * 24 * time.Hour
	maxAhead = 10 * time.Minute
)

// clock returns the time of an event, by how much the browser's clock is off, and a note when it is.
func clock(ms int64, received time.Time) (at time.Time, shift time.Duration, note string) {
	received = received.Truncate(time.Millisecond)
	if ms == 0 {
		return received, 0, "no time given"
	}
	at = time.UnixMilli(ms).UTC()
	if at.After(received.Add(maxAhead)) || at.Before(received.Add(-maxWait)) {
		return received, received.Sub(at), "the browser's clock said " + at.Format(time.RFC3339) + ", the time of arrival is used"
	}
	return at, 0, ""
}

// touchOf reads a touch. Its time was told by the same clock as the event's, and shifts along.
func touchOf(w *touch, at time.Time, shift time.Duration) attribution.Touch {
	if w == nil {
		return attribution.Touch{}
	}
	ref, err := attribution.NewRef(attribution.RefKind(w.Kind), w.Affiliate)
	if err != nil {
		return attribution.Touch{}
	}
	seen := time.UnixMilli(w.At).UTC().Add(shift)
	if w.At == 0 || seen.After(at) {
		seen = at
	}
	return attribution.Touch{Ref: ref, At: seen}
}

// toldOf says what the page's word on the time of its touch is worth. Both times are of the same clock, so that a wrong one
// makes no difference; a touch that a visitor has made up may lie ahead.
func toldOf(w *event) attribution.Told {
	switch {
	case w.Touch == nil || w.Touch.At == 0 || w.At == 0:
		return ""
	case w.Touch.At > w.At:
		return attribution.ToldAhead
	}
	return attribution.ToldWell
}

// visitorOf returns the visitor's id; a page that keeps none makes every visit a visitor.
func visitorOf(w *event, id uuid.UUID) uuid.UUID {
	if visitor, err := uuid.Parse(w.Visitor); err == nil && visitor != uuid.Nil {
		return visitor
	}
	return id
}

func campaign(w utm) attribution.UTM {
	return attribution.UTM{
		Source: text(w.Source, 100), Medium: text(w.Medium, 100), Campaign: text(w.Campaign, 100),
		Term: text(w.Term, 100), Content: text(w.Content, 100),
	}
}

// address keeps origin and path: queries and fragments of landing pages hold e-mails, tokens and names.
func address(s string) string {
	if i := strings.IndexAny(s, "?#"); i >= 0 {
		s = s[:i]
	}
	if s == "" || !(strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")) {
		return ""
	}
	if _, rest, _ := strings.Cut(s, "://"); !plain(rest) {
		if u, err := url.Parse(s); err != nil || u.User != nil {
			return ""
		}
	}
	return text(s, 512)
}

// plain reports that there is nothing in an address that needs parsing, which is slow: most have no more than this.
func plain(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '-' <= c && c <= '9' || c == '_' || c == '~') {
			return false
		}
	}
	return true
}

// text bounds a string from outside, in bytes, and takes what is no text out of it.
func text(s string, limit int) string {
	if clean(s) && len(s) <= limit {
		return s
	}
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == utf8.RuneError {
			return -1
		}
		return r
	}, s)
	for len(s) > limit {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	return strings.TrimSpace(s)
}

func clean(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

// crawlers are words in the user agents of programs that read pages for themselves and say so. Longer lists take in
// every HTTP library, and with it the sites that forward events from their own servers.
var crawlers = []string{"bot/", "bot;", "googlebot", "bingbot", "crawler", "spider", "facebookexternalhit", "slurp", "bytespider", "link preview"}

// whyIgnored says why nothing of a request counts, or "".
func whyIgnored(h http.Header) string {
	for _, name := range []string{"Sec-Purpose", "Purpose", "X-Moz"} {
		if strings.Contains(strings.ToLower(h.Get(name)), "prefetch") {
			return "a prefetch: nobody has seen the page yet"
		}
	}
	agent := strings.ToLower(h.Get("User-Agent"))
	for _, word := range crawlers {
		if strings.Contains(agent, word) {
			return fmt.Sprintf("a crawler: its user agent says %q", word)
		}
	}
	return ""
}
