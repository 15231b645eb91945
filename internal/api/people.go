package api

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// personAnswer is everything that is held of a person.
type personAnswer struct {
	Email      string               `json:"email"`
	Details    []attribution.Person `json:"details"` // each different way the person filled in a form
	OptIns     []optInAnswer        `json:"optins"`
	Events     []personEvent        `json:"events"`
	Quarantine []quarantinedBody    `json:"quarantine"`
	Payloads   []payloadAnswer      `json:"payloads"`  // what hooks kept of the person
	Affiliate  *affiliateAnswer     `json:"affiliate"` // when the person is an affiliate as well
}

type personEvent struct {
	eventAnswer
	Visitor  uuid.UUID        `json:"visitor"`
	Referrer string           `json:"referrer,omitempty"`
	UTM      attribution.UTM  `json:"utm,omitzero"`
	Form     attribution.Form `json:"form,omitzero"`
	Via      attribution.Via  `json:"via,omitempty"`
}

func personEmail(c echo.Context) (string, error) {
	email, err := attribution.NormalEmail(c.QueryParam("email"))
	if err != nil {
		return "", invalid("invalid_email", "email must be an e-mail address, such as ?email=ann%40example.com")
	}
	return email, nil
}

func exportPerson(d Deps, c echo.Context) error {
	email, err := personEmail(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	held, err := d.Store.Export(ctx, account, d.Sealer.Key(email))
	if err != nil {
		return err
	}
	out := personAnswer{Email: email, Details: []attribution.Person{}, OptIns: []optInAnswer{}, Events: []personEvent{}, Quarantine: []quarantinedBody{}, Payloads: []payloadAnswer{}}
	if err := d.exportOptIns(c, held, &out); err != nil {
		return err
	}
	if err := d.eachQuarantinedOf(ctx, email, func(q store.Quarantined, raw []byte) error {
		out.Quarantine = append(out.Quarantine, quarantinedBody{quarantined(q), string(raw)})
		return nil
	}); err != nil {
		return err
	}
	if out.Affiliate, err = d.affiliateWith(ctx, email); err != nil {
		return err
	}
	told, err := d.Hooks.Told(ctx, account, email)
	if err != nil {
		return err
	}
	for _, p := range told {
		out.Payloads = append(out.Payloads, payloadOf(p))
	}
	return c.JSON(http.StatusOK, out)
}

func (d Deps) exportOptIns(c echo.Context, held store.Exported, out *personAnswer) error {
	for _, o := range held.OptIns {
		row, err := d.optIn(c, o)
		if err != nil {
			return err
		}
		out.OptIns = append(out.OptIns, row)
		if err := d.addDetails(out, o.Sealed, o.Person); err != nil {
			return err
		}
	}
	for _, e := range held.Events {
		out.Events = append(out.Events, personEvent{logged(e), e.Visitor, e.Referrer, e.UTM, e.Form, e.Via})
		if err := d.addDetails(out, e.Sealed, e.Person); err != nil {
			return err
		}
	}
	return nil
}

func (d Deps) addDetails(out *personAnswer, sealed []byte, key attribution.PersonKey) error {
	if len(sealed) == 0 {
		return nil
	}
	p, err := d.Sealer.Open(sealed, key)
	if err == nil && !slices.Contains(out.Details, p) {
		out.Details = append(out.Details, p)
	}
	return err
}

// eachQuarantinedOf calls fn for the records of the quarantine that hold an address. Nothing there is indexed by person,
// because nothing there could be read as a person's: all of it is opened and searched.
func (d Deps) eachQuarantinedOf(ctx context.Context, email string, fn func(store.Quarantined, []byte) error) error {
	for before := uuid.Nil; ; {
		page, err := d.Store.Quarantines(ctx, before, maxLimit)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, q := range page {
			raw, err := d.Sealer.OpenBytes(q.Sealed, store.QuarantineKind, q.ID.String())
			if err != nil || !mentions(raw, email) {
				continue // what cannot be opened cannot be told from anybody's
			}
			if err := fn(q, raw); err != nil {
				return err
			}
		}
		before = page[len(page)-1].ID
	}
}

// mentions finds an address in text, as it is and as a form or JSON escapes it.
func mentions(raw []byte, email string) bool {
	text := bytes.ToLower(raw)
	for _, form := range []string{email, url.QueryEscape(email), string(bytes.ReplaceAll([]byte(email), []byte("@"), []byte(`\u0040`)))} {
		if bytes.Contains(text, bytes.ToLower([]byte(form))) {
			return true
		}
	}
	return false
}

// affiliateWith finds the affiliate who has this address.
func (d Deps) affiliateWith(ctx context.Context, email string) (*affiliateAnswer, error) {
	key := d.Sealer.Key(email)
	for after := ""; ; {
		page, err := d.Store.Affiliates(ctx, account, after, maxLimit)
		if err != nil || len(page) == 0 {
			return nil, err
		}
		for _, a := range page {
			if a.Email.Key == key {
				out, err := d.affiliate(a)
				return &out, err
			}
		}
		after = page[len(page)-1].ID
	}
}

// remains says what no program can take back.
const remains = "older copies of the encrypted records stay in unused pages of the database until \"tributary compact\", and in backups until these are deleted; Keap, the form tool and whoever webhooks told keep their own records"

func erasePerson(d Deps, c echo.Context) error {
	email, err := personEmail(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	done, err := d.Store.Erase(ctx, account, d.Sealer.Key(email), d.Now().UTC())
	if err != nil {
		return err
	}
	var ids []uuid.UUID
	err = d.eachQuarantinedOf(ctx, email, func(q store.Quarantined, _ []byte) error {
		ids = append(ids, q.ID)
		return nil
	})
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := d.Store.Unquarantine(ctx, id); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	payloads, err := d.Hooks.Forget(ctx, account, email)
	if err != nil {
		return err
	}
	deliveries, err := d.Webhooks.ForgetErased(ctx)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, struct {
		OptIns     int    `json:"optins"`
		Events     int    `json:"events"`
		Jobs       int    `json:"jobs"`
		Quarantine int    `json:"quarantine"`
		Payloads   int    `json:"payloads"`
		Deliveries int    `json:"deliveries"`
		Remains    string `json:"remains"`
	}{done.OptIns, done.Events, done.Jobs, len(ids), payloads, deliveries, remains})
}
