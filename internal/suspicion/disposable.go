package suspicion

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed domains.txt
var domains string

var disposables = sync.OnceValue(func() map[string]bool {
	set := map[string]bool{}
	for line := range strings.Lines(domains) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			set[line] = true
		}
	}
	return set
})

// disposableDomain is the listed domain that an address belongs to, or "".
func disposableDomain(email string) string {
	_, domain, _ := strings.Cut(strings.ToLower(email), "@")
	for domain != "" {
		if disposables()[domain] {
			return domain
		}
		_, domain, _ = strings.Cut(domain, ".")
	}
	return ""
}
