package snippet

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// utmKnown are the keys that EverWebinar stores with a registrant.
var utmKnown = []string{"utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"}

// utmKeys are the keys that are tried: the page may use the first ones for its own campaigns.
func utmKeys(first string) []string {
	keys := []string{first}
	for _, key := range []string{"utm_content", "utm_term"} {
		if key != first {
			keys = append(keys, key)
		}
	}
	return keys
}

// originsPattern is a regular expression, for browsers, of what attribution.Site.Allows takes. Empty is nobody.
func originsPattern(origins []string) string {
	patterns := make([]string, len(origins))
	for i, origin := range origins {
		scheme, host, _ := strings.Cut(origin, "://")
		host = regexp.QuoteMeta(host)
		host = strings.Replace(host, `\*\.`, `[^/:]*\.`, 1)
		host = strings.Replace(host, `:\*`, `(:\d+)?`, 1)
		patterns[i] = scheme + "://" + host
	}
	return "^(" + strings.Join(patterns, "|") + ")$"
}

var (
	hostShape   = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?$`)
	domainShape = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$`)
)

const maxHosts = 100

func checkEmbeds(s Settings) error {
	if !slices.Contains(utmKnown, s.UTMKey) {
		return wrong("utm_key", "utm_key %q must be one of %s", s.UTMKey, strings.Join(utmKnown, ", "))
	}
	for _, host := range s.WebinarHosts {
		if !hostShape.MatchString(host) || strings.Contains(host, "..") {
			return wrong("webinar_hosts", "webinar_hosts: %q must be a host in small letters such as event.webinarjam.com, with :port where it has one", host)
		}
	}
	return atMost("webinar_hosts", s.WebinarHosts)
}

// checkOrigins sees that the origins can stand in a regular expression; attribution.Origin has checked them as such.
func checkOrigins(s Settings) error {
	if s.Frames && len(s.Origins) == 0 {
		return wrong("frames", "frames needs the site's origins: with nobody else may the tag talk")
	}
	for _, origin := range s.Origins {
		probe, err := url.Parse(strings.Replace(strings.Replace(origin, "://*.", "://any.", 1), ":*", ":1", 1))
		if err != nil || (probe.Scheme != "http" && probe.Scheme != "https") || probe.Scheme+"://"+probe.Host != probe.String() || strings.Contains(probe.Host, "*") {
			return wrong("origins", "origins: %q must look like https://www.example.com, https://*.example.com or http://localhost:*", origin)
		}
	}
	return atMost("origins", s.Origins)
}

// A touch must not go to whoever holds a name below a suffix such as "com".
func checkLinkedDomains(s Settings) error {
	for _, domain := range s.LinkedDomains {
		if !domainShape.MatchString(domain) || strings.Contains(domain, "..") || !strings.Contains(domain, ".") && domain != "localhost" {
			return wrong("linked_domains", "linked_domains: %q must be a domain of yours in small letters such as example.com; its subdomains are included", domain)
		}
	}
	if len(s.LinkedDomains) == 1 {
		return wrong("linked_domains", "linked_domains must name at least two domains: links between them carry the touch")
	}
	return atMost("linked_domains", s.LinkedDomains)
}

func atMost(name string, list []string) error {
	if len(list) > maxHosts {
		return wrong(name, "%s must not have more than %d entries", name, maxHosts)
	}
	return nil
}
