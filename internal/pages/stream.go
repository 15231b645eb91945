package pages

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

const (
	// heartbeat keeps proxies from taking a quiet stream for a dead one; most give up after 30 to 60 seconds.
	heartbeat = 15 * time.Second
	// streamLife ends every stream in time. The browser opens a new one, which checks the session again.
	streamLife = 15 * time.Minute
	// writeWithin is how long a reader may take to accept a line before it is let go.
	writeWithin = 10 * time.Second
	// reconnectAfter tells the browser how long to wait, in milliseconds.
	reconnectAfter = 2000
)

// Follow is a stream of server-sent events: "changed" with the version of the page, whenever that is another than the one
// the reader has (Last-Event-ID, or ?since= at first). It ends when the server begins to stop.
func (w *Watch[K]) Follow(c echo.Context, who K, stopping <-chan struct{}) error {
	page, leave, err := w.join(who)
	if err != nil {
		return err
	}
	defer leave()
	out, err := openStream(c)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), streamLife)
	defer cancel()
	f := follower{stream: out, known: known(c), version: func() (string, error) { return w.version(ctx, who, page) }}
	if err := f.run(ctx, stopping); ctx.Err() == nil {
		return err
	}
	return nil // the reader has left, or it is time for a new stream
}

func known(c echo.Context) string {
	if id := c.Request().Header.Get("Last-Event-ID"); id != "" {
		return id
	}
	return c.QueryParam("since")
}

// follower tells one reader of changes.
type follower struct {
	*stream
	known   string
	version func() (string, error)
}

// run goes on until the context ends, the server stops or something fails.
func (f *follower) run(ctx context.Context, stopping <-chan struct{}) error {
	poll, beat := time.NewTicker(pollEvery), time.NewTicker(heartbeat)
	defer poll.Stop()
	defer beat.Stop()
	err := f.tell()
	for err == nil {
		select {
		case <-poll.C:
			err = f.tell()
		case <-beat.C:
			err = f.send(":\n\n")
		case <-stopping:
			return nil
		case <-ctx.Done():
			return nil
		}
	}
	return err
}

func (f *follower) tell() error {
	version, err := f.version()
	if err != nil || version == f.known {
		return err
	}
	f.known = version
	return f.send("id: %s\nevent: changed\ndata: %s\n\n", version, version)
}

// stream writes lines that reach the reader at once.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

func openStream(c echo.Context) (*stream, error) {
	s := &stream{w: c.Response(), control: http.NewResponseController(c.Response())}
	h := c.Response().Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // nginx would hold the lines back
	return s, s.send("retry: %d\n\n", reconnectAfter)
}

func (s *stream) send(format string, args ...any) error {
	if err := s.control.SetWriteDeadline(time.Now().Add(writeWithin)); err != nil {
		return fmt.Errorf("writing to a stream: %w", err)
	}
	if _, err := fmt.Fprintf(s.w, format, args...); err != nil {
		return fmt.Errorf("writing to a stream: %w", err)
	}
	if err := s.control.Flush(); err != nil {
		return fmt.Errorf("writing to a stream: %w", err)
	}
	return nil
}
