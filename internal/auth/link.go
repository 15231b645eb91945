package auth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// IssueLink makes a login link for an affiliate: the token belongs at the end of its address. It works once, for
// LinkLife. Whether there is such an affiliate is for the caller to know.
func (a *Auth) IssueLink(ctx context.Context, account attribution.AccountID, affiliateID string) (token string, expires time.Time, err error) {
	now := a.now()
	expires = now.Add(LinkLife)
	token, err = a.issue(ctx, linkKind, grant{Account: account, Affiliate: affiliateID, Issued: now, Expires: expires})
	return token, expires, err
}

// CheckLink reports with a nil error that a login link would work. It uses nothing up, so that a mail scanner which
// opens the link does no harm. ErrBadLink otherwise.
func (a *Auth) CheckLink(ctx context.Context, token string) error {
	_, _, err := a.find(ctx, linkKind, token, ErrBadLink)
	return err
}

// Redeem uses a login link up and opens a session. Of several calls with one link exactly one succeeds; the others, and
// any link that is unknown or expired, get ErrBadLink.
func (a *Auth) Redeem(ctx context.Context, token string) (Session, string, error) {
	link, err := a.useUp(ctx, linkKind, token)
	if err != nil {
		return Session{}, "", err
	}
	return a.openSession(ctx, link)
}

func (a *Auth) useUp(ctx context.Context, kind, token string) (grant, error) {
	link, doc, err := a.find(ctx, kind, token, ErrBadLink)
	if err != nil {
		return link, err
	}
	err = a.docs.Delete(ctx, kind, doc.Key, doc.Version)
	if errors.Is(err, store.ErrConflict) {
		return link, ErrBadLink
	}
	if err != nil {
		return link, fmt.Errorf("using a login link up: %w", err)
	}
	return link, nil
}
