package attribution

import "time"

// Tally counts what an affiliate brought. UniqueClicks counts each visitor once and People each person once, at the
// hour of the first, so that tallies of any two spans add up.
type Tally struct {
	Clicks       int64 `json:"clicks"`
	UniqueClicks int64 `json:"unique_clicks"`
	OptIns       int64 `json:"optins"`
	People       int64 `json:"people"`
	Referrals    int64 `json:"referrals"`
}

// Add returns the sum of both.
func (t Tally) Add(o Tally) Tally {
	return Tally{t.Clicks + o.Clicks, t.UniqueClicks + o.UniqueClicks, t.OptIns + o.OptIns, t.People + o.People, t.Referrals + o.Referrals}
}

// Hour is a count of hours since 1970 in UTC, the grain of all counters: fine enough for a day in any whole-hour zone.
type Hour int64

// HourOf returns the hour that a time lies in.
func HourOf(t time.Time) Hour { return Hour(t.Unix() / 3600) }

// Time is the start of the hour.
func (h Hour) Time() time.Time { return time.Unix(int64(h)*3600, 0).UTC() }

// HourTally is the tally of one hour.
type HourTally struct {
	Hour Hour
	Tally
}
