package portal

import (
	"strconv"
	"testing"
	"time"
)

// A flood of askers takes no more memory than the gate has places, and stops nobody else.
func TestTheGateForgetsWhatItHasNoPlaceFor(t *testing.T) {
	g, now := newGate(1, time.Minute), time.Now()
	for i := range 3 * g.places {
		if !g.passes(strconv.Itoa(i), now) {
			t.Fatalf("asker %d is stopped", i)
		}
		if len(g.askers) > g.places {
			t.Fatalf("%d askers are remembered", len(g.askers))
		}
	}
	if g.passes(strconv.Itoa(3*g.places-1), now) || !g.passes(strconv.Itoa(3*g.places-1), now.Add(time.Minute)) {
		t.Error("the last asker is not counted, or for too long")
	}
}
