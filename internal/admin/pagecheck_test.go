package admin_test

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"tributary/internal/auth"
	"tributary/internal/doctor"
	"tributary/internal/webhooks"
)

func TestAPageIsCheckedFromTheDesk(t *testing.T) {
	d := newDesk(t)
	manager := d.as(auth.Manager)
	at := d.post("/admin/sites", manager, url.Values{"name": {"Shop"}, "origins": {"https://shop.example.com"}})
	site, _, _ := strings.Cut(strings.TrimPrefix(at, "/admin/sites/"), "?")
	check := func(page string, want int, says ...string) string {
		t.Helper()
		w := d.do(http.MethodPost, "/admin/sites/"+site+"/check", manager, url.Values{"page": {page}}.Encode())
		if w.Code != want {
			t.Errorf("%s: %d, want %d", page, w.Code, want)
		}
		has(t, w.Body.String(), says...)
		return w.Body.String()
	}
	has(t, d.get("/admin/sites/"+site, manager), `value="https://shop.example.com/"`)
	hasNot(t, d.get("/admin/sites/"+site, d.as(auth.Viewer)), "Look at it")
	d.examined = doctor.Report{URL: "https://shop.example.com/webinar", Findings: []doctor.Finding{
		{Level: doctor.Problem, Code: "tag_missing", Text: "the page's HTML does not carry <b>the tag</b>", Do: "Paste the tag."}, {Level: doctor.OK, Text: "form id=a: ready"},
	}}
	page := check(" https://shop.example.com/w ", 200, "Problem</span>", "The page&#39;s HTML does not carry &lt;b&gt;the tag&lt;/b&gt;", "Paste the tag.", "Well</span>", "https://shop.example.com/webinar", `<details id="check" open>`)
	hasNot(t, page, "<b>the tag")
	if d.asks[0] != site+" https://shop.example.com/w" {
		t.Errorf("asked for %q", d.asks)
	}
	for _, wrong := range []string{"", "shop.example.com", "ftp://shop.example.com", "https://", "javascript:alert(1)", "https://u:p@shop.example.com/", "https://shop.example.com/" + strings.Repeat("x", 2000)} {
		check(wrong, 422, "It must be the address of a page", `aria-invalid="true"`)
	}
	d.refused = fmt.Errorf("reading the page: %w", &webhooks.Inside{Address: netip.MustParseAddr("10.1.2.3"), What: "a private network"})
	hasNot(t, check("https://inside.example.com/", 422, "leads to a private network, where this collector does not go"), "10.1.2.3")
	d.refused = nil
	for range 8 {
		check("https://shop.example.com/", 200)
	}
	check("https://shop.example.com/", 429, "wait a few seconds")
	if len(d.asks) != 10 {
		t.Errorf("%d pages were looked at", len(d.asks))
	}
	d.now = d.now.Add(6 * time.Second)
	check("https://shop.example.com/", 200)
	if w := d.do(http.MethodPost, "/admin/sites/st_none/check", manager, "page=https://a.example.com/"); w.Code != http.StatusNotFound {
		t.Errorf("of a site that is not there: %d", w.Code)
	}
}
