package settings

import (
	"slices"
	"strings"

	"tributary/internal/attribution"
)

// Placeholders are what a description can name. None is of the person: everybody who may see referrals reads it.
var Placeholders = []string{"{form}", "{site}", "{page}", "{via}", "{affiliate_code}", "{affiliate_name}", "{utm_source}", "{utm_medium}", "{utm_campaign}"}

// The longest template, and the longest description, in characters. Keap tells no limit.
const (
	maxTemplate    = 200
	maxDescription = 250
)

// Describe is the referral's description.
func (s Settings) Describe(o attribution.OptIn, a attribution.Affiliate) string {
	if s.Description == "" {
		return usual(o)
	}
	values := []string{o.Form.ID, o.Site, o.URL, viaOf(o), a.Code, a.Name, o.UTM.Source, o.UTM.Medium, o.UTM.Campaign}
	var pairs []string
	for i, placeholder := range Placeholders {
		pairs = append(pairs, placeholder, values[i])
	}
	return Cut(strings.Join(strings.Fields(strings.NewReplacer(pairs...).Replace(s.Description)), " "), maxDescription)
}

func usual(o attribution.OptIn) string {
	if o.Form.ID == "" {
		return "Opt-in"
	}
	return Cut("Opt-in on form "+o.Form.ID, maxDescription)
}

func viaOf(o attribution.OptIn) string {
	if len(o.Via) == 0 {
		return ""
	}
	return string(o.Via[0])
}

// Cut keeps the first n characters.
func Cut(s string, n int) string {
	if runes := []rune(s); len(runes) > n {
		return string(runes[:n])
	}
	return s
}

func (s Settings) checkDescription() error {
	if err := plain("description", s.Description, 0, maxTemplate); err != nil {
		return err
	}
	rest := s.Description
	for {
		_, after, opened := strings.Cut(rest, "{")
		if !opened {
			return nil
		}
		name, after, closed := strings.Cut(after, "}")
		if !closed || !slices.Contains(Placeholders, "{"+name+"}") {
			return &Wrong{"description", "can have the placeholders " + strings.Join(Placeholders, ", ") + " and no other braces"}
		}
		rest = after
	}
}
