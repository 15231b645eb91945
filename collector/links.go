package main

import (
	"context"

	"tributary/internal/attribution"
	"tributary/internal/pass"
)

// doorbellOf is an affiliate's lasting address, as it is written into their contact in Keap.
func (c *collector) doorbellOf(ctx context.Context, account attribution.AccountID, affiliate string) (string, error) {
	token, err := c.passes.Issue(ctx, pass.Doorbell, pass.Holder{Account: account, Affiliate: affiliate})
	return c.cfg.baseURL + "/portal/a/" + token, err
}

// doorbells are the lasting addresses, here and in Keap, for the REST API and the desk.
type doorbells struct{ *collector }

func (d doorbells) Address(ctx context.Context, affiliate string) (string, error) {
	return d.doorbellOf(ctx, attribution.DefaultAccount, affiliate)
}

// Renew voids an affiliate's, and has the next one written.
func (d doorbells) Renew(ctx context.Context, affiliate string) error {
	if err := d.passes.Revoke(ctx, pass.Doorbell, pass.Holder{Account: attribution.DefaultAccount, Affiliate: affiliate}); err != nil {
		return err
	}
	return d.Renewed(ctx, affiliate)
}

// Renewed has one affiliate's written whose address is another now.
func (d doorbells) Renewed(ctx context.Context, affiliate string) error {
	return d.credit.WantLink(ctx, attribution.DefaultAccount, affiliate)
}

// WriteAll has all of them looked at in Keap, and written where they are not there.
func (d doorbells) WriteAll(ctx context.Context) error {
	return d.credit.RewriteLinks(ctx, attribution.DefaultAccount)
}
