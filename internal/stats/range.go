package stats

import (
	"fmt"
	"time"

	"tributary/internal/attribution"
)

const (
	// MaxDays bounds a range, and with it the cost of a report.
	MaxDays = 400
	// DefaultDays is how far a range reaches back when it has no start, with its last day.
	DefaultDays = 30

	dayLayout = "2006-01-02"
)

// Range is a span of whole hours, [From, To), and the time zone that its days are in. An hour belongs to the day in
// which it starts: in a zone that is half an hour off, half an hour of a day counts for its neighbour.
type Range struct {
	From, To attribution.Hour
	Zone     *time.Location
}

// BadRange says which part of a range cannot be used, and what to write instead.
type BadRange struct {
	Field   string // from, to or tz
	Value   string
	Problem string // a sentence for people
}

func (e *BadRange) Error() string { return fmt.Sprintf("%s=%q: %s", e.Field, e.Value, e.Problem) }

// ParseRange reads a range as a person or a program writes it. from and to are RFC 3339 times, or days such as
// 2026-11-01, where to is the last day that counts. A time inside an hour takes in the whole hour, because hours are
// what is counted. tz is an IANA name for the days, such as Europe/Vienna; empty means UTC. Without to the range ends
// with today, without from it starts 30 days before its end. The error is a *BadRange.
func ParseRange(from, to, tz string, now time.Time) (Range, error) {
	zone, err := time.LoadLocation(tz)
	if err != nil || tz == "Local" {
		return Range{}, &BadRange{"tz", tz, "there is no such time zone; write an IANA name such as Europe/Vienna, or leave it out for UTC"}
	}
	end, err := parseBound("to", to, zone, 1)
	if err != nil {
		return Range{}, err
	}
	if to == "" {
		end = startOfDay(now.In(zone), 1, zone)
	}
	start, err := parseBound("from", from, zone, 0)
	if err != nil {
		return Range{}, err
	}
	if from == "" {
		start = startOfDay(end.Add(-1).In(zone), 1-DefaultDays, zone)
	}
	return newRange(start, end, zone, from, to)
}

// LastDays is the range of the last n days, today among them.
func LastDays(n int, now time.Time, zone *time.Location) Range {
	today := now.In(zone)
	return Range{From: hourFrom(startOfDay(today, 1-n, zone)), To: hourFrom(startOfDay(today, 1, zone)), Zone: zone}
}

// Between is the range from one day of the calendar to another, both of them in it. Their times of day do not count.
func Between(first, last time.Time, zone *time.Location) Range {
	return Range{From: hourFrom(startOfDay(first, 0, zone)), To: hourFrom(startOfDay(last, 1, zone)), Zone: zone}
}

// First and Last are the first and the last day of the range, as midnights in UTC.
func (r Range) First() time.Time { return calendarDay(r.moment(r.From)) }
func (r Range) Last() time.Time  { return calendarDay(r.moment(r.To - 1)) }

// Days is how many days of the calendar the range has.
func (r Range) Days() int { return int(r.Last().Sub(r.First())/(24*time.Hour)) + 1 }

// Before is the range of as many days that ends where this one begins.
func (r Range) Before() Range {
	return Between(r.First().AddDate(0, 0, -r.Days()), r.First().AddDate(0, 0, -1), r.Zone)
}

// parseBound reads one end; of a day it takes the start of the day that lies the given number of days after it.
func parseBound(field, value string, zone *time.Location, days int) (time.Time, error) {
	if value == "" {
		return time.Time{}, nil
	}
	if day, err := time.Parse(dayLayout, value); err == nil {
		return startOfDay(day, days, zone), nil
	}
	t, err := time.Parse(time.RFC3339, value)
	if err != nil {
		return time.Time{}, &BadRange{field, value, "write a day such as 2026-11-01, or a time such as 2026-11-01T08:00:00Z"}
	}
	if days == 1 {
		return t.Add(time.Hour - 1).Truncate(time.Hour), nil
	}
	return t.Truncate(time.Hour), nil
}

func newRange(start, end time.Time, zone *time.Location, from, to string) (Range, error) {
	if !start.Before(end) {
		return Range{}, &BadRange{"from", from, "it must lie before to"}
	}
	if end.Sub(start) > MaxDays*24*time.Hour+time.Hour { // an hour more for the end of summer time
		return Range{}, &BadRange{"to", to, fmt.Sprintf("it lies more than %d days after from; ask for a shorter range", MaxDays)}
	}
	return Range{From: hourFrom(start), To: hourFrom(end), Zone: zone}, nil
}

// startOfDay is the first moment, in a zone, of the date that lies the given number of days after t's. Where summer time starts or
// ends at midnight that moment is 1:00, or the first of two midnights, and time.Date may give another day's 23:00.
func startOfDay(t time.Time, days int, zone *time.Location) time.Time {
	midnight := time.Date(t.Year(), t.Month(), t.Day()+days, 0, 0, 0, 0, zone)
	day := midnight.Add(12 * time.Hour).Day()
	start := midnight.Add(-2 * time.Hour)
	for start.Day() != day {
		start = start.Add(30 * time.Minute)
	}
	return start
}

// hourFrom is the first hour that starts at a time or after it.
func hourFrom(t time.Time) attribution.Hour { return attribution.HourOf(t.Add(time.Hour - 1)) }

func (r Range) moment(h attribution.Hour) time.Time { return h.Time().In(r.Zone) }

func (r Range) dayOf(h attribution.Hour) string { return r.moment(h).Format(dayLayout) }

// days lists every day of the range, empty. It walks the calendar, not the clock: see startOfDay.
func (r Range) days() []Day {
	first, last := r.moment(r.From), r.moment(r.To-1)
	days := make([]Day, 0, DefaultDays)
	for d := calendarDay(first); !d.After(calendarDay(last)); d = d.AddDate(0, 0, 1) {
		days = append(days, Day{Day: d.Format(dayLayout)})
	}
	return days
}

func calendarDay(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}
