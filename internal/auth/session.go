package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// Session is an affiliate who is signed in.
type Session struct {
	Account   attribution.AccountID
	Affiliate string // Keap's affiliate id
	Expires   time.Time
	// Renewed says that Expires was moved just now: the cookie should be set again.
	Renewed bool
}

func (a *Auth) openSession(ctx context.Context, link grant) (Session, string, error) {
	now := a.now()
	g := grant{Account: link.Account, Affiliate: link.Affiliate, Issued: now, Expires: now.Add(SessionLife)}
	token, err := a.issue(ctx, sessionKind, g)
	return g.session(), token, err
}

func (g grant) session() Session {
	return Session{Account: g.Account, Affiliate: g.Affiliate, Expires: g.Expires}
}

// Session returns the session of a cookie's token and moves its end, at most once a day. ErrNoSession when there is
// none.
func (a *Auth) Session(ctx context.Context, cookieToken string) (Session, error) {
	g, renewed, err := a.current(ctx, sessionKind, cookieToken, SessionLife)
	if err != nil {
		return Session{}, err
	}
	s := g.session()
	s.Renewed = renewed
	return s, nil
}

// current is what a session's token stands for. Its end is moved once a day.
func (a *Auth) current(ctx context.Context, kind, token string, life time.Duration) (g grant, renewed bool, err error) {
	g, doc, err := a.find(ctx, kind, token, ErrNoSession)
	if err != nil || a.now().Sub(g.Issued) < renewAfter {
		return g, false, err
	}
	g.Issued = a.now()
	g.Expires = g.Issued.Add(life)
	return a.renew(ctx, kind, g, doc)
}

// renew moves a session's end. Where another request was faster it did the same, or it signed out.
func (a *Auth) renew(ctx context.Context, kind string, g grant, doc store.Document) (grant, bool, error) {
	value, err := json.Marshal(g)
	if err != nil {
		return g, false, fmt.Errorf("encoding a session: %w", err)
	}
	_, err = a.docs.Put(ctx, kind, doc.Key, value, doc.Version)
	if errors.Is(err, store.ErrConflict) {
		g, err = a.reread(ctx, kind, doc.Key)
		return g, false, err
	}
	if err != nil {
		return g, false, fmt.Errorf("renewing a session: %w", err)
	}
	return g, true, nil
}

func (a *Auth) reread(ctx context.Context, kind, key string) (g grant, err error) {
	doc, err := a.docs.Get(ctx, kind, key)
	if errors.Is(err, store.ErrNotFound) {
		return g, ErrNoSession
	}
	if err != nil {
		return g, fmt.Errorf("reading a session: %w", err)
	}
	if err := json.Unmarshal(doc.Value, &g); err != nil {
		return g, fmt.Errorf("decoding a session: %w", err)
	}
	return g, nil
}

// SignOut ends a session. One that is not there is no error: the cookie's owner is signed out either way.
func (a *Auth) SignOut(ctx context.Context, cookieToken string) error {
	return a.end(ctx, sessionKind, cookieToken)
}

func (a *Auth) end(ctx context.Context, kind, cookieToken string) error {
	for {
		_, doc, err := a.find(ctx, kind, cookieToken, ErrNoSession)
		if errors.Is(err, ErrNoSession) {
			return nil
		}
		if err != nil {
			return err
		}
		err = a.docs.Delete(ctx, kind, doc.Key, doc.Version)
		if err == nil {
			return nil
		}
		if !errors.Is(err, store.ErrConflict) { // a conflict is a session that was renewed meanwhile
			return fmt.Errorf("ending a session: %w", err)
		}
	}
}
