package admin

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"tributary/internal/auth"
	"tributary/internal/pages"
	"tributary/internal/store"
	"tributary/internal/texts"
)

var openDesk = &pages.Link{Href: "/admin", Label: "Open the desk"}

var (
	signedOut = pages.Message{Title: "You are signed out", Text: []string{"Nothing of the desk is left in this browser."}, Link: openDesk}

	notSignedIn = pages.Message{
		Title: "You are not signed in",
		Text:  []string{"Nothing was changed. Your session has ended: sign in, and do it once more."},
		Link:  &pages.Link{Href: "/admin/login", Label: "Sign in"},
	}

	setupDone = pages.Message{
		Title: "This desk is set up already",
		Text:  []string{"The address of the set-up works once. If that was not you, ask who runs this collector.", "An owner can invite you under Users."},
		Link:  &pages.Link{Href: "/admin/login", Label: "Sign in"},
	}
	setupRenewed = pages.Message{
		Title: "This is not the latest set-up address",
		Text: []string{
			"Each start of the collector makes a new one, and only that works. It stands at the end of the collector's log.",
			"On the machine of the collector, \"tributary admin link\" prints a new one as well.",
		},
	}

	badLink = pages.Message{
		Title: "This link does not work any more",
		Text:  []string{"A link works once: 15 minutes for who has been here before, 3 days for an invitation.", "If you have just signed in with it, the desk is open already. Otherwise an owner can make you another under Users."},
		Link:  openDesk,
	}
	forbidden = pages.Message{
		Title: "Your role does not allow that",
		Text:  []string{"Nothing was done. An owner can change roles under Users."},
		Link:  openDesk,
	}
	foreignForm = pages.Message{
		Title: "That came from another website",
		Text:  []string{"Nothing was done. If you pressed the button on this site, open the page again and press it once more."},
		Link:  openDesk,
	}
	badAddress = pages.Message{
		Title: "There is nothing at this address",
		Text:  []string{"Part of the address may have been lost when it was copied, or what it named is gone."},
		Link:  openDesk,
	}
	outOfOrder = pages.Message{
		Title: "We cannot show this page right now",
		Text:  []string{"What was stored is safe. Please try again in a minute; the log says what went wrong."},
		Link:  &pages.Link{Href: "/admin", Label: "Try again"},
	}
)

// errBadAddress is returned for a part of an address that cannot be one of ours.
var errBadAddress = errors.New("not an address of the desk")

// explanation is the page for an error, and its status.
func explanation(_ *texts.Reader, err error) (int, pages.Message) {
	var status *echo.HTTPError
	switch {
	case errors.Is(err, auth.ErrBadLink):
		return http.StatusGone, badLink
	case errors.Is(err, auth.ErrNoSession):
		return http.StatusUnauthorized, notSignedIn
	case errors.Is(err, errForbidden):
		return http.StatusForbidden, forbidden
	case errors.Is(err, errBadAddress), errors.Is(err, store.ErrNotFound):
		return http.StatusNotFound, badAddress
	case errors.Is(err, store.ErrClosed):
		return http.StatusServiceUnavailable, outOfOrder
	case errors.As(err, &status) && status.Code == http.StatusForbidden:
		return http.StatusForbidden, foreignForm
	}
	return http.StatusInternalServerError, outOfOrder
}
