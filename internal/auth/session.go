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
	g, doc, err := a.find(ctx, sessionKind, cookieToken, ErrNoSession)
	if err != nil {
		return Session{}, err
	}
	if a.now().Sub(g.Issued) < renewAfter {
		return g.session(), nil
	}
	return a.renew(ctx, g, doc)
}

// renew moves a session's end. Where another request was faster it did the same, or it signed out.
func (a *Auth) renew(ctx context.Context, g grant, doc store.Document) (Session, error) {
	g.Issued = a.now()
	g.Expires = g.Issued.Add(SessionLife)
	value, err := json.Marshal(g)
	if err != nil {
		return Session{}, fmt.Errorf("encoding a session: %w", err)
	}
	_, err = a.docs.Put(ctx, sessionKind, doc.Key, value, doc.Version)
	if errors.Is(err, store.ErrConflict) {
		return a.reread(ctx, doc.Key)
	}
	if err != nil {
		return Session{}, fmt.Errorf("renewing a session: %w", err)
	}
	s := g.session()
	s.Renewed = true
	return s, nil
}

func (a *Auth) reread(ctx context.Context, key string) (Session, error) {
	doc, err := a.docs.Get(ctx, sessionKind, key)
	if errors.Is(err, store.ErrNotFound) {
		return Session{}, ErrNoSession
	}
	if err != nil {
		return Session{}, fmt.Errorf("reading a session: %w", err)
	}
	var g grant
	if err := json.Unmarshal(doc.Value, &g); err != nil {
		return Session{}, fmt.Errorf("decoding a session: %w", err)
	}
	return g.session(), nil
}

// SignOut ends a session. One that is not there is no error: the cookie's owner is signed out either way.
func (a *Auth) SignOut(ctx context.Context, cookieToken string) error {
	for {
		_, doc, err := a.find(ctx, sessionKind, cookieToken, ErrNoSession)
		if errors.Is(err, ErrNoSession) {
			return nil
		}
		if err != nil {
			return err
		}
		err = a.docs.Delete(ctx, sessionKind, doc.Key, doc.Version)
		if err == nil {
			return nil
		}
		if !errors.Is(err, store.ErrConflict) { // a conflict is a session that was renewed meanwhile
			return fmt.Errorf("ending a session: %w", err)
		}
	}
}
