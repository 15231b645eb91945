package api

import (
	"context"
	"time"

	"github.com/labstack/echo/v4"

	"tributary/internal/mail"
)

// Mails lists what is mailed to affiliates.
type Mails interface {
	List(ctx context.Context, state mail.State, after string, limit int) ([]mail.Mail, error)
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
