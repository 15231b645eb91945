package admin

import (
	"strings"

	"github.com/labstack/echo/v4"
)

// languageOf is what the browser of a request asks for.
func languageOf(c echo.Context) string { return c.Request().Header.Get("Accept-Language") }

// browserOf says in words which browser a User-Agent header is of. The order matters: most browsers claim to be others, too.
func browserOf(agent string) string {
	name := firstIn(agent, [][2]string{{"Edg", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"FxiOS", "Firefox"}, {"CriOS", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}})
	system := firstIn(agent, [][2]string{{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"}})
	switch {
	case name == "" && system == "":
		return "Unknown browser"
	case system == "":
		return name
	case name == "":
		return "A browser on " + system
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
