package keap_test

import (
	"testing"

	"tributary/internal/keap"
	"tributary/internal/keap/keaptest"
	"tributary/internal/keap/sandbox"
)

func TestAffiliate(t *testing.T) {
	box, base := keaptest.Serve(t, sandbox.Options{})
	client := keaptest.Client(t, base)
	ann := box.AddAffiliate(sandbox.Affiliate{Code: "ann1", Name: "Ann", Status: "INACTIVE"})

	found, err := client.Affiliate(t.Context(), ann.ID)
	want := keap.Affiliate{ID: ann.ID, Code: "ann1", Name: "Ann", Status: keap.AffiliateInactive, ContactID: ann.ContactID}
	if err != nil || found != want {
		t.Errorf("got %+v, %v; want %+v", found, err, want)
	}
	// The words are other pages of Keap, and the path is somebody else's contact.
	for _, id := range []string{ann.ContactID, "999999", "0", "", "summaries", "redirects", "model", "..", "../contacts/1001", "-1", "1e3", "101?x=1"} {
		if _, err := client.Affiliate(t.Context(), id); !keap.IsNotFound(err) {
			t.Errorf("id %q: got %v, want not found", id, err)
		}
	}
	if calls := box.Calls()["getAffiliate"]; calls != 4 {
		t.Errorf("%d calls, want one for each id that can be one", calls)
	}
}

func TestAffiliateByCode(t *testing.T) {
	box, base := keaptest.Serve(t, sandbox.Options{})
	client := keaptest.Client(t, base)
	zeros := box.AddAffiliate(sandbox.Affiliate{Code: "00123", Name: "Zeros"})
	short := box.AddAffiliate(sandbox.Affiliate{Code: "123", Name: "Short"})
	mixed := box.AddAffiliate(sandbox.Affiliate{Code: "Maria", Name: "Maria"})
	upper := box.AddAffiliate(sandbox.Affiliate{Code: "OAK", Name: "Upper"})
	box.AddAffiliate(sandbox.Affiliate{Code: "Oak", Name: "Mixed"})
	tests := []struct{ code, id string }{
		{"maria", mixed.ID}, {"MARIA", mixed.ID}, {"OAK", upper.ID}, {"oak", ""}, // oak: one of two
		{"00123", zeros.ID}, {"123", short.ID}, {"Maria", mixed.ID},
		{"0123", ""}, {"Mar*", ""}, {"*", ""}, {"", ""}, {"123;status==ACTIVE", ""}, {"1 OR 1", ""},
	}
	for _, test := range tests {
		found, err := client.AffiliateByCode(t.Context(), test.code)
		if found.ID != test.id || keap.IsNotFound(err) != (test.id == "") {
			t.Errorf("code %q: got %+v, %v; want id %q", test.code, found, err, test.id)
		}
	}
}

func TestAffiliatesByPages(t *testing.T) {
	box, base := keaptest.Serve(t, sandbox.Options{})
	client := keaptest.Client(t, base)
	for range 5 {
		box.AddAffiliate(sandbox.Affiliate{Name: "Ann"})
	}
	var ids, token, pages = []string{}, "", 0
	for {
		page, next, err := client.Affiliates(t.Context(), token, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, affiliate := range page {
			ids = append(ids, affiliate.ID)
		}
		pages++
		if token = next; token == "" {
			break
		}
	}
	if len(ids) != 5 || pages != 3 {
		t.Errorf("got %v in %d pages", ids, pages)
	}
	if _, _, err := client.Affiliates(t.Context(), "no token of ours", 2); !keap.IsRefused(err) {
		t.Errorf("a wrong token: got %v, want a refusal", err)
	}
}

func TestCreateAffiliate(t *testing.T) {
	box, base := keaptest.Serve(t, sandbox.Options{})
	client := keaptest.Client(t, base)
	contact := box.AddContact("ann@example.com", "Ann", "Able")

	made, err := client.CreateAffiliate(t.Context(), keap.NewAffiliate{Code: "annable", ContactID: contact.ID})
	want := keap.Affiliate{ID: made.ID, Code: "annable", Name: "Ann Able", Status: keap.AffiliateInactive, ContactID: contact.ID}
	if err != nil || made != want || made.ID == "" {
		t.Errorf("got %+v, %v; want %+v", made, err, want)
	}
	for _, refused := range []keap.NewAffiliate{
		{Code: "annable", ContactID: contact.ID}, // there is one
		{Code: "1ann", ContactID: contact.ID},
		{Code: "an n1", ContactID: contact.ID},
		{Code: "ann", ContactID: contact.ID},
		{Code: "bella", ContactID: "999999"},
		{Code: "bella"},
	} {
		_, err := client.CreateAffiliate(t.Context(), refused)
		if !keap.IsRefused(err) || keap.MayHaveApplied(err) {
			t.Errorf("%+v: got %v, want a refusal", refused, err)
		}
	}
}
