package admin_test

import (
	"net/http"
	"testing"

	"tributary/internal/auth"
)

func TestTheDeskIsWholeInASecondLanguage(t *testing.T) {
	d := inBrackets(t)
	owner := d.as(auth.Owner)
	wholeIn(t, d, owner, []string{"/admin/nowhere"})
	whole(t, "leaving", d.read(http.MethodPost, "/admin/leave", owner, ""))
}
