package mail

import "time"

const (
	firstWait   = 10 * time.Second
	longestWait = time.Hour
)

// patience is how long a mail is tried. Who waits for a login link has asked again or given up after half an hour; who is
// invited does not know of it, and nobody asks again for them.
var patience = map[Class]time.Duration{Login: 30 * time.Minute, Digest: 24 * time.Hour, Invite: 24 * time.Hour}

// next is when a mail that was put off attempt times is tried again; false when it is given up.
func next(m Mail, now time.Time) (time.Time, bool) {
	wait := firstWait
	for range m.Attempt - 1 {
		wait = min(3*wait, longestWait)
	}
	due := now.Add(wait)
	return due, due.Sub(m.Created) < patience[m.Class]
}
