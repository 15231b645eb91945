package admin_test

import (
	"net/http"
	"testing"

	"tributary/internal/auth"
)

func TestTheDeskIsWholeInASecondLanguage(t *testing.T) {
	d := inBrackets(t)
	wholeIn(t, d, nil, []string{"/admin/login"})
	owner := d.as(auth.Owner)
	wholeIn(t, d, owner, []string{"/admin", "/admin/account", "/admin/users", "/admin/keys", "/admin/audit", "/admin/mails", "/admin/nowhere"}, "Password", "characters or more. A few words in a row are good.")
	whole(t, "leaving", d.read(http.MethodPost, "/admin/leave", owner, ""))
}
