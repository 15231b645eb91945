package credit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"tributary/internal/attribution"
	"tributary/internal/keap"
	"tributary/internal/outbox"
	"tributary/internal/settings"
	"tributary/internal/store"
)

// linkKind is the kind of document that tells which link stands in an affiliate's contact; its key is the account and the
// affiliate's id. The one without an id counts how often all were wanted again.
const linkKind = "keap-link"

func linkKey(account attribution.AccountID, affiliate string) string {
	return string(account) + "\x00" + affiliate
}

// linked is what was written, and where. The address itself is not kept: a hash tells whether it is another.
type linked struct {
	Field   string `json:"field"`
	Contact string `json:"contact"`
	Hash    string `json:"hash"`
	Round   int64  `json:"round,omitempty"`
}

// wantedLink is what an affiliate's contact should have.
func (c *Crediter) wantedLink(ctx context.Context, account attribution.AccountID, s settings.Settings, a attribution.Affiliate) (url string, want linked, err error) {
	if url, err = c.o.Link(ctx, account, a.ID); err != nil {
		return "", want, fmt.Errorf("making the link of affiliate %s: %w", a.ID, err)
	}
	round, err := c.timesWanted(ctx, account)
	sum := sha256.Sum256([]byte(url))
	return url, linked{s.LinkField, a.ContactID, hex.EncodeToString(sum[:]), round}, err
}

func (c *Crediter) timesWanted(ctx context.Context, account attribution.AccountID) (int64, error) {
	doc, err := c.store.Get(ctx, linkKind, linkKey(account, ""))
	if errors.Is(err, store.ErrNotFound) {
		return 0, nil
	}
	return doc.Version, err
}

// writtenLink is what is known to stand there, and the version of that knowledge.
func (c *Crediter) writtenLink(ctx context.Context, account attribution.AccountID, affiliate string) (there linked, version int64, err error) {
	doc, err := c.store.Get(ctx, linkKind, linkKey(account, affiliate))
	if errors.Is(err, store.ErrNotFound) {
		return there, 0, nil
	}
	if err == nil {
		err = json.Unmarshal(doc.Value, &there)
	}
	return there, doc.Version, err
}

// link writes an affiliate's lasting address into a custom field of their own contact, so that Keap's mails can merge it.
// It is written down only after the write: a program that ends between the two looks once more, and Keap is sent nothing
// where the field is right already.
func (c *Crediter) link(ctx context.Context, claim *outbox.Claim) error {
	const step = "link"
	s, err := c.o.Settings(ctx, claim.Account)
	if err != nil {
		return err
	}
	if s.LinkField == "" || c.o.Link == nil {
		return switchedOff(step)
	}
	a, err := c.store.Affiliate(ctx, claim.Account, attribution.Ref{Kind: attribution.ByID, Value: claim.Subject})
	if errors.Is(err, store.ErrNotFound) || err == nil && (a.ContactID == "" || !a.Gone.IsZero()) {
		return did(step, "affiliate "+claim.Subject+" has no contact in Keap that is known")
	}
	if err != nil {
		return err
	}
	url, want, err := c.wantedLink(ctx, claim.Account, s, a)
	if err != nil {
		return err
	}
	defer c.turns.take(a.ContactID)()
	if err := c.keap.SetContactFields(keap.Background(ctx), a.ContactID, map[string]string{s.LinkField: url}); err != nil {
		return c.notDone(claim, step, "writing the link of affiliate "+a.ID+" into custom field "+s.LinkField, err)
	}
	if err := c.noteLink(ctx, claim.Account, a.ID, want); err != nil {
		return err
	}
	return did(step, "written into contact "+a.ContactID)
}

func (c *Crediter) noteLink(ctx context.Context, account attribution.AccountID, affiliate string, is linked) error {
	_, version, err := c.writtenLink(ctx, account, affiliate)
	if err != nil {
		return err
	}
	text, err := json.Marshal(is)
	if err == nil {
		_, err = c.store.Put(ctx, linkKind, linkKey(account, affiliate), text, version)
	}
	if err != nil {
		return fmt.Errorf("keeping that the link of affiliate %s is written: %w", affiliate, err)
	}
	return nil
}
