package connect

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tributary/internal/store"
)

// tenantKind is the kind of document that says which Keap app the data belongs to; its key is the account. It outlives
// connections.
const tenantKind = "keap-tenant"

type tenant struct {
	ID   string    `json:"id"`
	Seen time.Time `json:"seen"`
}

// tenant returns the app that the data belongs to, "" before the first connection.
func (c *Connection) tenant(ctx context.Context) (id string, version int64, err error) {
	d, err := c.o.Store.Get(ctx, tenantKind, c.o.Account)
	if errors.Is(err, store.ErrNotFound) {
		return "", 0, nil
	}
	var t tenant
	if err == nil {
		err = json.Unmarshal(d.Value, &t)
	}
	if err != nil {
		return "", 0, fmt.Errorf("reading which Keap app the data belongs to: %w", err)
	}
	return t.ID, d.Version, nil
}

// admit keeps the first app that is seen, and lets no other in unless the owner means it. Where Keap does not tell the
// app ("") nothing can be compared.
func (c *Connection) admit(ctx context.Context, given string, newTenant bool) error {
	for {
		known, version, err := c.tenant(ctx)
		if err != nil || given == "" || given == known {
			return err
		}
		if known != "" && !newTenant {
			return &OtherTenantError{Known: known, Given: given}
		}
		value, err := json.Marshal(tenant{given, c.o.Now().UTC()})
		if err != nil {
			return err
		}
		_, err = c.o.Store.Put(ctx, tenantKind, c.o.Account, value, version)
		if errors.Is(err, store.ErrConflict) {
			continue
		}
		if err != nil {
			return fmt.Errorf("saving which Keap app the data belongs to: %w", err)
		}
		c.o.Logger.Info("this collector's Keap app", "tenant", given, "before", known)
		return nil
	}
}

// ErrNoSuchTenant is returned by AcceptTenant for an app that the credential is not of.
var ErrNoSuchTenant = errors.New("the present credential is not of that app")

// AcceptTenant says that the data moves to the app of the present credential: the way on for a key of the settings that
// is of another app.
func (c *Connection) AcceptTenant(ctx context.Context, id string) error {
	c.mu.Lock()
	standing, of := c.standing, c.now
	c.mu.Unlock()
	if id == "" || standing.Tenant != id {
		return ErrNoSuchTenant
	}
	if err := c.admit(ctx, id, true); err != nil {
		return err
	}
	if standing.State == OtherTenant {
		standing.State, standing.Reason = Connected, ""
		c.settle(of, standing)
	}
	return nil
}
