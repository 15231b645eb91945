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

// What the pages of a few words say, by the keys of web/texts.
var (
	openDesk = &pages.Link{Href: "/admin", Label: "desk.message.open"}
	toLogin  = &pages.Link{Href: "/admin/login", Label: "desk.message.signin"}

	signedOut   = pages.Message{Title: "desk.message.signedout", Text: []string{"desk.message.signedouttext"}, Link: openDesk}
	notSignedIn = pages.Message{Title: "desk.message.notsignedin", Text: []string{"desk.message.notsignedintext"}, Link: toLogin}

	setupDone    = pages.Message{Title: "desk.message.setupdone", Text: []string{"desk.message.setupdonetext", "desk.message.setupdoneinvite"}, Link: toLogin}
	setupRenewed = pages.Message{Title: "desk.message.setuprenewed", Text: []string{"desk.message.setuprenewedtext", "desk.message.setuprenewedlink"}}

	badLink     = pages.Message{Title: "desk.message.badlink", Text: []string{"desk.message.badlinktext", "desk.message.badlinkother"}, Link: openDesk}
	forbidden   = pages.Message{Title: "desk.message.forbidden", Text: []string{"desk.message.forbiddentext"}, Link: openDesk}
	foreignForm = pages.Message{Title: "desk.message.foreignform", Text: []string{"desk.message.foreignformtext"}, Link: openDesk}
	badAddress  = pages.Message{Title: "desk.message.badaddress", Text: []string{"desk.message.badaddresstext"}, Link: openDesk}
	outOfOrder  = pages.Message{
		Title: "desk.message.outoforder", Text: []string{"desk.message.outofordertext"},
		Link: &pages.Link{Href: "/admin", Label: "desk.message.tryagain"},
	}
)

// welcomed is the page behind a link that opens the desk.
func welcomed(path string) pages.Message {
	return pages.Message{
		Title: "desk.message.welcome", Text: []string{"desk.message.welcometext"},
		Button: &pages.Button{Action: path, Label: "desk.message.open"},
	}
}

// message answers with a message in the reader's language.
func (k *desk) message(c echo.Context, status int, m pages.Message) error {
	return k.Render(c, status, "message", said(k.Reader(c), m))
}

// said puts the texts of a message in the place of their keys.
func said(say *texts.Reader, m pages.Message) pages.Message {
	told := pages.Message{Title: say.Text(m.Title)}
	for _, key := range m.Text {
		told.Text = append(told.Text, say.Text(key))
	}
	if m.Button != nil {
		told.Button = &pages.Button{Action: m.Button.Action, Label: say.Text(m.Button.Label)}
	}
	if m.Link != nil {
		told.Link = &pages.Link{Href: m.Link.Href, Label: say.Text(m.Link.Label)}
	}
	return told
}

// errBadAddress is returned for a part of an address that cannot be one of ours.
var errBadAddress = errors.New("not an address of the desk")

// explanation is the page for an error, and its status.
func explanation(say *texts.Reader, err error) (int, pages.Message) {
	status, m := explained(err)
	return status, said(say, m)
}

func explained(err error) (int, pages.Message) {
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
