package settings

import (
	"fmt"
	"strings"

	"tributary/internal/attribution"
)

// mostOrigins keeps a header that lists them short.
const mostOrigins = 20

// checkCardOrigins wants them as they go into a header: nothing but a scheme and a host.
func (s Settings) checkCardOrigins() error {
	if len(s.CardOrigins) > mostOrigins {
		return &Wrong{"card_origins", fmt.Sprintf("must have at most %d origins", mostOrigins)}
	}
	for _, origin := range s.CardOrigins {
		normal, err := attribution.Origin(origin)
		if err != nil {
			return &Wrong{"card_origins", "must list origins such as https://members.example.com: " + err.Error()}
		}
		// A semicolon or a space would end the list in the header.
		if normal != origin || strings.Trim(origin, "abcdefghijklmnopqrstuvwxyz0123456789.-:/*[]") != "" {
			return &Wrong{"card_origins", fmt.Sprintf("must have %q in small letters, digits, dots and hyphens, with nothing after the host", origin)}
		}
	}
	return nil
}
