package credit

import (
	"context"
	"slices"
	"strings"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/keap"
	"tributary/internal/outbox"
	"tributary/internal/settings"
	"tributary/internal/store"
)

// creatingContact is the code of a job while a contact that it creates may be on its way.
const creatingContact = "creating_contact"

func isCreating(claim *outbox.Claim, o attribution.OptIn) bool {
	return claim.State == store.Sending && (claim.Code == creatingContact || o.ContactID == "")
}

// absent waits for a contact that is not there, or creates it once the form tool has had the owner's grace.
func (c *Crediter) absent(ctx context.Context, claim *outbox.Claim, w work) (keap.Contact, error) {
	if known, err := c.known(ctx, w); err != nil || known.ID != "" {
		return known, c.steered(claim, "fetching the contact", err)
	}
	waiting := &outbox.Later{
		State: claim.State, Status: attribution.Waiting, Step: "waiting", GiveUp: attribution.Held,
		Reason: "Keap has no contact with this e-mail yet; the form tool makes it",
	}
	if w.settings.Contact != settings.Create {
		return keap.Contact{}, waiting
	}
	if due := w.o.Received.Add(time.Duration(w.settings.ContactGrace)); c.o.Now().Before(due) {
		waiting.By, waiting.Reason = due, waiting.Reason+", or else we do after "+w.settings.ContactGrace.String()
		return keap.Contact{}, waiting
	}
	return c.create(ctx, claim, w)
}

// create makes the contact. Keap has no way to say "only if there is none", so it is looked for once more right before:
// a form tool that makes it in the same moment gives two. Nothing of an existing contact is ever touched.
func (c *Crediter) create(ctx context.Context, claim *outbox.Claim, w work) (none keap.Contact, err error) {
	defer c.turns.take(w.o.Person.String())()
	if isCreating(claim, w.o) && c.o.Now().Before(claim.Intended.Add(c.o.Settle)) {
		return none, &outbox.Later{State: store.Sending, Code: creatingContact, Step: "looked", Reason: "Keap does not show the contact that may have been created; waiting before it is created again"}
	}
	intent := store.Settlement{State: store.Sending, Intended: c.o.Now(), Code: creatingContact, Step: "creating the contact", Detail: "the form tool has not made it within " + w.settings.ContactGrace.String()}
	if err := claim.Record(ctx, intent); err != nil {
		return none, err
	}
	claim.State = store.Ready // until the call is made nothing is on its way
	found, err := c.keap.ContactsByEmail(ctx, w.person.Email)
	if err != nil {
		return none, c.steer(claim, "looking for the contact again", err)
	}
	if len(found) > 0 {
		return oldest(found), nil
	}
	made, err := c.keap.CreateContact(ctx, keap.NewContact{
		Email: w.person.Email, GivenName: w.person.FirstName, FamilyName: w.person.LastName, Phone: w.person.Phone,
		OptInReason: w.settings.OptInReason, IPAddress: w.person.IP,
	})
	if err != nil {
		return none, c.createFailed(claim, err)
	}
	return made, claim.Record(ctx, store.Settlement{State: store.Ready, ContactID: made.ID, Step: "contact created", Detail: "contact " + made.ID})
}

// known fetches the contact that this opt-in had before, such as one that we made and that Keap's search does not show
// yet. One that is gone, or has another e-mail now, is none.
func (c *Crediter) known(ctx context.Context, w work) (none keap.Contact, err error) {
	if w.o.ContactID == "" {
		return none, nil
	}
	found, err := c.keap.Contact(ctx, w.o.ContactID)
	if keap.IsNotFound(err) {
		return none, nil
	}
	if err == nil && slices.ContainsFunc(found.Emails, func(e string) bool { return strings.EqualFold(e, w.person.Email) }) {
		return found, nil
	}
	return none, err
}

func (c *Crediter) steered(claim *outbox.Claim, step string, err error) error {
	if err == nil {
		return nil
	}
	return c.steer(claim, step, err)
}

func (c *Crediter) createFailed(claim *outbox.Claim, err error) error {
	switch {
	case keap.MayHaveApplied(err):
		claim.Attempt = 0 // the looks that follow come soon
		return &outbox.Outage{Later: outbox.Later{State: store.Sending, Code: creatingContact, Step: "unsure", Reason: "the answer to the new contact was lost, looking before anything else: " + err.Error()}}
	case keap.IsRefused(err):
		return &outbox.Permanent{Status: attribution.Held, Code: "contact_refused", Step: "held", Reason: "Keap refuses the contact: " + err.Error() + "; create it by hand, then retry"}
	}
	return c.steer(claim, "creating the contact", err)
}
