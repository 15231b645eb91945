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

var mailWords = map[mail.Class]string{mail.Login: "Login link", mail.Digest: "Weekly mail", mail.Invite: "Link of a user"}

var mailStands = map[mail.State]word{
	mail.Waiting: {"Waiting", "waiting"}, mail.Sending: {"Being sent", "waiting"}, mail.Sent: {"Sent", "good"}, mail.Failed: {"Given up", "bad"},
}

var mailsTold = map[string]string{"again": "It is written anew and sent again."}

// mails lists what was mailed, the newest first.
func (k *desk) mails(c echo.Context, who auth.User) error {
	p := mailsPage{frame: k.frame("Mails", "/admin/mails", who), Failed: c.QueryParam("state") == string(mail.Failed)}
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
	for _, m := range found {
		p.Rows = append(p.Rows, mailRow{m, firstText(mailWords[m.Class], string(m.Class)), mailStands[m.State], m.CanRetry() && !p.NoServer})
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
		p := mailsPage{frame: k.frame("Mails", "/admin/mails", who)}
		p.Notice = &notice{"bad", sentence(err.Error())}
		return k.showMails(c, http.StatusConflict, p)
	}
	if err != nil {
		return err
	}
	if err := k.note(ctx, who, audit.MailRetry, again.ID, firstText(mailWords[again.Class], string(again.Class))); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/admin/mails?done=again")
}
