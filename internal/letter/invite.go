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
	"tributary/internal/texts"
)

// Invite queues the mail that lets a user of the desk in. language is that of who invites them, as in Accept-Language: nothing
// is known of theirs, and a team has one as a rule.
func (l *Letters) Invite(ctx context.Context, u auth.User, language string) error {
	_, err := l.o.Queue.Put(ctx, mail.Mail{
		ID: mail.NewID(l.o.Now()), Account: u.Account, Class: mail.Invite, User: u.ID, Masked: attribution.MaskEmail(u.Email), Language: l.o.Texts.For(language).Wants(),
	})
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
	w := l.newInvite(l.o.Texts.For(m.Language), u, !ways.Any())
	issue := l.o.Auth.Invite
	if ways.Any() {
		issue = l.o.Auth.IssueDeskLink
	}
	token, _, err := issue(ctx, u.ID)
	if err != nil {
		return mail.Letter{}, err
	}
	w.URL = l.o.BaseURL + "/admin/enter/" + token
	letter, err := l.write("invite", w)
	letter.To = u.Email
	return letter, err
}

// inviteWords is the mail as its templates read it.
type inviteWords struct {
	*texts.Reader
	Subject, Title, Hello, What, How, Works, URL string
}

// newInvite is for who has never been here, or for who has lost the way in.
func (l *Letters) newInvite(say *texts.Reader, u auth.User, isNew bool) inviteWords {
	w := inviteWords{Reader: say, Title: say.Text("letter.invite.title"), Hello: say.Text("letter.login.hello")}
	if name := line(u.Name); name != "" {
		w.Hello = say.Text("letter.digest.hello", "Name", name)
	}
	if isNew {
		w.Subject, w.What = say.Text("letter.invite.subjectnew", "Desk", l.host()), say.Text("letter.invite.new", "Desk", l.host())
		w.How, w.Works = say.Text("letter.invite.hownew"), say.Text("letter.invite.worksnew")
		return w
	}
	w.Subject, w.What = say.Text("letter.invite.subject", "Desk", l.host()), say.Text("letter.invite.back", "Desk", l.host())
	w.How, w.Works = say.Text("letter.invite.how"), say.Text("letter.invite.works")
	return w
}

// host is how people know the collector.
func (l *Letters) host() string {
	base, err := url.Parse(l.o.BaseURL)
	if err != nil || base.Host == "" {
		return l.o.BaseURL
	}
	return base.Host
}
