package sites

import (
	"encoding/json"
	"errors"
	"strings"

	"tributary/internal/attribution"
	"tributary/snippet"
)

// Input is a site as somebody gives it. Only what is chosen stands in it, so that a default may change; a new setting of
// the script is added in package snippet, and is here with that.
type Input struct {
	Name    string   `json:"name"`
	Origins []string `json:"origins"`
	snippet.Settings
}

// Wrong is a field that cannot be as it is, with what can. Field is as JSON has it, and "" where no single field is to blame.
type Wrong struct{ Field, Problem string }

func (w *Wrong) Error() string { return w.Problem }

// ErrNotOfSites is returned for a setting that holds for the whole collector.
var ErrNotOfSites = errors.New("key, rule, window and events_path are the collector's: they cannot be set for one site")

// InputOf is what was given for a site.
func InputOf(s attribution.Site) (in Input, err error) {
	in = Input{Name: s.Name, Origins: s.Origins}
	in.Settings, err = snippet.ParseSettings(s.Settings)
	return in, err
}

const (
	maxName    = 200
	maxOrigins = 100
)

// set checks the input and puts it into a site.
func (in Input) set(s *attribution.Site) error {
	if err := in.setPages(s); err != nil {
		return err
	}
	if in.Key != "" || in.Rule != "" || in.Window != 0 || in.EventsPath != "" {
		return ErrNotOfSites
	}
	if err := in.checkSettings(*s); err != nil {
		return err
	}
	settings, err := json.Marshal(in.Settings)
	s.Settings = settings
	return err
}

func (in Input) setPages(s *attribution.Site) error {
	if s.Name = strings.TrimSpace(in.Name); s.Name == "" || len(s.Name) > maxName {
		return &Wrong{"name", "name must have 1 to 200 characters"}
	}
	if len(in.Origins) == 0 || len(in.Origins) > maxOrigins {
		return &Wrong{"origins", `origins must list the 1 to 100 origins whose pages carry the tag, such as ["https://www.example.com"]`}
	}
	s.Origins = make([]string, len(in.Origins))
	for i, origin := range in.Origins {
		checked, err := attribution.Origin(origin)
		if err != nil {
			return &Wrong{"origins", err.Error()}
		}
		s.Origins[i] = checked
	}
	return nil
}

func (in Input) checkSettings(s attribution.Site) error {
	checked := in.Settings
	if checked.Frames { // the site's one list is for them, too
		checked.Origins = s.Origins
	}
	checked.Key = s.Key
	err := checked.WithDefaults().Validate()
	var w *snippet.WrongSetting
	switch {
	case errors.As(err, &w):
		return &Wrong{w.Field, err.Error()}
	case err != nil:
		return &Wrong{"", err.Error()}
	}
	return nil
}
