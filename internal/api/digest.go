package api

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"tributary/internal/attribution"
	"tributary/internal/mail"
)

// Digests writes what is mailed to affiliates every week.
type Digests interface {
	Digest(ctx context.Context, account attribution.AccountID, a attribution.Affiliate, due time.Time) (mail.Letter, bool, error)
	IsOff(ctx context.Context, account attribution.AccountID, affiliate string) (bool, error)
}

// previewDigest shows an affiliate's digest as it would be sent now, of the last whole seven days or of the setting's week.
func previewDigest(d Deps, c echo.Context) error {
	ctx := c.Request().Context()
	a, err := d.Affiliates.Find(ctx, account, c.Param("id"))
	if err != nil {
		return err
	}
	s, err := d.Settings.Of(ctx, account)
	if err != nil {
		return err
	}
	due, scheduled := s.LastDigest(d.Now())
	if !scheduled {
		due = d.Now().UTC()
	}
	letter, worth, err := d.Digests.Digest(ctx, account, a, due)
	if err != nil {
		return err
	}
	off, err := d.Digests.IsOff(ctx, account, a.ID)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, struct {
		Sent    bool   `json:"would_be_sent"`
		Reason  string `json:"reason,omitempty"`
		Subject string `json:"subject"`
		Text    string `json:"text"`
		HTML    string `json:"html"`
	}{whyNot(scheduled, letter.To != "", off, worth) == "", whyNot(scheduled, letter.To != "", off, worth), letter.Subject, letter.Text, letter.HTML})
}

func whyNot(scheduled, reachable, off, worth bool) string {
	switch {
	case !scheduled:
		return "the setting digest_day is empty: no digests are sent"
	case !reachable:
		return "no e-mail address of this affiliate is known"
	case off:
		return "the affiliate has ended their weekly mail"
	case !worth:
		return "the week has no click and no opt-in"
	}
	return ""
}
