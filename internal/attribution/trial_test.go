package attribution_test

import (
	"testing"

	"github.com/google/uuid"

	"tributary/internal/attribution"
)

func TestIsTest(t *testing.T) {
	test := uuid.MustParse("0198c0d2-e7a0-87e5-8def-0123456789ab")
	real := uuid.MustParse("0198c0d2-e7a0-7abc-8def-0123456789ab")
	for _, c := range []struct {
		name string
		e    attribution.Event
		want bool
	}{
		{"an ordinary event", attribution.Event{ID: real}, false},
		{"an ordinary arrival of an ordinary opt-in", attribution.Event{ID: real, Joins: real}, false},
		{"one that says so", attribution.Event{ID: real, Test: true}, true},
		{"one with the id of a test", attribution.Event{ID: test}, true},
		{"a hook's, of a test opt-in", attribution.Event{ID: real, Joins: test}, true},
		{"version 8 of somebody else", attribution.Event{ID: uuid.MustParse("0198c0d2-e7a0-8abc-8def-0123456789ab")}, false},
		{"version 7 with one of our bytes", attribution.Event{ID: uuid.MustParse("0198c0d2-e7a0-77e5-8def-0123456789ab")}, false},
		{"no UUID of the RFC", attribution.Event{ID: uuid.MustParse("0198c0d2-e7a0-87e5-0def-0123456789ab")}, false},
	} {
		if got := c.e.IsTest(); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// A vendor stores the utm value of a test, and sends it back with the registrant.
func TestUTMValueOfATest(t *testing.T) {
	v, ok := attribution.ParseUTMValue("trb-code-maria-0198c0d2e7a087e58def0123456789ab")
	if !ok || v.Ref.Value != "maria" || !attribution.IsTestID(v.OptIn) {
		t.Errorf("%+v, %v", v, ok)
	}
}
