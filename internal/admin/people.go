package admin

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"tributary/internal/attribution"
	"tributary/internal/audit"
	"tributary/internal/auth"
	"tributary/internal/people"
	"tributary/internal/texts"
)

type personView struct {
	frame
	Email   string
	Wrong   string
	Asked   bool
	OptIns  []optInRow
	Counts  []pair
	Details []attribution.Person
	Nothing bool
	Erased  *people.Erased
	Remains string
}

// person shows what is held of one person. It reads everything, because not all that is kept can be found by a person.
func (k *desk) person(c echo.Context, who auth.User) error {
	v := personView{frame: k.frame(k.Reader(c).Text("desk.people.title"), "/admin/people", who), Email: c.QueryParam("email"), Remains: people.Remains}
	if v.Email == "" {
		return k.Render(c, http.StatusOK, "person", v)
	}
	email, err := attribution.NormalEmail(v.Email)
	if err != nil {
		v.Wrong = k.Reader(c).Text("desk.people.notanemail")
		return k.Render(c, http.StatusUnprocessableEntity, "person", v)
	}
	v.Email, v.Asked = email, true
	held, err := k.People.Held(c.Request().Context(), account, email)
	if err != nil {
		return err
	}
	if v.OptIns, err = k.optInRows(c, held.OptIns, who); err != nil {
		return err
	}
	v.Details = held.Details
	v.count(k.Reader(c), held)
	return k.Render(c, http.StatusOK, "person", v)
}

func (v *personView) count(say *texts.Reader, held people.Held) {
	v.Counts = []pair{
		{say.Text("desk.people.optins"), say.Number(int64(len(held.OptIns)))}, {say.Text("desk.people.events"), say.Number(int64(len(held.Events)))},
		{say.Text("desk.people.kept"), say.Number(int64(len(held.Quarantine)))}, {say.Text("desk.people.payloads"), say.Number(int64(len(held.Payloads)))},
	}
	if held.Affiliate != nil {
		v.Counts = append(v.Counts, pair{say.Text("desk.people.asaffiliate"), firstText(held.Affiliate.Name, held.Affiliate.ID)})
	}
	v.Nothing = len(held.OptIns)+len(held.Events)+len(held.Quarantine)+len(held.Payloads) == 0 && held.Affiliate == nil
}

// exportPerson sends everything that is held of a person as one JSON file.
func (k *desk) exportPerson(c echo.Context, who auth.User) error {
	email, err := attribution.NormalEmail(c.QueryParam("email"))
	if err != nil {
		return errBadAddress
	}
	ctx := c.Request().Context()
	held, err := k.People.Held(ctx, account, email)
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(held.Document(email), "", "  ")
	if err != nil {
		return fmt.Errorf("writing a person's data: %w", err)
	}
	if err := k.note(ctx, who, audit.PersonExport, k.People.Sealer.Key(email).String(), ""); err != nil {
		return err
	}
	c.Response().Header().Set("Content-Disposition", `attachment; filename="person.json"`)
	return c.JSONBlob(http.StatusOK, text)
}

// erasePerson erases a person, when the word was typed that says that it is meant.
func (k *desk) erasePerson(c echo.Context, who auth.User) error {
	v := personView{frame: k.frame(k.Reader(c).Text("desk.people.title"), "/admin/people", who), Email: c.FormValue("email"), Remains: people.Remains}
	email, err := attribution.NormalEmail(v.Email)
	if err != nil || c.FormValue("sure") != "yes" {
		v.Wrong = k.Reader(c).Text("desk.people.notsure")
		return k.Render(c, http.StatusUnprocessableEntity, "person", v)
	}
	ctx := c.Request().Context()
	done, err := k.People.Erase(ctx, account, email)
	if err != nil {
		return err
	}
	if err := k.note(ctx, who, audit.PersonErase, k.People.Sealer.Key(email).String(), english().Counted("shared.counts.noptins", int64(done.OptIns))); err != nil {
		return err
	}
	v.Email, v.Erased = "", &done
	say := k.Reader(c)
	v.Notice = &notice{"good", say.Text("desk.erased.done",
		"OptIns", say.Counted("shared.counts.noptins", int64(done.OptIns)), "Events", say.Counted("desk.counts.events", int64(done.Events)),
		"Jobs", say.Counted("desk.counts.jobs", int64(done.Jobs)), "Kept", say.Counted("desk.counts.kept", int64(done.Quarantine)),
		"Payloads", say.Counted("desk.counts.payloads", int64(done.Payloads)), "Deliveries", say.Counted("desk.counts.deliveries", int64(done.Deliveries)))}
	return k.Render(c, http.StatusOK, "person", v)
}
