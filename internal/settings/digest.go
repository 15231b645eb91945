package settings

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Weekdays are what DigestDay can be beside "", which sends no digest.
var Weekdays = []string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}

// DigestZone is the time zone of the digest's day and hour; UTC where none is set.
func (s Settings) digestZone() *time.Location {
	zone, err := time.LoadLocation(s.DigestZone)
	if err != nil {
		return time.UTC // checkDigest has let it in once
	}
	return zone
}

// LastDigest is the latest moment, up to now, when a digest was due; false where none is sent.
func (s Settings) LastDigest(now time.Time) (time.Time, bool) {
	day := slices.Index(Weekdays, s.DigestDay)
	if day < 0 {
		return time.Time{}, false
	}
	local := now.In(s.digestZone())
	back := (int(local.Weekday()) + 6 - day + 7) % 7 // time.Weekday begins with Sunday
	due := time.Date(local.Year(), local.Month(), local.Day()-back, s.DigestHour, 0, 0, 0, local.Location())
	if due.After(now) {
		due = due.AddDate(0, 0, -7)
	}
	return due, true
}

func (s Settings) checkDigest() error {
	if s.DigestDay != "" && !slices.Contains(Weekdays, s.DigestDay) {
		return &Wrong{"digest_day", fmt.Sprintf(`must be "" for no digest, or one of %s, and is %q`, strings.Join(Weekdays, ", "), s.DigestDay)}
	}
	if s.DigestHour < 0 || s.DigestHour > 23 {
		return &Wrong{"digest_hour", fmt.Sprintf("must be 0 to 23, and is %d", s.DigestHour)}
	}
	if _, err := time.LoadLocation(s.DigestZone); err != nil || s.DigestZone == "Local" {
		return &Wrong{"digest_zone", "must be a time zone such as Europe/Vienna or America/New_York, or empty for UTC"}
	}
	return nil
}
