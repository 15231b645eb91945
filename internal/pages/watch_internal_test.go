package pages

import "testing"

func TestPagesThatNobodyHasOpenAreForgotten(t *testing.T) {
	w := NewWatch[string](nil)
	who := "42"
	_, leaveFirst, _ := w.join(who)
	_, leaveSecond, _ := w.join(who)
	leaveFirst()
	if len(w.pages) != 1 {
		t.Error("a page with a stream was forgotten")
	}
	leaveSecond()
	if len(w.pages) != 0 {
		t.Error("a page without streams is remembered")
	}
}
