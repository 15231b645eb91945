package keap_test

import (
	"fmt"
	"testing"
	"time"

	"tributary/internal/keap"
	"tributary/internal/keap/keaptest"
	"tributary/internal/keap/sandbox"
)

func TestCreateReferralAndFindIt(t *testing.T) {
	box, base := keaptest.Serve(t, sandbox.Options{})
	client := keaptest.Client(t, base)
	ann, lee := box.AddAffiliate(sandbox.Affiliate{Name: "Ann"}), box.AddContact("lee@example.com", "Lee", "")
	at := time.Date(2026, 5, 21, 16, 30, 0, 0, time.FixedZone("", 2*60*60))
	want := keap.Referral{
		ContactID: lee.ID, ReferralPartnerID: ann.ID, ReferralTime: at.UTC(), ExpirationTime: at.UTC().AddDate(0, 3, 0),
		IPAddress: "192.0.2.7", Source: "tributary:019", Description: "a form on example.com", ReferralType: keap.ReferralManual,
	}
	made, err := client.CreateReferral(t.Context(), keap.NewReferral{
		ContactID: lee.ID, ReferralPartnerID: ann.ID, ReferralTime: at, ExpirationTime: at.AddDate(0, 3, 0),
		IPAddress: "192.0.2.7", Source: "tributary:019", Description: "a form on example.com", ReferralType: keap.ReferralManual,
	})
	want.ID = made.ID
	if err != nil || made != want || made.ID == "" {
		t.Fatalf("got %+v, %v; want %+v", made, err, want)
	}
	page, next, err := client.Referrals(t.Context(), keap.ReferralFilter{ContactID: lee.ID, PartnerID: ann.ID, Source: "tributary:*"}, "", 0)
	if err != nil || len(page) != 1 || page[0] != want || next != "" {
		t.Errorf("got %+v, %q, %v", page, next, err)
	}
}

func TestReferralsByFilterAndPages(t *testing.T) {
	box, base := keaptest.Serve(t, sandbox.Options{})
	client := keaptest.Client(t, base)
	ann, lee := box.AddAffiliate(sandbox.Affiliate{Name: "Ann"}), box.AddContact("lee@example.com", "Lee", "")
	for n := range 5 {
		referral := keap.NewReferral{ContactID: lee.ID, ReferralPartnerID: ann.ID, Source: fmt.Sprintf("tributary:%d", n)}
		if _, err := client.CreateReferral(t.Context(), referral); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		filter  keap.ReferralFilter
		found   int
		refused bool
	}{
		{keap.ReferralFilter{}, 5, false},
		{keap.ReferralFilter{Source: "tributary:3"}, 1, false},
		{keap.ReferralFilter{Source: "tributary:*", PartnerID: ann.ID}, 5, false},
		{keap.ReferralFilter{Source: "tributary:9"}, 0, false},
		{keap.ReferralFilter{ContactID: "1"}, 0, false},
		{keap.ReferralFilter{Source: "*"}, 0, true},
		{keap.ReferralFilter{Source: "a*b"}, 0, true},
		{keap.ReferralFilter{Source: "a;contact_id!=1"}, 0, true},
		{keap.ReferralFilter{ContactID: "1;contact_id!=1"}, 0, true},
		{keap.ReferralFilter{PartnerID: "ann"}, 0, true},
	}
	for _, test := range tests {
		page, _, err := client.Referrals(t.Context(), test.filter, "", 1000)
		if len(page) != test.found || keap.IsRefused(err) != test.refused {
			t.Errorf("%+v: got %d, %v; want %d", test.filter, len(page), err, test.found)
		}
	}
	first, next, err := client.Referrals(t.Context(), keap.ReferralFilter{}, "", 3)
	if err != nil || len(first) != 3 || next == "" {
		t.Fatalf("got %d, %q, %v", len(first), next, err)
	}
	second, last, err := client.Referrals(t.Context(), keap.ReferralFilter{}, next, 3)
	if err != nil || len(second) != 2 || last != "" || second[0] == first[0] {
		t.Errorf("got %d, %q, %v", len(second), last, err)
	}
}

func TestReferralToNobodyIsNotSent(t *testing.T) {
	box, base := keaptest.Serve(t, sandbox.Options{})
	client := keaptest.Client(t, base)
	for _, referral := range []keap.NewReferral{{}, {ContactID: "null", ReferralPartnerID: "101"}, {ContactID: "1001"}, {ContactID: "1001", ReferralPartnerID: "ann"}} {
		_, err := client.CreateReferral(t.Context(), referral)
		if !keap.IsRefused(err) || keap.MayHaveApplied(err) {
			t.Errorf("%+v: got %v, want a refusal", referral, err)
		}
	}
	if calls := box.Calls()["createReferral"]; calls != 0 {
		t.Errorf("%d calls", calls)
	}
}

// A look that takes a wrong answer for "nothing there" leads to the second referral.
func TestOnlyAListIsAList(t *testing.T) {
	tests := []struct {
		name, body string
		ok         bool
	}{
		{"an empty list", `{"referrals":[]}`, true},
		{"an empty list that is left out", `{}`, true},
		{"only the token of the next page", `{"next_page_token":"2"}`, true},
		{"null for a list", `{"referrals":null,"next_page_token":null}`, true},
		{"nothing", ``, false},
		{"null", `null`, false},
		{"an array", `[]`, false},
		{"a page", `<html></html>`, false},
		{"an error with status 200", `{"code":500,"message":"Internal error"}`, false},
		{"a gateway's fault with status 200", `{"fault":{"faultstring":"x"}}`, false},
		{"another list", `{"data":[]}`, false},
		{"a text for a list", `{"referrals":"none"}`, false},
		{"a list that is cut", `{"referrals":[`, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			client := inProcess(t, answers(200, test.body), func(*keap.Config) {})
			page, _, err := client.Referrals(t.Context(), keap.ReferralFilter{}, "", 0)
			if (err == nil) != test.ok || len(page) != 0 {
				t.Errorf("got %v, %v; want ok: %v", page, err, test.ok)
			}
		})
	}
}

func TestReferralsAreDecodedLeniently(t *testing.T) {
	body := `{"referrals":[
		{"id":1,"contact_id":22,"referral_partner_id":"3","referral_time":"2024-05-21T23:00:00.000+0000","new":{"field":[]}},
		{"id":"2","referral_time":"soon","expiration_time":null,"source":{"not":"a text"}}],"next_page_token":5}`
	client := inProcess(t, answers(200, body), func(*keap.Config) {})
	page, next, err := client.Referrals(t.Context(), keap.ReferralFilter{}, "", 0)
	if err != nil || len(page) != 2 || next != "5" {
		t.Fatalf("got %+v, %q, %v", page, next, err)
	}
	want := keap.Referral{ID: "1", ContactID: "22", ReferralPartnerID: "3", ReferralTime: time.Date(2024, 5, 21, 23, 0, 0, 0, time.UTC)}
	if page[0] != want || page[1] != (keap.Referral{ID: "2"}) {
		t.Errorf("got %+v", page)
	}
}

func TestAPageThatFollowsItselfIsAnError(t *testing.T) {
	client := inProcess(t, answers(200, `{"referrals":[],"next_page_token":"same"}`), func(*keap.Config) {})
	if _, _, err := client.Referrals(t.Context(), keap.ReferralFilter{}, "same", 0); err == nil {
		t.Error("a caller would turn this page for ever")
	}
}
