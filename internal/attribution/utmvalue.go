package attribution

import (
	"regexp"
	"strings"

	"github.com/google/uuid"
)

// UTMValue is what the snippet puts into a utm key of an address that a vendor stores with the registrant, such as the
// address of EverWebinar's frame. It comes back by the vendor's webhook, or when the registrants are read.
//
//	trb-id-123-0198c0d2e7a07abc8def0123456789ab      Keap's affiliate 123
//	trb-code-maria-0198c0d2e7a07abc8def0123456789ab  the affiliate whose code is "maria"
//
// The last part is the opt-in's id, a UUID of version 7 (of a test: 8) without its hyphens. It is made when the frame is shown, so its
// time lies after the touch and before the opt-in. A frame can be used by several people: the id tells which opt-in
// this is only together with the e-mail. An owner who writes such a value by hand leaves the id and its hyphen out.
//
// All letters are of A-Z a-z 0-9 . _ ~ -, because EverWebinar's embed passes values on unencoded. The other end of this
// is snippet/src/utmValue.ts.
type UTMValue struct {
	Ref   Ref
	OptIn uuid.UUID // zero when the value was written by hand
}

// An affiliate's code may hold hyphens, so the id is recognised by its shape, at the end.
var utmValueShape = regexp.MustCompile(`^trb-(id|code)-(.+?)(?:-([0-9a-f]{12}[78][0-9a-f]{3}[89ab][0-9a-f]{15}))?$`)

// ParseUTMValue reads such a value. It reports false for all others: the same keys carry the customer's own campaigns.
func ParseUTMValue(s string) (UTMValue, bool) {
	parts := utmValueShape.FindStringSubmatch(strings.TrimSpace(s))
	if parts == nil {
		return UTMValue{}, false
	}
	ref, err := NewRef(RefKind(parts[1]), parts[2])
	if err != nil {
		return UTMValue{}, false
	}
	id, _ := uuid.Parse(parts[3])
	return UTMValue{Ref: ref, OptIn: id}, true
}
