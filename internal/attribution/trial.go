package attribution

import "github.com/google/uuid"

// A test of the owner's (?tributary_test=1) has ids that say so: version 8 of UUIDs with these two bytes in its middle.
// Such an id stands in the hidden field of a form and in a vendor's utm key, so that what a form tool sends back of a
// test is known for one, whichever door it comes through, and even before the page's own word. The other end of this is
// snippet/src/uuid7.ts.
const testHigh, testLow = 0x87, 0xe5

// IsTestID reports whether an id was made in a test.
func IsTestID(id uuid.UUID) bool {
	return id[6] == testHigh && id[7] == testLow && id.Variant() == uuid.RFC4122
}

// IsTest reports whether an event is a test: it says so itself, or it is of an opt-in that is one. It is kept, and counts
// nowhere.
func (e Event) IsTest() bool {
	return e.Test || IsTestID(e.ID) || IsTestID(e.Joins)
}
