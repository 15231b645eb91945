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
	"tributary/internal/texts"
)

// What the pages of a few words say, by the keys of web/texts.
var (
	openPage  = &pages.Link{Href: "/portal", Label: "portal.message.open"}
	signedOut = pages.Message{Title: "portal.message.signedout"}

	notSignedIn = pages.Message{Title: "portal.message.notsignedin", Text: []string{"portal.message.notsignedintext"}}
	badLink     = pages.Message{Title: "portal.message.badlink", Text: []string{"portal.message.badlinktext"}, Link: openPage}
	noMail      = pages.Message{Title: "portal.message.nomail", Text: []string{"portal.message.nomailtext", "portal.message.nomailonce"}}
	badPass     = pages.Message{Title: "portal.message.badpass", Text: []string{"portal.message.badpasstext"}}
	tooOften    = pages.Message{Title: "portal.message.toooften", Text: []string{"portal.message.toooftentext"}}
	foreignForm = pages.Message{Title: "portal.message.foreignform", Text: []string{"portal.message.foreignformtext"}, Link: openPage}
	badAddress  = pages.Message{Title: "portal.message.badaddress", Text: []string{"portal.message.badaddresstext"}, Link: openPage}
	tooMany     = pages.Message{Title: "portal.message.toomany", Text: []string{"portal.message.toomanytext"}, Link: openPage}
	outOfOrder  = pages.Message{
		Title: "portal.message.outoforder", Text: []string{"portal.message.outofordertext"},
		Link: &pages.Link{Href: "/portal", Label: "portal.message.tryagain"},
	}
	onItsWay = pages.Message{
		Title: "portal.message.inbox", Text: []string{"portal.message.onitsway", "portal.message.nothingcame"},
		Link: &pages.Link{Href: "/portal/login", Label: "portal.message.anotheraddress"},
	}
)

// What stands on the pages that lead to a new login link, with a mail server and without one.
const (
	askForOlder = "portal.message.askforolder"
	askForNew   = "portal.message.askfornew"
	askToReturn = "portal.message.asktoreturn"
	mailMeOne   = "portal.login.mailme"
)

// What is wrong with what somebody typed.
const (
	notAPage   = "portal.links.notapage"
	tooLong    = "portal.links.toolong"
	longLabel  = "portal.links.longlabel"
	notOurs    = "portal.links.notours"
	notAnEmail = "portal.login.notanemail"
)

func welcome(path string) pages.Message {
	return pages.Message{
		Title: "portal.message.welcome", Text: []string{"portal.message.welcometext"},
		Button: &pages.Button{Action: path, Label: "portal.message.open"},
	}
}

// message answers with a message in the reader's language; what it names follows as for texts.Reader.Text.
func (p *portal) message(c echo.Context, m pages.Message, pairs ...any) error {
	return p.Render(c, http.StatusOK, "message", said(p.Reader(c), m, pairs...))
}

// said puts the texts of a message in the place of their keys.
func said(say *texts.Reader, m pages.Message, pairs ...any) pages.Message {
	told := pages.Message{Title: say.Text(m.Title, pairs...)}
	for _, key := range m.Text {
		told.Text = append(told.Text, say.Text(key, pairs...))
	}
	if m.Button != nil {
		told.Button = &pages.Button{Action: m.Button.Action, Label: say.Text(m.Button.Label)}
	}
	if m.Link != nil {
		told.Link = &pages.Link{Href: m.Link.Href, Label: say.Text(m.Link.Label)}
	}
	return told
}

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

var errBadAddress = errors.New("not an address of the portal")

// explanation is the page for an error, and its status.
func (p *portal) explanation(say *texts.Reader, err error) (int, pages.Message) {
	status, m := p.explained(err)
	return status, said(say, m)
}

func (p *portal) explained(err error) (int, pages.Message) {
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
