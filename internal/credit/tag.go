package credit

import (
	"strings"

	"github.com/google/uuid"
)

// TagPrefix begins the source of every referral that we write.
const TagPrefix = "tributary:"

// Tagged returns the opt-in that a source names, and whether the source is ours at all: one that begins like ours and
// names no opt-in is ours and names the zero id.
func Tagged(source string) (id uuid.UUID, ours bool) {
	// Keap compares without case, and so must we: a source that comes back in another case would be taken for foreign.
	if len(source) < len(TagPrefix) || !strings.EqualFold(source[:len(TagPrefix)], TagPrefix) {
		return uuid.Nil, false
	}
	id, err := uuid.Parse(source[len(TagPrefix):])
	if err != nil || len(source) != len(TagPrefix)+36 {
		return uuid.Nil, true
	}
	return id, true
}
