package keap

import (
	"context"
	"testing"
)

func TestBackgroundMarksWhatComesOfIt(t *testing.T) {
	plain := t.Context()
	below, cancel := context.WithCancel(Background(plain))
	defer cancel()
	if isBackground(plain) || !isBackground(below) {
		t.Errorf("plain %v, below %v", isBackground(plain), isBackground(below))
	}
}
