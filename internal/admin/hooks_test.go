package admin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"tributary/internal/audit"
	"tributary/internal/auth"
	"tributary/internal/hooks"
)

func TestAHooksWholeLife(t *testing.T) {
	d := newDesk(t)
	cookie := d.as(auth.Manager)
	has(t, d.get("/admin/hooks", cookie), "No hook yet")
	has(t, d.wrong("/admin/hooks", cookie, url.Values{"name": {""}}), "Name must have 1 to 200 characters")
	has(t, d.wrong("/admin/hooks", cookie, url.Values{"name": {"x"}, "site": {"st_no"}}), "This site is gone")
	w := d.do(http.MethodPost, "/admin/hooks", cookie, "name=Form+tool")
	_, rest, ok := strings.Cut(w.Body.String(), "http://example.com/h/")
	token, _, _ := strings.Cut(rest, "<")
	if !ok || w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	h, err := d.hooks.Find(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	at := "/admin/hooks/" + h.ID
	hasNot(t, d.get(at, cookie), token)
	if _, err := d.hooks.Take(t.Context(), h, "application/json", []byte(`{"who":{"reach":"a@example.com"},"x":"<script>alert(1)</script>"}`)); err != nil {
		t.Fatal(err)
	}
	payloads, err := d.hooks.Payloads(t.Context(), h.ID, "", "", 10)
	if err != nil || len(payloads) != 1 {
		t.Fatalf("%v, %v", payloads, err)
	}
	has(t, d.get("/admin/hooks", cookie), "Form tool", "payload")
	has(t, d.get(at+"?state=refused", cookie), "None. Send a test")
	one := at + "/payloads/" + payloads[0].ID.String()
	page := d.get(one, cookie)
	has(t, page, "a@example.com", "&lt;script&gt;alert(1)")
	has(t, d.wrong(at, cookie, url.Values{"name": {"Form tool"}, "map-email": {strings.Repeat("x", 301)}}), "Mapping of email must be a place")
	has(t, d.get(d.post(at, cookie, url.Values{"name": {"Form tool"}, "map-email": {"who.reach"}}), cookie), "Saved.", `value="who.reach"`)
	has(t, d.get(d.post(one+"/retry", cookie, nil), cookie), "It was tried again", "Taken</span>", "who.reach", "/admin/optins/")
	has(t, d.get(at+"/delete", cookie), "Delete Form tool?")
	has(t, d.get(d.post(at+"/delete", cookie, nil), cookie), "The hook is deleted", "No hook yet")
	for _, action := range []string{"hook.create", "hook.change", "hook.retry", "hook.delete"} {
		log := strings.Join(d.logged(audit.Action(action)), "\n")
		if log == "" || strings.Contains(log, "secret") || strings.Contains(log, token) {
			t.Errorf("the log has of %s: %q", action, log)
		}
	}
}

func TestKeapsOwnHookIsLeftAlone(t *testing.T) {
	d := newDesk(t)
	cookie := d.as(auth.Manager)
	h, _, err := hooks.New(hooks.Hook{Account: account, Kind: hooks.Keap, Name: "Keap", Created: d.now})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.hooks.Save(t.Context(), h, 0); err != nil {
		t.Fatal(err)
	}
	hasNot(t, d.get("/admin/hooks/"+h.ID, cookie), "Delete this hook")
	for _, path := range []string{"", "/delete"} {
		if w := d.do(http.MethodPost, "/admin/hooks/"+h.ID+path, cookie, "name=x"); w.Code != http.StatusNotFound {
			t.Errorf("%q of Keap's hook: %d", path, w.Code)
		}
	}
	if w := d.do(http.MethodPost, "/admin/hooks/keap", cookie, ""); w.Header().Get("Location") != "/admin/keap" {
		t.Errorf("checking it without a connection leads to %q", w.Header().Get("Location"))
	}
}
