package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"

	"tributary/internal/attribution"
	"tributary/snippet"
)

// siteInput is a site as it is sent: a new setting of the script is added in package snippet, and is here with that.
type siteInput struct {
	Name    string   `json:"name"`
	Origins []string `json:"origins"`
	snippet.Settings
}

// set checks the input and puts it into a site. Only what was chosen is kept, so that a default may change.
func (in siteInput) set(s *attribution.Site) error {
	if err := setSite(s, in.Name, in.Origins); err != nil {
		return err
	}
	if in.Key != "" || in.Rule != "" || in.Window != 0 || in.EventsPath != "" {
		return invalid("unknown_field", "key, rule, window and events_path are the collector's: they cannot be set for one site")
	}
	checked := in.Settings
	if checked.Frames { // the site's one list is for them, too
		checked.Origins = s.Origins
	}
	if err := check(checked, s.Key); err != nil {
		return err
	}
	settings, err := json.Marshal(in.Settings)
	s.Settings = settings
	return err
}

func check(s snippet.Settings, key string) error {
	s.Key = key
	err := s.WithDefaults().Validate()
	var w *snippet.WrongSetting
	switch {
	case errors.As(err, &w):
		return invalid("invalid_"+w.Field, err.Error())
	case err != nil:
		return invalid("invalid_settings", err.Error())
	}
	return nil
}

// changed lays changes over a site as it was sent. Over its JSON: decoding into old lists would mix old entries and new.
func changed(s attribution.Site, changes map[string]json.RawMessage) (in siteInput, err error) {
	old := siteInput{Name: s.Name, Origins: s.Origins}
	if old.Settings, err = snippet.ParseSettings(s.Settings); err != nil {
		return in, err
	}
	text, err := json.Marshal(old)
	if err != nil {
		return in, err
	}
	all := map[string]json.RawMessage{}
	if err := json.Unmarshal(text, &all); err != nil {
		return in, err
	}
	for name, value := range changes {
		all[strings.ToLower(name)] = value
	}
	if text, err = json.Marshal(all); err != nil {
		return in, err
	}
	return in, decode(json.NewDecoder(bytes.NewReader(text)), &in)
}

// settingsOf returns a site's settings as its script has them, without those of the collector.
func settingsOf(s attribution.Site) (snippet.Settings, error) {
	settings, err := snippet.ParseSettings(s.Settings)
	settings = settings.WithDefaults()
	settings.Rule, settings.Window, settings.EventsPath = "", 0, ""
	return settings, err
}
