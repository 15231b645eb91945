package doctor

import (
	"net/url"
	"strings"
)

// policy is one Content-Security-Policy: directives to their sources.
type policy map[string][]string

func parsePolicy(text string) policy {
	p := policy{}
	for directive := range strings.SplitSeq(text, ";") {
		fields := strings.Fields(directive)
		if len(fields) == 0 {
			continue
		}
		name := strings.ToLower(fields[0])
		if _, repeated := p[name]; !repeated { // browsers take the first
			p[name] = fields[1:]
		}
	}
	return p
}

// sources returns what rules a kind of request: the first of the directives that the policy has.
func (p policy) sources(directives ...string) (sources []string, ruled bool) {
	for _, d := range directives {
		if sources, ruled = p[d]; ruled {
			return sources, true
		}
	}
	return nil, false
}

// allowsScript reports whether a script element may load.
func (p policy) allowsScript(page, script *url.URL, nonce string) bool {
	sources, ruled := p.sources("script-src-elem", "script-src", "default-src")
	if !ruled {
		return true
	}
	dynamic := false
	for _, s := range sources {
		if nonce != "" && s == "'nonce-"+nonce+"'" {
			return true
		}
		dynamic = dynamic || s == "'strict-dynamic'"
	}
	return !dynamic && matchesAny(sources, page, script) // with strict-dynamic, browsers pass over the hosts
}

// allowsSending reports whether the page may send events to an address.
func (p policy) allowsSending(page, to *url.URL) bool {
	sources, ruled := p.sources("connect-src", "default-src")
	return !ruled || matchesAny(sources, page, to)
}

func matchesAny(sources []string, page, u *url.URL) bool {
	for _, s := range sources {
		if matches(strings.ToLower(s), page, u) {
			return true
		}
	}
	return false
}

// matches follows Content Security Policy Level 3, section 6.7.2: a source names a scheme, or a host with wildcards,
// where http also stands for https.
func matches(source string, page, u *url.URL) bool {
	switch {
	case source == "'self'":
		return u.Host == page.Host && (u.Scheme == page.Scheme || u.Scheme == "https")
	case source == "*":
		return u.Scheme == "http" || u.Scheme == "https"
	case strings.HasPrefix(source, "'"):
		return false
	case strings.HasSuffix(source, ":"):
		return schemeFits(strings.TrimSuffix(source, ":"), u.Scheme)
	}
	scheme, rest, named := strings.Cut(source, "://")
	if !named {
		scheme, rest = page.Scheme, source
	}
	return schemeFits(scheme, u.Scheme) && hostFits(rest, u)
}

func schemeFits(want, scheme string) bool {
	return want == scheme || (want == "http" && scheme == "https")
}

func hostFits(source string, u *url.URL) bool {
	host, path, hasPath := strings.Cut(source, "/")
	name, port, _ := strings.Cut(host, ":")
	if port != "*" && port != u.Port() && !(isDefault(port, u) && isDefault(u.Port(), u)) {
		return false
	}
	if suffix, wild := strings.CutPrefix(name, "*"); wild {
		if !strings.HasSuffix(u.Hostname(), suffix) {
			return false
		}
	} else if name != u.Hostname() {
		return false
	}
	return !hasPath || path == "" || "/"+path == u.Path || (strings.HasSuffix(path, "/") && strings.HasPrefix(u.Path, "/"+path))
}

func isDefault(port string, u *url.URL) bool {
	return port == "" || port == map[string]string{"http": "80", "https": "443"}[u.Scheme]
}
