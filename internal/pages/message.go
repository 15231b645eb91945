package pages

import (
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"tributary/internal/texts"
)

// Message is a page of a few words, for the template "message".
type Message struct {
	Title  string
	Text   []string
	Button *Button
	Link   *Link
}

// Button sends an empty form.
type Button struct{ Action, Label string }

// Link leads elsewhere.
type Link struct{ Href, Label string }

// Explained answers a handler's error with its page. What is not the reader's doing, a status of 500 or more, goes on to the
// server's log; whose names the face there. say is who reads the page.
func (f *Face) Explained(whose string, explain func(say *texts.Reader, err error) (int, Message)) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			err := next(c)
			if err == nil || c.Response().Committed || c.Request().Context().Err() != nil {
				return err
			}
			status, page := explain(f.Reader(c), err)
			if err := f.Render(c, status, "message", page); err != nil {
				return err
			}
			if status < http.StatusInternalServerError {
				return nil
			}
			return fmt.Errorf("%s: %w", whose, err)
		}
	}
}
