package api

import (
	"fmt"
	"html"
	"net/http"

	"github.com/labstack/echo/v4"

	"tributary/internal/pass"
)

// issueCard answers with an affiliate's card: its address, and the two tags that show it in a page of the owner's.
func issueCard(d Deps, c echo.Context) error {
	ctx := c.Request().Context()
	a, err := d.Affiliates.Find(ctx, account, c.Param("id"))
	if err != nil {
		return err
	}
	token, err := d.Passes.Issue(ctx, pass.Card, pass.Holder{Account: account, Affiliate: a.ID})
	if err != nil {
		return err
	}
	at := d.BaseURL + "/portal/card/" + token
	return c.JSON(http.StatusOK, struct {
		URL    string `json:"url"`
		Script string `json:"script"`
		Frame  string `json:"iframe"`
	}{
		at,
		fmt.Sprintf(`<script async src="%s/card.js"></script>`, html.EscapeString(at)),
		fmt.Sprintf(`<iframe src="%s" title="Your referrals" width="100%%" height="240" style="border:0"></iframe>`, html.EscapeString(at)),
	})
}

// revokeCard voids the affiliate's card wherever it stands. The next that is made has another address.
func revokeCard(d Deps, c echo.Context) error { return d.revoke(c, pass.Card) }
