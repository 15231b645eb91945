package portal

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"tributary/internal/auth"
	"tributary/internal/pages"
	"tributary/internal/store"
)

var openPage = &pages.Link{Href: "/portal", Label: "Open my page"}

func welcome(path string) pages.Message {
	return pages.Message{
		Title:  "Welcome",
		Text:   []string{"Your page shows the clicks and opt-ins that came through your link."},
		Button: &pages.Button{Action: path, Label: "Open my page"},
	}
}

var (
	signedOut = pages.Message{
		Title: "You are signed out",
		Text:  []string{"To come back, ask the team that you promote for a new login link."},
	}
	notSignedIn = pages.Message{
		Title: "You are not signed in",
		Text: []string{
			"Open the login link that you were sent. It works once, for 15 minutes.",
			"If yours has been used or is older, ask the team that you promote for a new one.",
		},
	}
	badLink = pages.Message{
		Title: "This login link does not work any more",
		Text: []string{
			"A login link works once, for 15 minutes.",
			"Ask the team that you promote for a new one.",
			"If you have just signed in with it, your page is open already.",
		},
		Link: openPage,
	}
	foreignForm = pages.Message{
		Title: "That came from another website",
		Text:  []string{"Nothing was done. If you pressed the button on this site, open the address again and press it once more."},
		Link:  openPage,
	}
	badAddress = pages.Message{
		Title: "There is nothing at this address",
		Text:  []string{"Part of the address may have been lost when it was copied."},
		Link:  openPage,
	}
	tooMany = pages.Message{
		Title: "Too many open pages",
		Text:  []string{"Close some of the tabs that show your page."},
		Link:  openPage,
	}
	outOfOrder = pages.Message{
		Title: "We cannot show your page right now",
		Text:  []string{"Your numbers are safe. Please try again in a minute."},
		Link:  &pages.Link{Href: "/portal", Label: "Try again"},
	}
)

var errBadAddress = errors.New("not an address of the portal")

// explanation is the page for an error, and its status.
func explanation(err error) (int, pages.Message) {
	var status *echo.HTTPError
	switch {
	case errors.Is(err, auth.ErrBadLink):
		return http.StatusGone, badLink
	case errors.Is(err, auth.ErrNoSession):
		return http.StatusUnauthorized, notSignedIn
	case errors.Is(err, errBadAddress):
		return http.StatusNotFound, badAddress
	case errors.Is(err, pages.ErrTooMany):
		return http.StatusTooManyRequests, tooMany
	case errors.Is(err, store.ErrClosed):
		return http.StatusServiceUnavailable, outOfOrder
	case errors.As(err, &status) && status.Code == http.StatusForbidden:
		return http.StatusForbidden, foreignForm
	}
	return http.StatusInternalServerError, outOfOrder
}
