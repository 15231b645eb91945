package store

import (
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
)

// aheadOfTime is how much later than its arrival the time in an event's id may be: clocks differ.
const aheadOfTime = 10 * time.Minute

// IsUndated reports whether an event's id does not tell its time, as those of version 7 do: hooks and programs make theirs of
// something else. In the order of ids it stands anywhere.
func IsUndated(e attribution.Event) bool {
	return e.ID.Version() != 7 || TimeOf(e.ID).After(e.Received.Add(aheadOfTime))
}

// TimeOf is the time in an id of version 7.
func TimeOf(id uuid.UUID) time.Time {
	var ms int64
	for _, b := range id[:6] {
		ms = ms<<8 | int64(b)
	}
	return time.UnixMilli(ms).UTC()
}
