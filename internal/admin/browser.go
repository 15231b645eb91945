package admin

import (
	"strings"

	"github.com/labstack/echo/v4"

	"tributary/internal/auth"
	"tributary/internal/texts"
)

// languageOf is what the browser of a request asks for.
func languageOf(c echo.Context) string { return c.Request().Header.Get("Accept-Language") }

// What is stored of browsers that say little of themselves.
const (
	unknownBrowser = "Unknown browser"
	someBrowser    = "A browser"
)

// browserOf says in words, as they are stored, which browser a User-Agent header is of. The order matters: most browsers claim to be others, too.
func browserOf(agent string) string {
	name := firstIn(agent, [][2]string{{"Edg", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"FxiOS", "Firefox"}, {"CriOS", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}})
	system := firstIn(agent, [][2]string{{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"}})
	switch {
	case name == "" && system == "":
		return unknownBrowser
	case system == "":
		return name
	case name == "":
		return someBrowser + " on " + system
	}
	return name + " on " + system
}

func firstIn(text string, marks [][2]string) string {
	for _, mark := range marks {
		if strings.Contains(text, mark[0]) {
			return mark[1]
		}
	}
	return ""
}

// browserIn says what browserOf has said in a reader's language.
func browserIn(say *texts.Reader, stored string) string {
	name, system, found := strings.Cut(stored, " on ")
	switch {
	case stored == unknownBrowser:
		return say.Text("desk.browser.unknown")
	case found && name == someBrowser:
		return say.Text("desk.browser.some", "System", system)
	case found:
		return say.Text("desk.browser.on", "Browser", name, "System", system)
	}
	return stored
}

// sessionView is a session, with its browser in words.
type sessionView struct {
	auth.DeskSession
	Browser string
}

func (k *desk) sessionsOf(c echo.Context, u auth.User) (all []sessionView, err error) {
	found, err := k.Auth.Sessions(c.Request().Context(), u.ID)
	for _, s := range found {
		all = append(all, sessionView{s, browserIn(k.Reader(c), s.Browser)})
	}
	return all, err
}
