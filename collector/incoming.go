package main

import (
	"context"
	"errors"
	"time"

	"tributary/internal/admin"
	"tributary/internal/hooks"
	"tributary/internal/intake"
	"tributary/internal/keap"
	"tributary/internal/people"
	"tributary/internal/store"
	"tributary/internal/vault"
)

// adminIncoming is what the desk's pages of what came in work with.
func (c *collector) adminIncoming(seal *vault.Vault, service *hooks.Service, in *intake.Intake, events store.Store) admin.Incoming {
	return admin.Incoming{
		People: &people.People{Store: events, Sealer: seal, Hooks: service, Deliveries: c.webhooks.ForgetErased, Now: time.Now},
		Retake: in.Retake, ContactEmail: c.contactEmail,
	}
}

// contactEmail asks Keap for the first e-mail of a contact.
func (c *collector) contactEmail(ctx context.Context, id string) (string, error) {
	if !c.connected() {
		return "", errors.New("no Keap is connected")
	}
	contact, err := c.keap.Contact(ctx, id)
	if keap.IsNotFound(err) || err == nil && len(contact.Emails) == 0 {
		return "", store.ErrNotFound
	}
	if err != nil {
		return "", err
	}
	return contact.Emails[0], nil
}
