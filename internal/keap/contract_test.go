package keap_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"tributary/internal/keap"
	"tributary/internal/keap/keaptest"
	"tributary/internal/keap/sandbox"
)

// TestContract holds Keap to what crediting relies on. It runs against Keap's double; and unchanged against a real account
// where the environment names one:
//
//	TRIBUTARY_CONTRACT_KEY        a service account key or personal access token
//	TRIBUTARY_CONTRACT_URL        the base URL; Keap's own when empty
//	TRIBUTARY_CONTRACT_AFFILIATE  the id of an active partner made for this. With it the writing cases run, too, which leave
//	                              a contact and a referral in the account: Keap has no way to delete a referral
//
// See web/docs/keap-connect.md.
func TestContract(t *testing.T) {
	c := newContract(t)
	t.Run("the key is taken", c.keyIsTaken)
	t.Run("a wrong key is refused as such", c.wrongKeyIsRefused)
	t.Run("an e-mail that nobody has finds nobody", c.nobodyIsFound)
	t.Run("a code that nobody has is not found", c.noCodeIsFound)
	t.Run("an id that nobody has is not found", c.noIDIsFound)
	t.Run("a page is no larger than asked for, and the next goes on", c.pagesGoOn)
	t.Run("a tag of ours that was never written is not found", c.noTagIsFound)
	if c.affiliate == "" {
		t.Log("the writing cases are left out: TRIBUTARY_CONTRACT_AFFILIATE is not set")
		return
	}
	t.Run("the partner is active, and found by its code", c.partnerIsFound)
	t.Run("its commissions are read", c.commissionsAreRead)
	t.Run("a referral is found by its tag", c.referralIsFound)
}

// contract is the Keap that is tried.
type contract struct {
	url, affiliate string
	client         *keap.Client
}

func newContract(t *testing.T) *contract {
	key, url := os.Getenv("TRIBUTARY_CONTRACT_KEY"), os.Getenv("TRIBUTARY_CONTRACT_URL")
	if key == "" {
		return newSandboxContract(t)
	}
	client, err := keap.New(keap.Config{BaseURL: url, Key: key})
	if err != nil {
		t.Fatal(err)
	}
	return &contract{url, os.Getenv("TRIBUTARY_CONTRACT_AFFILIATE"), client}
}

func newSandboxContract(t *testing.T) *contract {
	box, url := keaptest.Serve(t, sandbox.Options{})
	maple := box.AddAffiliate(sandbox.Affiliate{Code: "maple"})
	box.AddAffiliate(sandbox.Affiliate{Code: "birch"})
	return &contract{url, maple.ID, keaptest.Client(t, url)}
}

// nobody is an e-mail that no account has: the domain is reserved.
func nobody() string { return "tributary-" + uuid.NewString() + "@example.com" }

func (c *contract) keyIsTaken(t *testing.T) {
	info, err := c.client.UserInfo(t.Context())
	if err != nil || info.TenantID == "" {
		t.Errorf("told %+v, %v", info, err)
	}
}

func (c *contract) wrongKeyIsRefused(t *testing.T) {
	client, err := keap.New(keap.Config{BaseURL: c.url, Key: "KeapAK-none"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.UserInfo(t.Context()); !keap.IsKeyRefused(err) || keap.IsNotFound(err) {
		t.Errorf("a wrong key ends in %v", err)
	}
}

func (c *contract) nobodyIsFound(t *testing.T) {
	if found, err := c.client.ContactsByEmail(t.Context(), nobody()); err != nil || len(found) != 0 {
		t.Errorf("found %d, %v", len(found), err)
	}
}

func (c *contract) noCodeIsFound(t *testing.T) {
	if a, err := c.client.AffiliateByCode(t.Context(), "none"+strings.ReplaceAll(uuid.NewString(), "-", "")[:12]); !keap.IsNotFound(err) {
		t.Errorf("found %+v, %v", a, err)
	}
}

func (c *contract) noIDIsFound(t *testing.T) {
	if a, err := c.client.Affiliate(t.Context(), "999999999"); !keap.IsNotFound(err) {
		t.Errorf("found %+v, %v", a, err)
	}
}

func (c *contract) pagesGoOn(t *testing.T) {
	first, next, err := c.client.Affiliates(t.Context(), "", 1)
	if err != nil || len(first) > 1 {
		t.Fatalf("%d on a page of 1, %v", len(first), err)
	}
	if next == "" {
		t.Skip("the account has fewer than two partners")
	}
	second, _, err := c.client.Affiliates(t.Context(), next, 1)
	if err != nil || len(second) == 1 && second[0].ID == first[0].ID {
		t.Errorf("the next page is %+v after %+v, %v", second, first, err)
	}
}

func (c *contract) noTagIsFound(t *testing.T) {
	found, _, err := c.client.Referrals(t.Context(), keap.ReferralFilter{Source: "tributary:" + uuid.NewString()}, "", 10)
	if err != nil || len(found) != 0 {
		t.Errorf("found %d, %v", len(found), err)
	}
}

func (c *contract) partnerIsFound(t *testing.T) {
	partner, err := c.client.Affiliate(t.Context(), c.affiliate)
	if err != nil || partner.ID != c.affiliate || partner.Status != "ACTIVE" {
		t.Fatalf("partner %s is %+v, %v", c.affiliate, partner, err)
	}
	if byCode, err := c.client.AffiliateByCode(t.Context(), partner.Code); err != nil || byCode.ID != partner.ID {
		t.Errorf("by its code: %+v, %v", byCode, err)
	}
}

// referralIsFound is the life of one referral: a contact, the write, and the looks that every later decision rests on.
func (c *contract) referralIsFound(t *testing.T) {
	contact, err := c.client.CreateContact(t.Context(), keap.NewContact{Email: nobody(), GivenName: "Tributary", FamilyName: "Contract"})
	if err != nil {
		t.Fatal(err)
	}
	tag := "tributary:" + uuid.NewString()
	at := time.Now().Add(-time.Hour).UTC().Truncate(time.Second)
	written, err := c.client.CreateReferral(t.Context(), keap.NewReferral{
		ContactID: contact.ID, ReferralPartnerID: c.affiliate, ReferralTime: at, Source: tag, ReferralType: keap.ReferralManual, IPAddress: "192.0.2.1",
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, filter := range map[string]keap.ReferralFilter{
		"its contact and tag": {ContactID: contact.ID, Source: tag},
		"its contact":         {ContactID: contact.ID},
		"its tag":             {Source: tag},
		"the start of a tag":  {ContactID: contact.ID, Source: "tributary:*"},
	} {
		found := c.soon(t, filter, written.ID)
		i := slices.IndexFunc(found, func(r keap.Referral) bool { return r.ID == written.ID })
		if i < 0 {
			t.Errorf("by %s it is not found", name)
			continue
		}
		if r := found[i]; r.Source != tag || r.ContactID != contact.ID || r.ReferralPartnerID != c.affiliate || !r.ReferralTime.Equal(at) {
			t.Errorf("by %s: %+v", name, r)
		}
	}
}

// soon looks again for a minute where a search may lag behind a write.
func (c *contract) soon(t *testing.T, filter keap.ReferralFilter, id string) []keap.Referral {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(2 * time.Second) {
		found, _, err := c.client.Referrals(t.Context(), filter, "", 1000)
		if err != nil {
			t.Fatal(err)
		}
		if time.Now().After(deadline) || slices.ContainsFunc(found, func(r keap.Referral) bool { return r.ID == id }) {
			return found
		}
	}
}

func (c *contract) commissionsAreRead(t *testing.T) {
	got, err := c.client.CommissionSummaries(t.Context(), []string{c.affiliate})
	if err != nil || len(got) > 1 || len(got) == 1 && got[0].AffiliateID != c.affiliate {
		t.Errorf("got %+v, %v", got, err)
	}
}
