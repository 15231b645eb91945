package snippet

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// None as the name of a field means that forms get no such field.
const None = "-"

// Settings are what the script of one site depends on. The zero value of all but Key stands for the default.
type Settings struct {
	Key            string        `json:"key"`
	Cookie         string        `json:"cookie,omitempty"`          // name of the first-party cookie; trb
	Params         []Param       `json:"params,omitempty"`          // the first that names an affiliate wins; affiliate (id), aff (code)
	FieldAffiliate string        `json:"field_affiliate,omitempty"` // name of the hidden field, or None; affiliate
	FieldID        string        `json:"field_id,omitempty"`        // likewise, with the opt-in's id; tributary_id
	Rule           string        `json:"rule,omitempty"`            // which touch earns: latest (the default) or first
	Window         time.Duration `json:"window,omitempty"`          // how long a touch earns and the cookie lives; 90 days
	NoKeapCookies  bool          `json:"no_keap_cookies,omitempty"` // do not read is_aff and is_affcode
	Tools          []string      `json:"tools,omitempty"`           // form tools on the site's pages that need code of their own; see Tools
	UTMKey         string        `json:"utm_key,omitempty"`         // the utm key that carries the touch to a webinar vendor, when the page does not use it itself; utm_content
	WebinarHosts   []string      `json:"webinar_hosts,omitempty"`   // hosts of EverWebinar's frames and pages; the vendor's own
	Frames         bool          `json:"frames,omitempty"`          // the tag stands in frames, too: they are handed the touch of the page around
	Origins        []string      `json:"origins,omitempty"`         // with Frames: whose frames and pages may take part, as attribution.Site has them
	LinkedDomains  []string      `json:"linked_domains,omitempty"`  // domains of the site, subdomains included, between which links carry the touch
}

// Param is a parameter of the page's address that names an affiliate.
type Param struct {
	Name string `json:"name"`
	Kind string `json:"kind"` // id (Keap's) or code
}

// WithDefaults fills in what is not set.
func (s Settings) WithDefaults() Settings {
	s.Cookie = or(s.Cookie, "trb")
	s.FieldAffiliate = or(s.FieldAffiliate, "affiliate")
	s.FieldID = or(s.FieldID, "tributary_id")
	s.Rule = or(s.Rule, "latest")
	s.Window = or(s.Window, 90*24*time.Hour)
	s.UTMKey = or(s.UTMKey, "utm_content")
	if s.WebinarHosts == nil {
		s.WebinarHosts = []string{"event.webinarjam.com", "events.genndi.com"}
	}
	if s.Params == nil {
		s.Params = []Param{{"affiliate", "id"}, {"aff", "code"}}
	}
	return s
}

func or[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}

var (
	keyShape    = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	cookieShape = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)
	paramShape  = regexp.MustCompile(`^[A-Za-z0-9_.~-]{1,64}$`)
	fieldShape  = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.:\[\]-]{0,63}$`)
)

// Browsers keep no cookie for longer, and a window of less than an hour cannot be meant.
const (
	minWindow = time.Hour
	maxWindow = 400 * 24 * time.Hour
)

// Validate says what is wrong with settings that WithDefaults has completed, and what would be right.
func (s Settings) Validate() error {
	for _, check := range []func(Settings) error{checkKey, checkCookie, checkParams, checkFields, checkRule, checkWindow, checkTools, checkEmbeds, checkOrigins, checkLinkedDomains} {
		if err := check(s); err != nil {
			return err
		}
	}
	return nil
}

func checkKey(s Settings) error {
	if !keyShape.MatchString(s.Key) {
		return fmt.Errorf("site key %q must be 1 to 64 letters, digits, _ or -", s.Key)
	}
	return nil
}

// The prefixes bind a cookie to https, or to one host: the browser would refuse ours without a word.
func checkCookie(s Settings) error {
	if !cookieShape.MatchString(s.Cookie) {
		return fmt.Errorf("cookie name %q must be 1 to 64 letters, digits, _, . or -", s.Cookie)
	}
	if lower := strings.ToLower(s.Cookie); strings.HasPrefix(lower, "__host-") || strings.HasPrefix(lower, "__secure-") {
		return fmt.Errorf("cookie name %q must not begin with __Host- or __Secure-: browsers refuse such a cookie on several hosts or over http", s.Cookie)
	}
	return nil
}

func checkParams(s Settings) error {
	seen := map[string]bool{}
	for _, p := range s.Params {
		if !paramShape.MatchString(p.Name) || seen[p.Name] {
			return fmt.Errorf("parameter name %q must be 1 to 64 letters, digits, _, ., ~ or -, and stand in the list once", p.Name)
		}
		if p.Kind != "id" && p.Kind != "code" {
			return fmt.Errorf("parameter %q must be of kind id or code, not %q", p.Name, p.Kind)
		}
		seen[p.Name] = true
	}
	return nil
}

func checkFields(s Settings) error {
	for _, name := range []string{s.FieldAffiliate, s.FieldID} {
		if name != None && !fieldShape.MatchString(name) {
			return fmt.Errorf("field name %q must begin with a letter or _ and go on with at most 63 letters, digits or _ . : [ ] -; %q means no field", name, None)
		}
	}
	if s.FieldAffiliate != None && s.FieldAffiliate == s.FieldID {
		return fmt.Errorf("the two fields must have different names, both are %q", s.FieldID)
	}
	return nil
}

func checkRule(s Settings) error {
	if !slices.Contains([]string{"latest", "first"}, s.Rule) {
		return fmt.Errorf("rule %q must be latest or first", s.Rule)
	}
	return nil
}

func checkWindow(s Settings) error {
	if s.Window < minWindow || s.Window > maxWindow {
		return fmt.Errorf("window %s must be between an hour and 400 days, which is as long as browsers keep a cookie", s.Window)
	}
	return nil
}

func checkTools(s Settings) error {
	known := Tools()
	for i, tool := range s.Tools {
		if !slices.Contains(known, tool) {
			return fmt.Errorf("tool %q is none of %s", tool, strings.Join(known, ", "))
		}
		if slices.Contains(s.Tools[:i], tool) {
			return fmt.Errorf("tool %q stands in the list twice", tool)
		}
	}
	return nil
}
