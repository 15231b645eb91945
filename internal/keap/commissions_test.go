package keap_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"tributary/internal/keap"
	"tributary/internal/keap/keaptest"
	"tributary/internal/keap/sandbox"
)

func TestCommissionSummaries(t *testing.T) {
	box, base := keaptest.Serve(t, sandbox.Options{})
	client := keaptest.Client(t, base)
	for _, id := range []string{"101", "102", "103"} {
		box.AddAffiliate(sandbox.Affiliate{ID: id, Name: "Ann"})
	}
	box.SetSummary(sandbox.Summary{AffiliateID: 101, AmountEarned: 1234.565, Clawbacks: 0.1, Balance: -20})
	box.SetSummary(sandbox.Summary{AffiliateID: 103, AmountEarned: 7})
	got, err := client.CommissionSummaries(t.Context(), []string{"101", "102"})
	want := []keap.CommissionSummary{{AffiliateID: "101", Earned: 123457, Clawbacks: 10, Balance: -2000}, {AffiliateID: "102"}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	if calls := box.Calls()["listSummaries"]; calls != 1 {
		t.Errorf("%d calls for two affiliates", calls)
	}
	for name, ids := range map[string][]string{"none": nil, "a word": {"101", "all"}, "a filter": {"101;id==1"}, "too many": slices.Repeat([]string{"101"}, 101)} {
		if _, err := client.CommissionSummaries(t.Context(), ids); err == nil || box.Calls()["listSummaries"] != 1 {
			t.Errorf("%s: %v, after %d calls", name, err, box.Calls()["listSummaries"])
		}
	}
}

// An amount that cannot be read must not be shown as nothing.
func TestAmountsAreReadOrRefused(t *testing.T) {
	for amount, want := range map[string]keap.Cents{
		"12.5": 1250, `"12.50"`: 1250, "0": 0, "null": 0, "1e2": 10000, "-0.01": -1, `"much"`: -99, "{}": -99, "1e300": -99, `"NaN"`: -99,
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(strings.ReplaceAll(`{"affiliate_summaries":[{"affiliateId":"101","amountEarned":X}]}`, "X", amount)))
		}))
		client, err := keap.New(keap.Config{BaseURL: server.URL, Key: "key", PerMinute: keap.Unlimited})
		if err != nil {
			t.Fatal(err)
		}
		got, err := client.CommissionSummaries(t.Context(), []string{"101"})
		server.Close()
		if want == -99 && err == nil || want != -99 && (err != nil || len(got) != 1 || got[0].Earned != want || got[0].AffiliateID != "101") {
			t.Errorf("%s: got %+v, %v", amount, got, err)
		}
	}
}
