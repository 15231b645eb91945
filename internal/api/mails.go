package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"tributary/internal/mail"
)

// Mails are what is mailed to affiliates and users.
type Mails interface {
	List(ctx context.Context, state mail.State, after string, limit int) ([]mail.Mail, error)
	Retry(ctx context.Context, id string) (mail.Mail, error)
}

// mailAnswer tells of a mail all but what it says and to whom.
type mailAnswer struct {
	ID        string     `json:"id"`
	Class     mail.Class `json:"class"`
	Affiliate string     `json:"affiliate,omitempty"`
	Week      string     `json:"week,omitempty"`
	To        string     `json:"to,omitempty"`
	State     mail.State `json:"state"`
	Attempt   int        `json:"attempt"`
	Created   time.Time  `json:"created_at"`
	Due       time.Time  `json:"due_at"`
	Ended     time.Time  `json:"ended_at,omitzero"`
	Reason    string     `json:"reason,omitempty"`
}

func shownMail(m mail.Mail) (mailAnswer, error) {
	return mailAnswer{m.ID, m.Class, m.Affiliate, m.Week, m.Masked, m.State, m.Attempt, m.Created, m.Due, m.Ended, m.Reason}, nil
}

func listMails(d Deps, c echo.Context) error {
	state := mail.State(c.QueryParam("state"))
	switch state {
	case "", mail.Waiting, mail.Sending, mail.Sent, mail.Failed:
	default:
		return invalid("invalid_state", "state must be waiting, sending, sent or failed")
	}
	fetch := func(limit int) ([]mail.Mail, error) {
		return d.Mails.List(c.Request().Context(), state, c.QueryParam("cursor"), limit)
	}
	return listed(c, fetch, func(m mail.Mail) string { return m.ID }, shownMail)
}

// retryMail has a mail that was given up written and sent anew, and answers with the new one.
func retryMail(d Deps, c echo.Context) error {
	again, err := d.Mails.Retry(c.Request().Context(), c.Param("id"))
	switch {
	case errors.Is(err, mail.ErrNotFailed):
		return problem(http.StatusConflict, "not_failed", fmt.Sprintf("this mail is %s: only one that was given up is sent again", again.State))
	case errors.Is(err, mail.ErrAddressGone):
		return problem(http.StatusConflict, "address_gone", err.Error())
	case errors.Is(err, mail.ErrNoServer):
		return problem(http.StatusConflict, "no_mail_server", err.Error())
	case err != nil:
		return err
	}
	out, err := shownMail(again)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusAccepted, out)
}
