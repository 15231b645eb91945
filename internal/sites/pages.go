package sites

import (
	"net"
	"net/url"
	"strings"
)

// Pages makes origins of what people type for the place of their pages: "example.com/landing?x=1" is
// https://example.com. What cannot be understood stays as it is, for the check to say why. With both, a bare domain
// brings its www along, and the other way round: most websites answer under the two.
func Pages(typed []string, both bool) []string {
	all := []string{}
	add := func(origin string) {
		for _, have := range all {
			if have == origin {
				return
			}
		}
		all = append(all, origin)
	}
	for _, text := range typed {
		origin := originOf(text)
		if add(origin); both {
			if other := twin(origin); other != "" {
				add(other)
			}
		}
	}
	return all
}

func originOf(text string) string {
	text = strings.TrimSpace(text)
	scheme, rest, ok := strings.Cut(text, "://")
	if !ok {
		scheme, rest = "https", text
	}
	host := strings.ToLower(rest)
	if i := strings.IndexAny(host, "/?#"); i >= 0 {
		host = host[:i]
	}
	if host == "" || strings.ContainsAny(host, "@ ") {
		return text
	}
	if !ok && isThisMachine(host) {
		scheme = "http"
	}
	return strings.ToLower(scheme) + "://" + host
}

func isThisMachine(host string) bool {
	name, _, _ := strings.Cut(host, ":")
	ip := net.ParseIP(name)
	return name == "localhost" || strings.HasSuffix(name, ".localhost") || ip != nil && ip.IsLoopback()
}

// twin is the origin with www, or without; "" where there is none.
func twin(origin string) string {
	u, err := url.Parse(origin)
	if err != nil || u.Port() != "" || isThisMachine(u.Host) || net.ParseIP(u.Hostname()) != nil || strings.Contains(u.Host, "*") || !strings.Contains(u.Host, ".") {
		return ""
	}
	if bare, ok := strings.CutPrefix(u.Host, "www."); ok {
		if !strings.Contains(bare, ".") {
			return ""
		}
		return u.Scheme + "://" + bare
	}
	if strings.Count(u.Host, ".") > 1 {
		return "" // a subdomain, most likely, whose www nobody has
	}
	return u.Scheme + "://www." + u.Host
}
