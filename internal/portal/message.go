package portal

import (
	"errors"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"tributary/internal/auth"
	"tributary/internal/pages"
	"tributary/internal/pass"
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
	signedOut   = pages.Message{Title: "You are signed out"}
	notSignedIn = pages.Message{
		Title: "You are not signed in",
		Text:  []string{"Open the login link that you were sent. It works once, for 15 minutes."},
	}
	badLink = pages.Message{
		Title: "This login link does not work any more",
		Text:  []string{"A login link works once, for 15 minutes. If you have just signed in with it, your page is open already."},
		Link:  openPage,
	}
	noMail = pages.Message{
		Title: "Ask for a login link",
		Text: []string{
			"This site sends no mails. Ask the team that you promote for a login link: they make one in a moment.",
			"It works once, for 15 minutes, and opens your page.",
		},
	}
	badPass = pages.Message{
		Title: "This address does not work any more",
		Text:  []string{"It may have been replaced by a new one, or part of it was lost when it was copied. Ask the team that you promote."},
	}
	tooOften = pages.Message{
		Title: "That was asked for too often",
		Text:  []string{"Some login mails are on their way already: look into your inbox and your spam folder. In a quarter of an hour you can ask again."},
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

// What stands on the pages that lead to a new login link, with a mail server and without one.
const (
	askForOlder = "If yours has been used or is older, ask the team that you promote for a new one."
	askForNew   = "Ask the team that you promote for a new one."
	askToReturn = "To come back, ask the team that you promote for a new login link."
	mailMeOne   = "E-mail me a login link"
	cardTitle   = "Your referrals"
	askTitle    = "Sign in"
	notAPage    = "This is not the address of a page. It looks like https://www.example.com/webinar: copy it from your browser."
	tooLong     = "The link would be too long for some programs. Shorten the address or the sub-id."
	longLabel   = "A sub-id or a campaign has at most 80 characters on one line."
	notOurs     = "None of your team's pages that we know has this address. The link works, but clicks are counted only where the page carries the team's tag: try it once, or ask them."
	notAnEmail  = "This is not an e-mail address. Check it for a slip, such as a missing @ or a space."
)

// newLink adds the way to a new login link to a message.
func (p *portal) newLink(m pages.Message, words string) pages.Message {
	m.Text = slices.Clone(m.Text)
	if p.Mailer == nil {
		m.Text = append(m.Text, words)
		return m
	}
	m.Link = &pages.Link{Href: "/portal/login", Label: mailMeOne}
	return m
}

func onItsWay(email string) pages.Message {
	return pages.Message{
		Title: "Look into your inbox",
		Text: []string{
			"If " + email + " is the address of an affiliate, a mail with a login link is on its way. It can take a minute; look into the spam folder, too.",
			"Nothing came? Then the team knows you by another address: try that one, or ask them.",
		},
		Link: &pages.Link{Href: "/portal/login", Label: "Try another address"},
	}
}

var errBadAddress = errors.New("not an address of the portal")

// explanation is the page for an error, and its status.
func (p *portal) explanation(err error) (int, pages.Message) {
	var status *echo.HTTPError
	switch {
	case errors.Is(err, auth.ErrBadLink):
		return http.StatusGone, p.newLink(badLink, askForNew)
	case errors.Is(err, auth.ErrNoSession):
		return http.StatusUnauthorized, p.newLink(notSignedIn, askForOlder)
	case errors.Is(err, pass.ErrBad):
		return http.StatusGone, badPass
	case errors.Is(err, errTooOften):
		return http.StatusTooManyRequests, tooOften
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
