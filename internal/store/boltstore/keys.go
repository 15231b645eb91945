package boltstore

import (
	"encoding/binary"
	"math"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// Every bucket of the file. Those of an account lie in a bucket named after it, below accountsBucket, so that no key
// needs an account and an account can be moved or dropped as a whole.
//
//	bucket              key                                     value (each followed by its checksum)
//	accounts/A/events   event id                                the event, compact; see eventcodec.go
//	accounts/A/visits   visitor id                              string numbers of the refs that the visitor is counted for
//	accounts/A/pending  ref 00 visitor id                       hour : counted under a code that is not resolved yet
//	accounts/A/counters ref 00 hour                             the five counts as uvarints; ref "" is the account
//	accounts/A/breakdowns ref 00 day (4 bytes)                  the parts of the day, compact; see parts.go
//	accounts/A/values   ref 00 dimension (1 byte)               flags, string numbers of the values that are told apart
//	accounts/A/strings  text                                    its number
//	accounts/A/numbers  number                                  its text
//	accounts/A/optins   opt-in id                               attribution.OptIn as JSON
//	accounts/A/joins    an id that an opt-in event claimed      the id of the opt-in that it belongs to, where that is another
//	accounts/A/time     time, opt-in id                         -
//	accounts/A/owned    ref 00 status 00 time, opt-in id        -
//	accounts/A/persons  person key, time, opt-in id             - : zeros while the person is not known
//	accounts/A/statuses status 00 time, opt-in id               -
//	accounts/A/people   person key                              the person's last earning touch as JSON
//	accounts/A/credits  person key, ref                         hour : the person is counted for the ref
//	accounts/A/partners Keap's affiliate id                     attribution.Affiliate as JSON
//	accounts/A/codes    affiliate code                          Keap's affiliate id now 00 the first one that had the code
//	accounts/A/networks network key, time, opt-in id            -
//	accounts/A/flagged  time, opt-in id                         - : of those with flags
//	accounts/A/parked   code 00 kind 00 time made, job id       -
//	accounts/A/referrals Keap's referral id                     who counts it: the id of an imported event, or nothing for an opt-in
//	accounts/A/news     time-ordered id                         store.News as JSON
//	accounts/A/undated  time received, event id                 - : of those whose id tells no time
//	jobs                account 00 job id                       store.Job as JSON
//	due                 lane, time, account 00 job id           - : no lane byte for the slow lane, see dueKey
//	quarantine          id                                      store.Quarantined as JSON
//	documents/K         key                                     version as uvarint, then the value
var (
	accountsBucket   = []byte("accounts")
	jobsBucket       = []byte("jobs")
	dueBucket        = []byte("due")
	quarantineBucket = []byte("quarantine")
	documentsBucket  = []byte("documents")
)

var topBuckets = [][]byte{accountsBucket, jobsBucket, dueBucket, quarantineBucket, documentsBucket}

var accountBuckets = []string{
	"events", "visits", "pending", "counters", "strings", "numbers", "optins", "joins", "time", "owned", "persons", "statuses",
	"people", "credits", "partners", "codes", "referrals", "breakdowns", "values", "news", "networks", "flagged", "parked", "undated",
}

const keyTimeLength = 8

// appendTime writes a time so that byte order is time order, to the millisecond. Flipping the sign bit puts times
// before 1970 first.
func appendTime(key []byte, t time.Time) []byte {
	return binary.BigEndian.AppendUint64(key, uint64(t.UnixMilli())^1<<63)
}

func keyTime(key []byte) time.Time {
	return time.UnixMilli(int64(binary.BigEndian.Uint64(key) ^ 1<<63)).UTC()
}

// appendEntry writes the tail that every opt-in index shares.
func appendEntry(prefix []byte, at time.Time, id uuid.UUID) []byte {
	return append(appendTime(prefix, at), id[:]...)
}

func entryID(key []byte) uuid.UUID {
	return uuid.UUID(key[len(key)-16:])
}

func entryTime(key []byte) time.Time {
	return keyTime(key[len(key)-16-keyTimeLength:])
}

func refPrefix(ref attribution.Ref) []byte { return append([]byte(ref.String()), 0) }

func statusPrefix(s attribution.Status) []byte { return append([]byte(s), 0) }

func counterKey(ref string, hour attribution.Hour) []byte {
	return binary.BigEndian.AppendUint64(append([]byte(ref), 0), uint64(hour))
}

func counterHour(key []byte) attribution.Hour {
	return attribution.Hour(binary.BigEndian.Uint64(key[len(key)-8:]))
}

// dayZero makes days before 1970 positive, so that byte order is time order.
const dayZero = 1 << 31

func dayKey(ref attribution.Ref, day attribution.Day) []byte {
	return binary.BigEndian.AppendUint32(refPrefix(ref), uint32(min(max(0, int64(day)+dayZero), math.MaxUint32)))
}

func keyDay(key []byte) attribution.Day {
	return attribution.Day(int64(binary.BigEndian.Uint32(key[len(key)-4:])) - dayZero)
}

func valuesKey(ref attribution.Ref, dimension uint8) []byte { return append(refPrefix(ref), dimension) }

func jobKey(account attribution.AccountID, id string) []byte {
	return append(append([]byte(account), 0), id...)
}

// dueKey is the place of a job in the schedule. The schedule has two lanes. Keys of the slow one begin with the time, whose
// first byte is 0x7f or more; those of the fast one have fastLane before it.
func dueKey(j *store.Job, key []byte) []byte { return append(appendTime(laneOf(j), j.Due), key...) }

const fastLane = 0x01

func laneOf(j *store.Job) []byte {
	if j.IsFresh() {
		return []byte{fastLane}
	}
	return nil
}

// lane is a part of the schedule: the keys with a prefix, or from one on.
type lane struct{ prefix, from []byte }

// lanes are the fast one and the slow one, whose keys are all that come after.
var lanes = [2]lane{{prefix: []byte{fastLane}}, {from: []byte{fastLane + 1}}}

// dueAt splits a key of the schedule into the due time and the job's key.
func dueAt(key []byte) (at time.Time, job []byte) {
	if key[0] == fastLane {
		key = key[1:]
	}
	return keyTime(key), key[keyTimeLength:]
}
