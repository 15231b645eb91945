package admin_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"tributary/internal/auth"
)

// Who does not see the whole page must meet the error where the answer is mended.
func TestWhatIsWrongIsSaidAtItsField(t *testing.T) {
	d := newDesk(t)
	owner := d.as(auth.Owner)
	for path, at := range map[string]struct{ form, field string }{
		"/admin/users":            {form("email", "nonsense", "role", "viewer"), "email"},
		"/admin/keys":             {form("name", " ", "role", "viewer"), "name"},
		"/admin/account/password": {form("password", "short"), "password"},
		"/admin/welcome":          {form("password", "short"), "password"},
		"/admin/sites":            {form("name", "Landing pages", "origins", "no address"), "f-origins"},
		"/admin/webhooks":         {form("url", "nonsense", "email", "masked", "events", "optin.credited"), "url"},
	} {
		w := d.do(http.MethodPost, path, owner, at.form)
		there := regexp.MustCompile(`(?s)<(input|textarea)[^>]* id="` + at.field + `"[^>]* aria-invalid="true"( aria-describedby="[^"]*")? autofocus[^>]*>.{0,400}class="wrong"`)
		if w.Code != http.StatusUnprocessableEntity || !there.MatchString(w.Body.String()) {
			t.Errorf("%s answers %d and does not say at %s what is wrong", path, w.Code, at.field)
		}
	}
}

// TestAFilterThatIsWrongFindsNothingAndSaysSo: that nothing was looked for must not read as if there were nothing.
func TestAFilterThatIsWrongFindsNothingAndSaysSo(t *testing.T) {
	d := newDesk(t)
	cookie := d.as(auth.Manager)
	for path, says := range map[string]string{
		"/admin/optins?from=2026-13-45": "from must be a day such as",
		"/admin/outbox?from=2026-13-45": "from must be a day such as",
		"/admin/events?affiliate=0":     "affiliate",
	} {
		w := d.do(http.MethodGet, path, cookie, "")
		if body := w.Body.String(); w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, says) || strings.Contains(body, "card empty") {
			t.Errorf("%s: %d, %s", path, w.Code, body)
		}
	}
}
