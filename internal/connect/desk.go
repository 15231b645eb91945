package connect

import (
	"time"

	"tributary/internal/keap"
)

// Desk is a connection as its owner sees it: with what the client and the outbox tell of it.
type Desk struct {
	*Connection
	LastSuccess func() time.Time  // when Keap last did what it was asked; zero before that
	Quota       func() keap.Quota // what Keap told last about its limits
	Pause       func() Pause
}

// Pause says why nothing is delivered at the moment; a Reason of "" means that all is well.
type Pause struct {
	Reason string
	Since  time.Time
	Next   time.Time // when it ends, or Keap is asked again
}

// AuthorizeURL is where Login leads, without what it is asked.
func (c *Connection) AuthorizeURL() string { return c.o.AuthorizeURL }
