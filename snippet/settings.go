package snippet

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Where a collector has its script and takes events, unless it is told otherwise. Both are of one segment: the script
// finds the second beside the first, under whatever path the collector sits.
const (
	ScriptPath = "/s"
	EventsPath = "/e"
)

// None as the name of a field means that forms get no such field.
const None = "-"

// Settings are what the script of one site depends on. The zero value of all but Key stands for the default.
type Settings struct {
	Key            string        `json:"key,omitempty"`
	Cookie         string        `json:"cookie,omitempty"`          // name of the first-party cookie; trb
	Params         []Param       `json:"params,omitempty"`          // the first that names an affiliate wins; affiliate (id), aff (code)
	FieldAffiliate string        `json:"affiliate_field,omitempty"` // name of the hidden field, or None; affiliate
	FieldID        string        `json:"id_field,omitempty"`        // likewise, with the opt-in's id; tributary_id
	Rule           string        `json:"rule,omitempty"`            // which touch earns: latest (the default) or first
	Window         time.Duration `json:"window,omitempty"`          // how long a touch earns and the cookie lives; 90 days
	NoKeapCookies  bool          `json:"no_keap_cookies,omitempty"` // do not read is_aff and is_affcode
	Tools          []string      `json:"tools"`                     // form tools on the site's pages that need code of their own; see Tools
	ToolFields     []string      `json:"tool_fields,omitempty"`     // further names of the affiliate's field, where a form has one: fields[partner], or with the id of its form: gform_3 input_5
	Email          string        `json:"email,omitempty"`           // what leaves the browser of who opted in: send (the default), hash, none
	Consent        string        `json:"consent"`                   // what has to be granted first: nothing, wait (for the page's word), follow (the browser and the CMP, too)
	EventsPath     string        `json:"events_path,omitempty"`     // where the collector takes events, beside the script's folder; /e
	UTMKey         string        `json:"utm_key,omitempty"`         // the utm key that carries the touch to a webinar vendor, when the page does not use it itself; utm_content
	WebinarHosts   []string      `json:"webinar_hosts,omitempty"`   // hosts of EverWebinar's frames and pages; the vendor's own
	Frames         bool          `json:"frames,omitempty"`          // the tag stands in frames, too: they are handed the touch of the page around
	Origins        []string      `json:"origins,omitempty"`         // with Frames: whose frames and pages may take part, as attribution.Site has them
	LinkedDomains  []string      `json:"linked_domains,omitempty"`  // domains of the site, subdomains included, between which links carry the touch
	OfficialForm   *OfficialForm `json:"official_form,omitempty"`   // Keap's own form, which hears of opt-ins, too
}

// Param is a parameter of the page's address that names an affiliate.
type Param struct {
	Name string `json:"name"`
	Kind string `json:"kind"` // id (Keap's) or code
}

// ParseSettings reads what a site has chosen, and was checked when it did so. Nothing at all is all defaults.
func ParseSettings(text []byte) (s Settings, err error) {
	if len(text) == 0 {
		return s, nil
	}
	if err := json.Unmarshal(text, &s); err != nil {
		return s, fmt.Errorf("reading settings: %w", err)
	}
	return s, nil
}

// WithDefaults fills in what is not set.
func (s Settings) WithDefaults() Settings {
	s.Cookie = or(s.Cookie, "trb")
	s.FieldAffiliate = or(s.FieldAffiliate, "affiliate")
	s.FieldID = or(s.FieldID, "tributary_id")
	s.Rule = or(s.Rule, "latest")
	s.Email = or(s.Email, "send")
	s.EventsPath = or(s.EventsPath, EventsPath)
	s.Window = or(s.Window, 90*24*time.Hour)
	s.Tools = append([]string{}, s.Tools...)
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
	pathShape   = regexp.MustCompile(`^/[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,63}$`)
	fieldShape  = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.:\[\]-]{0,63}$`)
	ofFormShape = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.:-]{0,63} `)
)

// Browsers keep no cookie for longer, and a window of less than an hour cannot be meant.
const (
	minWindow = time.Hour
	maxWindow = 400 * 24 * time.Hour
)

// WrongSetting is what Validate returns of a setting that cannot be.
type WrongSetting struct {
	Field string // as JSON has it
	err   error
}

func (w *WrongSetting) Error() string { return w.err.Error() }
func (w *WrongSetting) Unwrap() error { return w.err }

func wrong(field, format string, values ...any) error {
	return &WrongSetting{field, fmt.Errorf(format, values...)}
}

// Validate says what is wrong with settings that WithDefaults has completed, and what would be right.
func (s Settings) Validate() error {
	for _, check := range []func(Settings) error{checkKey, checkCookie, checkParams, checkFields, checkRule, checkWindow, checkTools, checkToolFields, checkEmbeds, checkOrigins, checkLinkedDomains, checkEmail, checkConsent, checkEventsPath, checkOfficialForm} {
		if err := check(s); err != nil {
			return err
		}
	}
	return nil
}

func checkKey(s Settings) error {
	if !keyShape.MatchString(s.Key) {
		return wrong("key", "site key %q must be 1 to 64 letters, digits, _ or -", s.Key)
	}
	return nil
}

// The prefixes bind a cookie to https, or to one host: the browser would refuse ours without a word.
func checkCookie(s Settings) error {
	if !cookieShape.MatchString(s.Cookie) {
		return wrong("cookie", "cookie name %q must be 1 to 64 letters, digits, _, . or -", s.Cookie)
	}
	if lower := strings.ToLower(s.Cookie); strings.HasPrefix(lower, "__host-") || strings.HasPrefix(lower, "__secure-") {
		return wrong("cookie", "cookie name %q must not begin with __Host- or __Secure-: browsers refuse such a cookie on several hosts or over http", s.Cookie)
	}
	return nil
}

func checkParams(s Settings) error {
	seen := map[string]bool{}
	for _, p := range s.Params {
		if !paramShape.MatchString(p.Name) || seen[p.Name] {
			return wrong("params", "parameter name %q must be 1 to 64 letters, digits, _, ., ~ or -, and stand in the list once", p.Name)
		}
		if p.Kind != "id" && p.Kind != "code" {
			return wrong("params", "parameter %q must be of kind id or code, not %q", p.Name, p.Kind)
		}
		seen[p.Name] = true
	}
	return nil
}

func checkFields(s Settings) error {
	for _, f := range [][2]string{{"affiliate_field", s.FieldAffiliate}, {"id_field", s.FieldID}} {
		if name := f[1]; name != None && !fieldShape.MatchString(name) {
			return wrong(f[0], "field name %q must begin with a letter or _ and go on with at most 63 letters, digits or _ . : [ ] -; %q means no field", name, None)
		}
	}
	if s.FieldAffiliate != None && s.FieldAffiliate == s.FieldID {
		return wrong("id_field", "the two fields must have different names, both are %q", s.FieldID)
	}
	return nil
}

func checkRule(s Settings) error {
	if !slices.Contains([]string{"latest", "first"}, s.Rule) {
		return wrong("rule", "rule %q must be latest or first", s.Rule)
	}
	return nil
}

func checkWindow(s Settings) error {
	if s.Window < minWindow || s.Window > maxWindow {
		return wrong("window", "window %s must be between an hour and 400 days, which is as long as browsers keep a cookie", s.Window)
	}
	return nil
}

func checkTools(s Settings) error {
	known := Tools()
	for i, tool := range s.Tools {
		if !slices.Contains(known, tool) {
			return wrong("tools", "tool %q is none of %s", tool, strings.Join(known, ", "))
		}
		if slices.Contains(s.Tools[:i], tool) {
			return wrong("tools", "tool %q stands in the list twice", tool)
		}
	}
	return nil
}

func checkEmail(s Settings) error {
	if !slices.Contains([]string{"send", "hash", "none"}, s.Email) {
		return wrong("email", "email %q must be send (the address), hash (its SHA-256 only) or none (nothing of the person)", s.Email)
	}
	return nil
}

func checkConsent(s Settings) error {
	if !slices.Contains([]string{"", "wait", "follow"}, s.Consent) {
		return wrong("consent", `consent %q must be "" (none is needed), wait (for tributary.consent.grant()) or follow (the browser and the consent manager, too)`, s.Consent)
	}
	return nil
}

func checkEventsPath(s Settings) error {
	if err := CheckPath(s.EventsPath); err != nil {
		return wrong("events_path", "events path: %w", err)
	}
	return nil
}

// CheckPath says whether a path can be the script's or the events'.
func CheckPath(path string) error {
	if !pathShape.MatchString(path) {
		return fmt.Errorf("path %q must be one segment such as /s: a slash, then 1 to 64 letters, digits, _, ., ~ or -, no dot first", path)
	}
	return nil
}

// Some tools number the fields of each form anew, so a site may need a name for every form.
const maxToolFields = 50

func checkToolFields(s Settings) error {
	if len(s.ToolFields) > maxToolFields {
		return wrong("tool_fields", "%d tool fields are too many: the list takes %d names", len(s.ToolFields), maxToolFields)
	}
	if len(s.ToolFields) > 0 && s.FieldAffiliate == None {
		return wrong("tool_fields", "tool fields are filled with the affiliate's field, which is set to %q (none): name that field, or empty the list", None)
	}
	for i, name := range s.ToolFields {
		if !fieldShape.MatchString(ofFormShape.ReplaceAllString(name, "")) {
			return wrong("tool_fields", "tool field %q must begin with a letter or _ and go on with at most 63 letters, digits or _ . : [ ] -; the id of its form and a space may stand before", name)
		}
		if slices.Contains(s.ToolFields[:i], name) || name == s.FieldID {
			return wrong("tool_fields", "tool field %q stands in the list twice, or is the field of the opt-in's id", name)
		}
	}
	return nil
}
