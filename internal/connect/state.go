package connect

import "time"

// State is where a connection stands.
type State string

const (
	Disconnected State = "disconnected"
	Unchecked    State = "unchecked"    // Keap could not be asked yet whose credential this is
	Connected    State = "connected"    // Keap takes the credential, and it is of the app that we know
	Refused      State = "refused"      // Keap does not take it
	OtherTenant  State = "other_tenant" // it is of another app
)

const howToConnect = "connect it by \"tributary keap login\", or give a key by --keap-key"

// standing is a state with its reason.
type standing struct {
	State   State
	Reason  string
	Tenant  string    // of the credential, as Keap told it
	checked time.Time // when Keap told it
}

// runs says whether calls may be made. What was stored has been checked when it was stored; a key of the settings may be
// another one than before.
func (s standing) runs(how How) bool {
	return s.State == Connected || s.State == Unchecked && how != ByFlag
}

// stand changes the standing and wakes who waits for that. c.mu is held.
func (c *Connection) stand(next standing) {
	before := c.standing
	c.standing = next
	if before.State == next.State && before.Reason == next.Reason {
		return
	}
	close(c.changed)
	c.changed = make(chan struct{})
	switch next.State {
	case Connected:
		c.o.Logger.Info("Keap is connected", "tenant", next.Tenant, "by", c.now.How)
	case Unchecked:
		c.o.Logger.Debug("Keap is not checked yet", "reason", next.Reason)
	case Disconnected:
		c.o.Logger.Warn("Keap is not connected: opt-ins are stored and wait; " + howToConnect)
	default:
		c.o.Logger.Error("Keap is not connected; opt-ins are stored and wait", "state", next.State, "reason", next.Reason)
	}
}

// settle changes the standing of the credential that was asked about, unless there is another by now.
func (c *Connection) settle(of credential, next standing) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.now.token() == of.token() {
		c.stand(next)
	}
}

// Works says whether calls may be made, and gives a channel that is closed when that may have changed.
func (c *Connection) Works() (bool, <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.standing.runs(c.now.How), c.changed
}

// State returns the state and its reason in words, for a line of /readyz.
func (c *Connection) State() (State, string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.standing.State, c.standing.Reason
}
