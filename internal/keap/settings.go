package keap

import (
	"context"
	"fmt"
	"net/url"
)

// AffiliateSettings are the settings of a Keap app that decide what a referral is worth. A nil field is one that Keap did
// not tell.
type AffiliateSettings struct {
	// ReferralHistory is Keap's "Referral history and cookies": a later sale pays the partner of the contact's last
	// referral also where the buyer's browser has no cookie of Keap. Without it a referral that is made by the API pays
	// nothing. Keap names it use_referral_history_if_no_tracking_cookie.
	ReferralHistory *bool
}

type wireSettings struct {
	Affiliate struct {
		ReferralHistory *bool `json:"use_referral_history_if_no_tracking_cookie"`
	} `json:"affiliate"`
}

// AffiliateSettings asks for the settings of the app that are about affiliates. Keap does not tell here whether the
// first or the latest partner earns.
//
// Keap: getApplicationConfigurations, https://developer.keap.com/docs/restv2/#tag/Settings
func (c *Client) AffiliateSettings(ctx context.Context) (AffiliateSettings, error) {
	var found wireSettings
	query := url.Values{"fields": {"AFFILIATE"}}
	err := c.do(ctx, get("getApplicationConfigurations", "/rest/v2/settings/applications:getConfiguration", query, into(&found)))
	if err != nil {
		return AffiliateSettings{}, fmt.Errorf("asking for the app's settings: %w", err)
	}
	return AffiliateSettings{ReferralHistory: found.Affiliate.ReferralHistory}, nil
}
