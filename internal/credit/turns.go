package credit

import "hash/fnv"

// turns lets one job at a time write for a contact or a person, so that two opt-ins of one person see each other's work.
// Different names can share a turn: that costs a wait and nothing else. They are channels because a mutex stops the clock of
// testing/synctest.
type turns [64]chan struct{}

func newTurns() (t turns) {
	for i := range t {
		t[i] = make(chan struct{}, 1)
	}
	return t
}

// take waits for the turn and returns what ends it.
func (t *turns) take(name string) (end func()) {
	h := fnv.New32a()
	h.Write([]byte(name))
	turn := t[h.Sum32()%uint32(len(t))]
	turn <- struct{}{}
	return func() { <-turn }
}
