package attribution

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// Site is the pages that carry one tag.
type Site struct {
	Key     string    `json:"key"` // "st_..." and public: it stands in the tag
	Account AccountID `json:"account"`
	Name    string    `json:"name"`
	Origins []string  `json:"origins"` // who may send events; see Origin
	Created time.Time `json:"created"`

	Cookie         string `json:"cookie,omitempty"`          // name of the first-party cookie; empty means trb
	AffiliateField string `json:"affiliate_field,omitempty"` // name of the hidden field; empty means affiliate, "-" none
	IDField        string `json:"id_field,omitempty"`        // likewise; empty means tributary_id

	// Settings are the site's choices for its script, a JSON object that package snippet reads: what is known here of a
	// setting is that it belongs to the site.
	Settings json.RawMessage `json:"settings,omitempty"`
}

// Allows reports whether a page of this origin ("https://www.example.com") may send events.
func (s Site) Allows(origin string) bool {
	for _, pattern := range s.Origins {
		if originMatches(pattern, origin) {
			return true
		}
	}
	return false
}

func originMatches(pattern, origin string) bool {
	scheme, host, ok := strings.Cut(origin, "://")
	wantScheme, wantHost, _ := strings.Cut(pattern, "://")
	if !ok || scheme != wantScheme {
		return false
	}
	name, port := splitPort(host)
	wantName, wantPort := splitPort(wantHost)
	if wantPort != "*" && port != wantPort {
		return false
	}
	if suffix, wild := strings.CutPrefix(wantName, "*."); wild {
		return strings.HasSuffix(name, "."+suffix)
	}
	return name == wantName
}

func splitPort(host string) (name, port string) {
	i := strings.LastIndexByte(host, ':')
	if i < 0 || strings.HasSuffix(host, "]") {
		return host, ""
	}
	return host[:i], host[i+1:]
}

// Origin checks and normalises one entry of a site's allow-list: a scheme and a host, with "*." as the leading label
// for any subdomain, or ":*" for any port; nothing after it.
func Origin(s string) (string, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	probe := strings.Replace(strings.Replace(s, "://*.", "://any.", 1), ":*", ":1", 1)
	u, err := url.Parse(probe)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || strings.Contains(probe, "*") {
		return "", fmt.Errorf("origin %q must look like https://www.example.com, https://*.example.com or http://localhost:*", s)
	}
	if strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return "", fmt.Errorf("origin %q must have nothing after the host: an origin is a scheme and a host", s)
	}
	s = strings.TrimRight(s, "/")
	if port := ":" + map[string]string{"http": "80", "https": "443"}[u.Scheme]; strings.HasSuffix(s, port) {
		s = strings.TrimSuffix(s, port) // browsers leave the default port out of Origin
	}
	return s, nil
}
