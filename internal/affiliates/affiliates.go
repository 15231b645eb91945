// Package affiliates is what can be done with affiliates beside counting for them: add one by hand, list them by their
// state, and compare them with those of Keap.
package affiliates

import (
	"context"
	"errors"
	"strings"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// Sealer reads and writes personal data.
type Sealer interface {
	Seal(attribution.Person) (attribution.PersonKey, []byte, error)
	Open(sealed []byte, key attribution.PersonKey) (attribution.Person, error)
}

// Options configure a Desk. Resolve and LastSync may be nil: nobody can be asked then.
type Options struct {
	Store  store.Affiliates
	Sealer Sealer
	Now    func() time.Time
	// Resolve asks Keap, too, for an affiliate.
	Resolve func(context.Context, attribution.Ref) (attribution.Affiliate, error)
	// Sync compares with Keap; see Synced.
	Sync     func(context.Context) (Synced, error)
	LastSync func() Synced // zero before the first
}

// Desk adds and finds affiliates.
type Desk struct{ Options }

// New makes a Desk.
func New(o Options) *Desk { return &Desk{o} }

// Input is an affiliate as somebody gives it; fields that are empty keep what they had.
type Input struct{ ID, Code, Name, Email string }

// Wrong is a field that cannot be as it is, with what can.
type Wrong struct{ Field, Problem string }

func (w *Wrong) Error() string { return w.Problem }

// Put saves an affiliate under Keap's id, and tells whether it is new. The error is a *Wrong where one field is to blame.
func (d *Desk) Put(ctx context.Context, account attribution.AccountID, in Input) (a attribution.Affiliate, added bool, err error) {
	ref, err := in.check()
	if err != nil {
		return a, false, err
	}
	now := d.Now().UTC()
	a, err = d.Store.Affiliate(ctx, account, ref)
	if errors.Is(err, store.ErrNotFound) {
		a, added, err = attribution.Affiliate{ID: in.ID, Learned: now, Via: attribution.ViaAPI}, true, nil
	}
	if err != nil {
		return a, false, err
	}
	if err := d.change(&a, in); err != nil {
		return a, false, err
	}
	return a, added, d.Store.PutAffiliate(ctx, account, a, now)
}

func (in Input) check() (attribution.Ref, error) {
	ref, err := attribution.NewRef(attribution.ByID, in.ID)
	if err != nil || strings.Trim(in.ID, "0123456789") != "" {
		return ref, &Wrong{"id", "id must be the affiliate's id in Keap, a number other than 0, as a string"}
	}
	if in.Code != "" {
		if _, err := attribution.NewRef(attribution.ByCode, in.Code); err != nil {
			return ref, &Wrong{"code", "code: " + err.Error()}
		}
	}
	return ref, nil
}

func (d *Desk) change(a *attribution.Affiliate, in Input) error {
	if in.Code != "" {
		a.Code = in.Code
	}
	if name := strings.TrimSpace(in.Name); name != "" {
		a.Name = name
	}
	if in.Email == "" {
		return nil
	}
	normal, err := attribution.NormalEmail(in.Email)
	if err != nil {
		return &Wrong{"email", "email is not an e-mail address"}
	}
	a.EmailVia = ""
	a.Email.Key, a.Email.Sealed, err = d.Sealer.Seal(attribution.Person{Email: normal})
	return err
}

// Find finds an affiliate here, or in Keap when that can be asked; store.ErrNotFound where there is none.
func (d *Desk) Find(ctx context.Context, account attribution.AccountID, id string) (attribution.Affiliate, error) {
	ref, err := attribution.NewRef(attribution.ByID, id)
	if err != nil {
		return attribution.Affiliate{}, store.ErrNotFound
	}
	a, err := d.Store.Affiliate(ctx, account, ref)
	if errors.Is(err, store.ErrNotFound) && d.Resolve != nil {
		return d.Resolve(ctx, ref)
	}
	return a, err
}

// Email is an affiliate's e-mail; "" where none is known.
func (d *Desk) Email(a attribution.Affiliate) (string, error) {
	if len(a.Email.Sealed) == 0 {
		return "", nil
	}
	p, err := d.Sealer.Open(a.Email.Sealed, a.Email.Key)
	return p.Email, err
}
