package snippet

import (
	"fmt"
	"html"
	"net/url"
	"strings"
)

// StandardTag is what a customer pastes into their pages. It always loads the site's current script.
func StandardTag(collectorURL, scriptPath, key string) string {
	return fmt.Sprintf(`<script async src="%s"></script>`, html.EscapeString(address(collectorURL, scriptPath, key, "")))
}

// ImmutableTag is a tag for who wants to know what runs on their pages: the browser refuses any script but this one. It
// has to be pasted anew when the site's settings or the collector change.
func ImmutableTag(collectorURL, scriptPath, key string, s Script) string {
	return fmt.Sprintf(`<script async src="%s" integrity="%s" crossorigin="anonymous"></script>`,
		html.EscapeString(address(collectorURL, scriptPath, key, "."+s.Hash)), html.EscapeString(s.SRI))
}

func address(collectorURL, scriptPath, key, hash string) string {
	return strings.TrimRight(collectorURL, "/") + scriptPath + "/" + url.PathEscape(key) + hash + ".js"
}
