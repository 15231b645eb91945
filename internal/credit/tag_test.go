package credit_test

import (
	"testing"

	"github.com/google/uuid"

	"tributary/internal/credit"
)

func TestTagged(t *testing.T) {
	id := uuid.MustParse("0198c0d2-e7a0-7abc-8def-0123456789ab")
	for source, want := range map[string]struct {
		id   uuid.UUID
		ours bool
	}{
		"tributary:0198c0d2-e7a0-7abc-8def-0123456789ab":   {id, true},
		"TRIBUTARY:0198C0D2-E7A0-7ABC-8DEF-0123456789AB":   {id, true},
		"tributary:{0198c0d2-e7a0-7abc-8def-0123456789ab}": {uuid.Nil, true},
		"tributary:":   {uuid.Nil, true},
		"tributary":    {uuid.Nil, false},
		"tributaries:": {uuid.Nil, false},
		"":             {uuid.Nil, false},
		" tributary:0198c0d2-e7a0-7abc-8def-0123456789ab": {uuid.Nil, false},
	} {
		if got, ours := credit.Tagged(source); got != want.id || ours != want.ours {
			t.Errorf("%q: %s %v", source, got, ours)
		}
	}
}
