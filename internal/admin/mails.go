package admin

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"tributary/internal/audit"
	"tributary/internal/auth"
	"tributary/internal/mail"
)

// Mails are what is mailed to affiliates and users.
type Mails interface {
	CanSend() bool
	List(ctx context.Context, state mail.State, after string, limit int) ([]mail.Mail, error)
	Retry(ctx context.Context, id string) (mail.Mail, error)
}

const mailsShown = 50

type mailsPage struct {
	frame
	NoServer bool
	Failed   bool // only those that were given up
	Rows     []mailRow
	Older    string
}

type mailRow struct {
	mail.Mail
	Kind  string
	Stand word
	Retry bool
}

var mailWords = map[mail.Class]string{mail.Login: "desk.mails.login", mail.Digest: "desk.mails.digest", mail.Invite: "desk.mails.invite"}

var mailStands = map[mail.State]label{
	mail.Waiting: {"desk.mails.waiting", "waiting"}, mail.Sending: {"desk.mails.sending", "waiting"}, mail.Sent: {"desk.mails.sent", "good"}, mail.Failed: {"desk.mails.failed", "bad"},
}

var mailsTold = map[string]string{"again": "desk.mails.sentagain"}

// mails lists what was mailed, the newest first.
func (k *desk) mails(c echo.Context, who auth.User) error {
	p := mailsPage{frame: k.frame(k.Reader(c).Text("desk.mails.title"), "/admin/mails", who), Failed: c.QueryParam("state") == string(mail.Failed)}
	p.Notice = k.told(c, mailsTold)
	return k.showMails(c, http.StatusOK, p)
}

func (k *desk) showMails(c echo.Context, status int, p mailsPage) error {
	if k.Mails == nil {
		p.NoServer = true
		return k.Render(c, status, "mails", p)
	}
	state := mail.State("")
	if p.Failed {
		state = mail.Failed
	}
	found, err := k.Mails.List(c.Request().Context(), state, c.QueryParam("after"), mailsShown+1)
	if err != nil {
		return err
	}
	p.NoServer = !k.Mails.CanSend()
	if len(found) > mailsShown {
		found = found[:mailsShown]
		p.Older = with("/admin/mails", url.Values{"state": {string(state)}, "after": {found[mailsShown-1].ID}})
	}
	say := k.Reader(c)
	for _, m := range found {
		p.Rows = append(p.Rows, mailRow{m, called(say, mailWords, m.Class), mailStands[m.State].in(say), m.CanRetry() && !p.NoServer})
	}
	return k.Render(c, status, "mails", p)
}

// retryMail has one that was given up sent again.
func (k *desk) retryMail(c echo.Context, who auth.User) error {
	if k.Mails == nil {
		return errBadAddress
	}
	ctx := c.Request().Context()
	again, err := k.Mails.Retry(ctx, c.FormValue("id"))
	if errors.Is(err, mail.ErrNotFailed) || errors.Is(err, mail.ErrAddressGone) || errors.Is(err, mail.ErrNoServer) {
		p := mailsPage{frame: k.frame(k.Reader(c).Text("desk.mails.title"), "/admin/mails", who)}
		p.Notice = &notice{"bad", problem(k.Reader(c), err)}
		return k.showMails(c, http.StatusConflict, p)
	}
	if err != nil {
		return err
	}
	if err := k.note(ctx, who, audit.MailRetry, again.ID, called(english(), mailWords, again.Class)); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/admin/mails?done=again")
}
