package admin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"tributary/internal/attribution"
	"tributary/internal/auth"
	"tributary/internal/hooks"
	"tributary/internal/store"
)

// needs says which role each route of what is set up needs. A route that is missing here fails the test.
var needs = map[string]auth.Role{
	"GET /admin/affiliates": auth.Viewer, "POST /admin/affiliates": auth.Manager, "GET /admin/affiliates/new": auth.Manager,
	"POST /admin/affiliates/sync": auth.Manager, "GET /admin/affiliates/unknown": auth.Viewer, "POST /admin/affiliates/unknown": auth.Manager,
	"GET /admin/affiliates/:id": auth.Viewer, "POST /admin/affiliates/:id/login-link": auth.Manager, "POST /admin/affiliates/:id/doorbell": auth.Manager,

	"GET /admin/sites": auth.Viewer, "POST /admin/sites": auth.Manager, "GET /admin/sites/new": auth.Manager, "GET /admin/sites/:key": auth.Viewer,
	"POST /admin/sites/:key": auth.Manager, "POST /admin/sites/:key/origins": auth.Manager, "POST /admin/sites/:key/check": auth.Manager, "GET /admin/sites/:key/delete": auth.Manager,
	"POST /admin/sites/:key/delete": auth.Manager,

	"GET /admin/hooks": auth.Viewer, "POST /admin/hooks": auth.Manager, "GET /admin/hooks/new": auth.Manager, "POST /admin/hooks/keap": auth.Manager,
	"GET /admin/hooks/:id": auth.Viewer, "POST /admin/hooks/:id": auth.Manager, "GET /admin/hooks/:id/delete": auth.Manager,
	"POST /admin/hooks/:id/delete": auth.Manager, "GET /admin/hooks/:id/payloads/:payload": auth.Manager, "POST /admin/hooks/:id/payloads/:payload/retry": auth.Manager,

	"GET /admin/keap": auth.Viewer, "GET /admin/keap/back": auth.Viewer, "POST /admin/keap/check": auth.Owner, "POST /admin/keap/login": auth.Owner, "POST /admin/keap/key": auth.Owner,
	"POST /admin/keap/tenant": auth.Owner, "GET /admin/keap/disconnect": auth.Owner, "POST /admin/keap/disconnect": auth.Owner,
	"GET /admin/keap/reconcile": auth.Viewer, "POST /admin/keap/reconcile": auth.Manager, "GET /admin/keap/reconcile/fix": auth.Manager,
	"POST /admin/keap/backfill": auth.Manager,

	"GET /admin/settings": auth.Viewer, "POST /admin/settings": auth.Manager, "POST /admin/settings/review": auth.Manager,
	"GET /admin/whatif": auth.Viewer,
}

func isOfSetUp(path string) bool {
	for _, of := range []string{"affiliates", "sites", "hooks", "keap", "settings", "whatif"} {
		if rest, ok := strings.CutPrefix(path, "/admin/"+of); ok && (rest == "" || rest[0] == '/') {
			return true
		}
	}
	return false
}

func TestEachRouteOfTheSetUpNeedsItsRole(t *testing.T) {
	d := newDesk(t)
	cookies := map[auth.Role]*http.Cookie{}
	for _, role := range auth.Roles {
		cookies[role] = d.as(role)
	}
	tried := 0
	for _, r := range d.Routes() {
		if !isOfSetUp(r.Path) {
			continue
		}
		tried++
		needed, known := needs[r.Method+" "+r.Path]
		if !known {
			t.Errorf("%s %s is not in the table: say which role it needs", r.Method, r.Path)
			continue
		}
		path := strings.NewReplacer(":key", "st_none", ":id", "404", ":payload", "none").Replace(r.Path)
		if w := d.do(r.Method, path, nil, "x=1"); w.Code != http.StatusUnauthorized {
			t.Errorf("%s %s for nobody: %d", r.Method, path, w.Code)
		}
		for _, role := range auth.Roles {
			w := d.do(r.Method, path, cookies[role], "x=1")
			if denied := w.Code == http.StatusForbidden; denied == role.May(needed) || w.Code == http.StatusUnauthorized || w.Code >= 500 {
				t.Errorf("%s %s as %s: %d", r.Method, path, role, w.Code)
			}
		}
	}
	if tried != len(needs) {
		t.Errorf("%d routes are there, the table has %d", tried, len(needs))
	}
	if len(d.failed) > 0 {
		t.Errorf("handed on to the server: %v", d.failed)
	}
}

// hostile are texts that would do something where they slipped through as markup.
var hostile = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `'><svg/onload=alert(1)>`, `</textarea><script>alert(1)</script>`, `</title><script>alert(1)</script>`,
	`javascript:alert(1)`, `{{.}}`, `${alert(1)}`, "\u202eevil", `</option></select><script>alert(1)</script>`, `&lt;script&gt;`, `" autofocus onfocus=alert(1) x="`,
}

func TestHostileTextsStayTexts(t *testing.T) {
	d := newDesk(t)
	cookie := d.as(auth.Owner)
	var pages []string
	for i, text := range hostile {
		at, _, _ := strings.Cut(d.post("/admin/sites", cookie, url.Values{"name": {text}, "origins": {"https://example.com"}}), "?")
		key := strings.TrimPrefix(at, "/admin/sites/")
		id := string(rune('1' + i%9))
		d.know(attribution.Affiliate{ID: id, Name: text, Code: "c" + id, Status: text, ContactID: text})
		w := d.do(http.MethodPost, "/admin/hooks", cookie, url.Values{"name": {text}, "site": {key}}.Encode())
		pages = append(pages, w.Body.String())
		all, err := d.hooks.List(t.Context(), "", 100)
		if err != nil || len(all) == 0 {
			t.Fatal(err)
		}
		h := all[len(all)-1]
		if _, err := d.hooks.Take(t.Context(), h, "text/"+text, []byte(`{"x":`+text)); err == nil {
			t.Errorf("%q was taken", text)
		}
		if err := d.hooks.Refuse(t.Context(), h, text, []byte(text), text); err != nil {
			t.Fatal(err)
		}
		payloads, err := d.hooks.Payloads(t.Context(), h.ID, hooks.Refused, "", 1)
		if err != nil || len(payloads) == 0 {
			t.Fatal(err)
		}
		q := store.Quarantined{ID: payloads[0].ID, Received: d.now, Site: key, Origin: text, Code: "forbidden_origin", Reason: text}
		if err := d.Store.Quarantine(t.Context(), q); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{at, at + "/delete", "/admin/affiliates/" + id, "/admin/hooks/" + h.ID, "/admin/hooks/" + h.ID + "/delete",
			"/admin/hooks/" + h.ID + "/payloads/" + payloads[0].ID.String(), "/admin/affiliates?q=" + url.QueryEscape(text), "/admin/affiliates?sort=" + url.QueryEscape(text),
			"/admin/affiliates?page=" + url.QueryEscape(text), at + "?done=" + url.QueryEscape(text), "/admin/hooks/" + h.ID + "?state=" + url.QueryEscape(text)} {
			pages = append(pages, d.get(path, cookie))
		}
		for _, path := range []string{"/admin/sites", "/admin/affiliates", at, "/admin/settings/review", "/admin/keap/key", "/admin/hooks/" + h.ID} {
			form := url.Values{}
			for _, name := range []string{"name", "origins", "id", "code", "email", "description", "key", "header", "cookie", "params", "tools", "official_form", "window", "rule", "map-email", "site"} {
				form.Set(name, text)
			}
			pages = append(pages, d.do(http.MethodPost, path, cookie, form.Encode()).Body.String())
		}
		pages = append(pages, d.do(http.MethodGet, "/admin/whatif?rule=first&window="+url.QueryEscape(text), cookie, "").Body.String())
	}
	for _, path := range []string{"/admin/sites", "/admin/affiliates", "/admin/hooks", "/admin/settings"} {
		pages = append(pages, d.get(path, cookie))
	}
	for _, page := range pages {
		for _, bad := range []string{"<script>", "<img src=x", "<svg/onload", `href="javascript:`, "<svg onload"} {
			if strings.Contains(page, bad) {
				t.Fatalf("%s is markup in %s", bad, page)
			}
		}
		if i := strings.Index(page, ` autofocus onfocus`); i > 0 && page[i-1] == '"' {
			t.Fatalf("an attribute slipped through: %s", page[max(0, i-80):i+40])
		}
	}
}
