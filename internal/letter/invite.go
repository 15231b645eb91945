package letter

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"tributary/internal/attribution"
	"tributary/internal/auth"
	"tributary/internal/mail"
	"tributary/internal/store"
)

// Invite queues the mail that lets a user of the desk in.
func (l *Letters) Invite(ctx context.Context, u auth.User) error {
	_, err := l.o.Queue.Put(ctx, mail.Mail{ID: mail.NewID(l.o.Now()), Account: u.Account, Class: mail.Invite, User: u.ID, Masked: attribution.MaskEmail(u.Email)})
	return err
}

// invite writes it. The link is made here, as login does: one that lasts for days for who has never been here, and one of
// minutes for who was.
func (l *Letters) invite(ctx context.Context, m mail.Mail) (mail.Letter, error) {
	u, err := l.o.Auth.User(ctx, m.User)
	if errors.Is(err, store.ErrNotFound) {
		return mail.Letter{}, mail.ErrNobody
	}
	if err != nil {
		return mail.Letter{}, fmt.Errorf("reading the user: %w", err)
	}
	ways, err := l.o.Auth.Ways(ctx, u.ID)
	if err != nil {
		return mail.Letter{}, err
	}
	issue, lasts := l.o.Auth.Invite, "for 3 days"
	if ways.Any() {
		issue, lasts = l.o.Auth.IssueDeskLink, "for 15 minutes"
	}
	token, _, err := issue(ctx, u.ID)
	if err != nil {
		return mail.Letter{}, err
	}
	letter, err := l.write("invite", struct {
		Name, Desk, URL, Lasts string
		New                    bool
	}{line(u.Name), l.host(), l.o.BaseURL + "/admin/enter/" + token, lasts, !ways.Any()})
	letter.To = u.Email
	return letter, err
}

// host is how people know the collector.
func (l *Letters) host() string {
	base, err := url.Parse(l.o.BaseURL)
	if err != nil || base.Host == "" {
		return l.o.BaseURL
	}
	return base.Host
}
