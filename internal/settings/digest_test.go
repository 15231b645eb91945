package settings_test

import (
	"testing"
	"time"

	"tributary/internal/settings"
)

func TestWhenADigestIsDue(t *testing.T) {
	for _, c := range []struct{ day, zone, now, want string }{
		{"monday", "", "2026-11-23T08:00:00Z", "2026-11-23T08:00:00Z"},
		{"monday", "", "2026-11-23T07:59:59Z", "2026-11-16T08:00:00Z"},
		{"sunday", "", "2026-11-23T07:59:59Z", "2026-11-22T08:00:00Z"},
		{"tuesday", "", "2026-11-23T12:00:00Z", "2026-11-17T08:00:00Z"},
		{"monday", "Europe/Vienna", "2026-11-23T07:00:00Z", "2026-11-23T07:00:00Z"},
		{"monday", "Pacific/Auckland", "2026-11-22T20:00:00Z", "2026-11-22T19:00:00Z"},
		{"sunday", "Europe/Vienna", "2026-10-25T12:00:00Z", "2026-10-25T07:00:00Z"}, // the night the clocks went back
	} {
		now, _ := time.Parse(time.RFC3339, c.now)
		due, wanted := settings.Settings{DigestDay: c.day, DigestHour: 8, DigestZone: c.zone}.LastDigest(now)
		if got := due.UTC().Format(time.RFC3339); got != c.want || !wanted {
			t.Errorf("%s in %q at %s: %s, want %s", c.day, c.zone, c.now, got, c.want)
		}
	}
	if _, wanted := (settings.Settings{}).LastDigest(time.Now()); wanted {
		t.Error("without a day there is one")
	}
}
