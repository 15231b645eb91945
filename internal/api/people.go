package api

import (
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"tributary/internal/attribution"
	"tributary/internal/people"
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

func (d Deps) people() *people.People {
	return &people.People{Store: d.Store, Sealer: d.Sealer, Hooks: d.Hooks, Deliveries: d.Webhooks.ForgetErased, Now: d.Now}
}

func exportPerson(d Deps, c echo.Context) error {
	email, err := personEmail(c)
	if err != nil {
		return err
	}
	held, err := d.people().Held(c.Request().Context(), account, email)
	if err != nil {
		return err
	}
	out, err := d.person(c, email, held)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, out)
}

func (d Deps) person(c echo.Context, email string, held people.Held) (out personAnswer, err error) {
	out = personAnswer{Email: email, Details: append([]attribution.Person{}, held.Details...), OptIns: []optInAnswer{}, Events: []personEvent{}, Quarantine: []quarantinedBody{}, Payloads: []payloadAnswer{}}
	for _, o := range held.OptIns {
		row, err := d.optIn(c, o)
		if err != nil {
			return out, err
		}
		out.OptIns = append(out.OptIns, row)
	}
	for _, e := range held.Events {
		out.Events = append(out.Events, personEvent{logged(e), e.Visitor, e.Referrer, e.UTM, e.Form, e.Via})
	}
	for _, q := range held.Quarantine {
		out.Quarantine = append(out.Quarantine, quarantinedBody{quarantined(q.Quarantined), q.Body})
	}
	for _, p := range held.Payloads {
		out.Payloads = append(out.Payloads, payloadOf(p))
	}
	if held.Affiliate != nil {
		a, err := d.affiliate(*held.Affiliate)
		out.Affiliate = &a
		return out, err
	}
	return out, nil
}

func erasePerson(d Deps, c echo.Context) error {
	email, err := personEmail(c)
	if err != nil {
		return err
	}
	done, err := d.people().Erase(c.Request().Context(), account, email)
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
	}{done.OptIns, done.Events, done.Jobs, done.Quarantine, done.Payloads, done.Deliveries, people.Remains})
}
