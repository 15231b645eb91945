package portal_test

import (
	"context"
	"net/http"
	"testing"

	"tributary/internal/attribution"
	"tributary/internal/pass"
)

// wishes keeps who wants no digest, as letter.Letters does.
type wishes map[string]bool

func (w wishes) IsOff(_ context.Context, _ attribution.AccountID, affiliate string) (bool, error) {
	return w[affiliate], nil
}

func (w wishes) SetOff(_ context.Context, _ attribution.AccountID, affiliate string, off bool) error {
	w[affiliate] = off
	return nil
}

// Remember keeps a language beside the wishes.
func (w wishes) Remember(_ context.Context, _ attribution.AccountID, affiliate, language string) error {
	w[affiliate+" reads "+language] = true
	return nil
}

// TestALoginTellsTheLanguage: the weekly mail is in that of the page.
func TestALoginTellsTheLanguage(t *testing.T) {
	d := newDesk(t, options{})
	d.affiliate(attribution.Affiliate{ID: "42"})
	d.do(http.MethodPost, d.link("42"), nil, "Accept-Language", "de-CH,en;q=0.5")
	if !d.off["42 reads de-CH,en"] || len(d.off) != 1 {
		t.Errorf("remembered are %v", d.off)
	}
}

func TestTheWayOutOfTheDigest(t *testing.T) {
	d := newDesk(t, options{})
	d.affiliate(attribution.Affiliate{ID: "42"})
	token, err := d.passes.Issue(t.Context(), pass.Unsubscribe, pass.Holder{Account: account, Affiliate: "42"})
	if err != nil {
		t.Fatal(err)
	}
	way := "/portal/digest/" + token
	for range 3 { // a mail scanner
		wantStatus(t, "opening it", d.do(http.MethodGet, way, nil), http.StatusOK, `<form method="post" action="`+way+`">`)
	}
	if d.off["42"] {
		t.Fatal("opening it ends the digest")
	}
	// A mail program posts by itself: no session, no origin.
	wantStatus(t, "one click", d.do(http.MethodPost, way, nil), http.StatusOK, "The weekly mail has ended")
	wantStatus(t, "again", d.do(http.MethodPost, way, nil), http.StatusOK, "The weekly mail has ended")
	wantStatus(t, "opening it then", d.do(http.MethodGet, way, nil), http.StatusOK, "The weekly mail has ended")
	if !d.off["42"] || len(d.off) != 1 {
		t.Errorf("off are %v", d.off)
	}
	wantStatus(t, "a forged one", d.do(http.MethodPost, way[:len(way)-4]+"AAAA", nil), http.StatusGone, "does not work any more")
	wantStatus(t, "a card", d.do(http.MethodPost, "/portal/digest/"+d.card("42")[len("/portal/card/"):], nil), http.StatusGone, "does not work any more")
}

func TestTheDigestsSwitch(t *testing.T) {
	d := newDesk(t, options{})
	d.affiliate(attribution.Affiliate{ID: "42"})
	cookie := d.signIn("42")
	wantStatus(t, "on at first", d.do(http.MethodGet, "/portal/digest", cookie), http.StatusOK, "Your weekly mail is on")
	if w := d.do(http.MethodPost, "/portal/digest/off", cookie); w.Code != http.StatusSeeOther || !d.off["42"] {
		t.Errorf("switching it off: %d, %v", w.Code, d.off)
	}
	wantStatus(t, "off", d.do(http.MethodGet, "/portal/digest", cookie), http.StatusOK, "Send me the weekly mail")
	if w := d.do(http.MethodPost, "/portal/digest/on", cookie); w.Code != http.StatusSeeOther || d.off["42"] {
		t.Errorf("switching it on: %d, %v", w.Code, d.off)
	}
	wantStatus(t, "a forged form", d.do(http.MethodPost, "/portal/digest/off", cookie, "Sec-Fetch-Site", "cross-site"), http.StatusForbidden, "Nothing was done")
	wantStatus(t, "nobody", d.do(http.MethodPost, "/portal/digest/off", nil), http.StatusUnauthorized, "You are not signed in")
}
