package portal_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"tributary/internal/attribution"
	"tributary/internal/pass"
)

func TestADoorbellMailsALinkAndOpensNothing(t *testing.T) {
	box := &postbox{}
	d := newDesk(t, options{mailer: box})
	d.affiliate(attribution.Affiliate{ID: "42", Name: "Maria Rossi"})
	token, err := d.passes.Issue(t.Context(), pass.Doorbell, pass.Holder{Account: account, Affiliate: "42"})
	if err != nil {
		t.Fatal(err)
	}
	bell := "/portal/a/" + token
	for range 3 { // a mail scanner
		wantStatus(t, "opening it", d.do(http.MethodGet, bell, nil), http.StatusOK, `<form method="post" action="`+bell+`">`)
	}
	if len(box.asked) != 0 {
		t.Fatal("opening it sends a mail")
	}
	for range 3 {
		w := d.do(http.MethodPost, bell, nil)
		wantStatus(t, "ringing", w, http.StatusOK, "Look into your inbox")
		if len(w.Result().Cookies()) != 0 || strings.Contains(w.Body.String(), "Maria") || strings.Contains(w.Body.String(), "@") {
			t.Error("it opens or tells something")
		}
	}
	wantStatus(t, "a fourth time", d.do(http.MethodPost, bell, nil), http.StatusTooManyRequests, "asked for too often")
	if fmt.Sprint(box.asked) != "[42 42 42]" {
		t.Errorf("asked for %v", box.asked)
	}
	wantStatus(t, "a forged form", d.do(http.MethodPost, bell, nil, "Sec-Fetch-Site", "cross-site"), http.StatusForbidden, "Nothing was done")
	wantStatus(t, "a card", d.do(http.MethodPost, "/portal/a/"+strings.TrimPrefix(d.card("42"), "/portal/card/"), nil), http.StatusGone, "does not work any more")
	if err := d.passes.Revoke(t.Context(), pass.Doorbell, pass.Holder{Account: account, Affiliate: "42"}); err != nil {
		t.Fatal(err)
	}
	wantStatus(t, "revoked", d.do(http.MethodPost, bell, nil), http.StatusGone, "does not work any more")
}

func TestADoorbellWithoutAMailServer(t *testing.T) {
	d := newDesk(t, options{})
	token, err := d.passes.Issue(t.Context(), pass.Doorbell, pass.Holder{Account: account, Affiliate: "42"})
	if err != nil {
		t.Fatal(err)
	}
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		wantStatus(t, method, d.do(method, "/portal/a/"+token, nil), http.StatusOK, "Ask the team that you promote for a login link")
	}
}
