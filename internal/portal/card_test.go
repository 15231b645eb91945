package portal_test

import (
	"net/http"
	"strings"
	"testing"

	"tributary/internal/attribution"
	"tributary/internal/pass"
)

func (d *desk) card(affiliate string) string {
	d.t.Helper()
	token, err := d.passes.Issue(d.t.Context(), pass.Card, pass.Holder{Account: account, Affiliate: affiliate})
	if err != nil {
		d.t.Fatal(err)
	}
	return "/portal/card/" + token
}

func TestACardShowsCountsAndNobodysAddress(t *testing.T) {
	d := newDesk(t, options{cardOrigins: []string{"https://members.example.com", "https://*.example.org"}})
	d.affiliate(attribution.Affiliate{ID: "42", Code: "maria", Name: "Maria <b>Rossi"})
	d.affiliate(attribution.Affiliate{ID: "43", Name: "Sam Lee"})
	for range 3 {
		d.ingest(click("42", d.now))
	}
	d.ingest(optIn("42", "quentin@quince.example", d.now), optIn("43", "walter@walnut.example", d.now), optIn("43", "wilma@walnut.example", d.now))
	w := d.do(http.MethodGet, d.card("42"), nil)
	wantStatus(t, "the card", w, http.StatusOK, "Maria &lt;b&gt;Rossi")
	page := w.Body.String()
	for _, want := range []string{`<dt>Clicks</dt><dd><data value="3">`, `<dt>Opt-ins</dt><dd><data value="1">`, `<dt>Credited</dt><dd><data value="0">`} {
		if !strings.Contains(page, want) {
			t.Errorf("it lacks %s", want)
		}
	}
	for _, foreign := range []string{"quince", "qu•", "@", "Sam", "walnut", "/login/"} {
		if strings.Contains(page, foreign) {
			t.Errorf("it tells %s", foreign)
		}
	}
	h := w.Header()
	if csp := h.Get("Content-Security-Policy"); !strings.HasSuffix(csp, "frame-ancestors https://members.example.com https://*.example.org") || strings.Contains(csp, "unsafe") || !strings.HasPrefix(csp, "default-src 'none'") {
		t.Errorf("the policy is %s", csp)
	}
	if h.Get("Referrer-Policy") != "no-referrer" || h.Get("X-Content-Type-Options") != "nosniff" || len(w.Result().Cookies()) != 0 {
		t.Errorf("the headers are %v", h)
	}
}

func TestACardStandsNowhereUnlessTheOwnerSaysSo(t *testing.T) {
	d := newDesk(t, options{})
	d.affiliate(attribution.Affiliate{ID: "42"})
	if csp := d.do(http.MethodGet, d.card("42"), nil).Header().Get("Content-Security-Policy"); !strings.HasSuffix(csp, "frame-ancestors 'none'") {
		t.Errorf("the policy is %s", csp)
	}
	// The pages that one is signed in to are framed by nobody, whatever the card may be.
	framed := newDesk(t, options{cardOrigins: []string{"https://members.example.com"}})
	framed.affiliate(attribution.Affiliate{ID: "42"})
	if csp := framed.do(http.MethodGet, "/portal", framed.signIn("42")).Header().Get("Content-Security-Policy"); !strings.Contains(csp, "frame-ancestors 'none'") {
		t.Errorf("the page's policy is %s", csp)
	}
}

func TestCardsThatAreVoid(t *testing.T) {
	d := newDesk(t, options{})
	d.affiliate(attribution.Affiliate{ID: "42"})
	d.affiliate(attribution.Affiliate{ID: "44", Gone: d.now})
	card := d.card("42")
	if err := d.passes.Revoke(t.Context(), pass.Card, pass.Holder{Account: account, Affiliate: "42"}); err != nil {
		t.Fatal(err)
	}
	bell, err := d.passes.Issue(t.Context(), pass.Doorbell, pass.Holder{Account: account, Affiliate: "42"})
	if err != nil {
		t.Fatal(err)
	}
	for name, address := range map[string]string{
		"revoked": card, "of somebody unknown": d.card("99"), "of somebody who is gone": d.card("44"), "forged": card[:len(card)-3] + "AAA", "another pass": "/portal/card/" + bell,
	} {
		wantStatus(t, name, d.do(http.MethodGet, address, nil), http.StatusGone, "does not work any more")
	}
	wantStatus(t, "the new one", d.do(http.MethodGet, d.card("42"), nil), http.StatusOK, "Clicks")
}

func TestTheCardsScriptIsFoundFromOtherSites(t *testing.T) {
	d := newDesk(t, options{})
	w := d.do(http.MethodGet, d.card("42")+"/card.js", nil)
	if w.Code != http.StatusFound || !strings.HasPrefix(w.Header().Get("Location"), "/assets/card.") || w.Header().Get("Cross-Origin-Resource-Policy") != "cross-origin" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}
