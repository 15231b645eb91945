package portal

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"tributary/internal/auth"
	"tributary/internal/store"
)

// message is a page of a few words.
type message struct {
	Title  string
	Text   []string
	Button *button
	Link   *link
}

type button struct{ Action, Label string }
type link struct{ Href, Label string }

var openPage = &link{Href: "/portal", Label: "Open my page"}

func welcome(path string) message {
	return message{
		Title:  "Welcome",
		Text:   []string{"Your page shows the clicks and opt-ins that came through your link."},
		Button: &button{Action: path, Label: "Open my page"},
	}
}

var (
	signedOut = message{
		Title: "You are signed out",
		Text:  []string{"To come back, ask the team that you promote for a new login link."},
	}
	notSignedIn = message{
		Title: "You are not signed in",
		Text: []string{
			"Open the login link that you were sent. It works once, for 15 minutes.",
			"If yours has been used or is older, ask the team that you promote for a new one.",
		},
	}
	badLink = message{
		Title: "This login link does not work any more",
		Text: []string{
			"A login link works once, for 15 minutes.",
			"Ask the team that you promote for a new one.",
			"If you have just signed in with it, your page is open already.",
		},
		Link: openPage,
	}
	foreignForm = message{
		Title: "That came from another website",
		Text:  []string{"Nothing was done. If you pressed the button on this site, open the address again and press it once more."},
		Link:  openPage,
	}
	badAddress = message{
		Title: "There is nothing at this address",
		Text:  []string{"Part of the address may have been lost when it was copied."},
		Link:  openPage,
	}
	tooMany = message{
		Title: "Too many open pages",
		Text:  []string{"Close some of the tabs that show your page."},
		Link:  openPage,
	}
	outOfOrder = message{
		Title: "We cannot show your page right now",
		Text:  []string{"Your numbers are safe. Please try again in a minute."},
		Link:  &link{Href: "/portal", Label: "Try again"},
	}
)

var (
	errBadAddress = errors.New("not an address of the portal")
	errTooMany    = errors.New("too many open streams")
)

// explanation is the page for an error, and its status.
func explanation(err error) (int, message) {
	var status *echo.HTTPError
	switch {
	case errors.Is(err, auth.ErrBadLink):
		return http.StatusGone, badLink
	case errors.Is(err, auth.ErrNoSession):
		return http.StatusUnauthorized, notSignedIn
	case errors.Is(err, errBadAddress):
		return http.StatusNotFound, badAddress
	case errors.Is(err, errTooMany):
		return http.StatusTooManyRequests, tooMany
	case errors.Is(err, store.ErrClosed):
		return http.StatusServiceUnavailable, outOfOrder
	case errors.As(err, &status) && status.Code == http.StatusForbidden:
		return http.StatusForbidden, foreignForm
	}
	return http.StatusInternalServerError, outOfOrder
}

// explained answers a handler's error with its page. What is not the reader's doing goes on to the server's log.
func (p *portal) explained(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		err := next(c)
		if err == nil || c.Response().Committed || c.Request().Context().Err() != nil {
			return err
		}
		status, page := explanation(err)
		if err := p.render(c, status, "message", page); err != nil {
			return err
		}
		if status < http.StatusInternalServerError {
			return nil
		}
		return fmt.Errorf("the affiliate's page: %w", err)
	}
}
