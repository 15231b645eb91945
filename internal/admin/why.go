package admin

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"tributary/internal/attribution"
	"tributary/internal/auth"
	"tributary/internal/store"
)

const (
	whyOptIns = 20
	whyEvents = 20
	// whyQuarantine is how many of the newest records are opened for one question.
	whyQuarantine = 300
	// whyScan is how much of the log one question reads.
	whyScan = 1500
)

type whyView struct {
	frame
	Q        string
	Asked    string // what the question was taken for
	Answers  []finding
	Searched []string // where was looked
	Found    bool
	Deeper   string // looks where nothing is indexed; "" where that says nothing more
	Checks   bool   // tell what to check
}

// finding is one thing that was found, explained.
type finding struct {
	Title, Text, Href string
	At                stamp
	Tag               word
}

// inquiry is one question on its way.
type inquiry struct {
	*desk
	c    echo.Context
	ctx  context.Context
	who  auth.User
	deep bool
	*whyView
}

// why explains what became of whatever somebody has in hand.
func (k *desk) why(c echo.Context, who auth.User) error {
	v := whyView{frame: k.frame("Why was this counted, or not?", "/admin/why", who), Q: strings.TrimSpace(c.QueryParam("q"))}
	in := &inquiry{k, c, c.Request().Context(), who, c.QueryParam("deep") != "", &v}
	if v.Q == "" {
		return k.Render(c, http.StatusOK, "why", v)
	}
	if err := in.ask(); err != nil {
		return err
	}
	v.Found = len(v.Answers) > 0
	v.Checks = !v.Found
	if in.deep {
		v.Deeper = ""
	}
	return k.Render(c, http.StatusOK, "why", v)
}

func (in *inquiry) ask() error {
	if strings.Contains(in.Q, "@") {
		return in.email()
	}
	if id, err := uuid.Parse(in.Q); err == nil {
		return in.id(id)
	}
	return in.affiliate()
}

// deeper offers a search that reads what has no index.
func (in *inquiry) deeper() { in.Deeper = with("/admin/why", url.Values{"q": {in.Q}, "deep": {"1"}}) }

func (in *inquiry) looked(where string) { in.Searched = append(in.Searched, where) }

func (in *inquiry) email() error {
	email, err := attribution.NormalEmail(in.Q)
	if err != nil {
		in.Asked = "an e-mail address that is none: only whole addresses can be looked for, because they are stored encrypted"
		return nil
	}
	in.Asked = "an e-mail address"
	in.deeper()
	return errors.Join(in.optIns(store.Query{Person: in.People.Sealer.Key(email), Limit: whyOptIns}, "all opt-ins, by their e-mail"), in.kept(email))
}

func (in *inquiry) optIns(q store.Query, where string) error {
	in.looked(where)
	page, err := in.Store.OptIns(in.ctx, account, q)
	if err != nil {
		return err
	}
	return in.explain(page.OptIns...)
}

func (in *inquiry) explain(optIns ...attribution.OptIn) error {
	names := in.namer(in.c)
	for _, o := range optIns {
		who, err := names.of(o.Ref)
		if err != nil {
			return err
		}
		say := in.Reader(in.c)
		title := firstText(in.desk.email(o.Sealed, o.Person, in.who), "An opt-in of nobody known")
		in.Answers = append(in.Answers, finding{
			Title: title, Text: "It came by " + ways(say, o.Via) + ". " + story(say, o, who) + flagText(o), Href: "/admin/optins/" + o.ID.String(), At: in.stamp(o.At), Tag: wordOf(say, o.Status),
		})
	}
	return nil
}

func flagText(o attribution.OptIn) string {
	if len(o.Flags) == 0 {
		return ""
	}
	reasons := make([]string, len(o.Flags))
	for i, f := range o.Flags {
		reasons[i] = f.Reason
	}
	return " It was flagged: " + strings.Join(reasons, "; ") + "."
}

// kept looks for an address in what could not be taken. Nothing there has an index.
func (in *inquiry) kept(email string) error {
	if in.deep {
		return in.everythingKept(email)
	}
	in.looked("the newest " + number(whyQuarantine) + " records of the quarantine")
	records, err := in.Store.Quarantines(in.ctx, uuid.Nil, whyQuarantine)
	if err != nil {
		return err
	}
	for _, q := range records {
		if in.People.Mentioned(q, email) {
			in.found(q)
		}
	}
	return nil
}

func (in *inquiry) everythingKept(email string) error {
	in.looked("all of the quarantine, and all payloads that hooks kept")
	records, err := in.People.Mentions(in.ctx, email)
	if err != nil {
		return err
	}
	for _, q := range records {
		in.found(q.Quarantined)
	}
	told, err := in.People.Hooks.Told(in.ctx, account, email)
	for _, p := range told {
		in.Answers = append(in.Answers, finding{
			Title: "A payload of a hook", At: in.stamp(p.Received), Tag: word{string(p.State), ""}, Href: "/admin/hooks/" + p.Hook,
			Text: firstText(p.Reason, "A hook brought this address") + ".",
		})
	}
	return err
}

func (in *inquiry) found(q store.Quarantined) {
	in.Answers = append(in.Answers, finding{
		Title: "In the quarantine", Text: "It could not be taken: " + q.Reason + ". " + remedies[q.Code], Href: "/admin/quarantine/" + q.ID.String(),
		At: in.stamp(q.Received), Tag: word{"Quarantined", "bad"},
	})
}

// id looks for whatever has an id.
func (in *inquiry) id(id uuid.UUID) error {
	in.Asked = "an id of an opt-in, an event, a visitor or a quarantined record"
	in.looked("opt-ins, events and the quarantine, by their ids")
	o, err := in.Store.OptIn(in.ctx, account, id)
	if err == nil {
		err = in.explain(o)
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if e, err := in.Store.Event(in.ctx, account, id); err == nil {
		in.tell(e)
	} else if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if q, err := in.Store.Quarantined(in.ctx, id); err == nil {
		in.found(q)
	} else if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if len(in.Answers) > 0 {
		return nil
	}
	return in.visitor(id)
}

func (in *inquiry) tell(e store.LoggedEvent) {
	in.Answers = append(in.Answers, finding{
		Title: typeOf(in.Reader(in.c), e.Type), Text: eventStory(e), Href: "/admin/events/" + e.ID.String(), At: in.stamp(e.At), Tag: outcomeOf(in.Reader(in.c), e.Disposition),
	})
}

// visitor reads the log for a visitor: the part after their first visit, whose time their id has, and the newest.
func (in *inquiry) visitor(id uuid.UUID) error {
	starts := []uuid.UUID{in.newest()}
	if id.Version() == 7 {
		starts = append(starts, idAt(timeOf(id).Add(firstVisit)))
	}
	in.looked("the newest " + in.Reader(in.c).Number(whyScan) + " events, and as many after the visitor's first visit")
	seen := map[uuid.UUID]bool{}
	for _, before := range starts {
		read, err := in.Store.Log(in.ctx, account, before, whyScan)
		if err != nil {
			return err
		}
		for _, e := range read {
			if e.Visitor == id && !seen[e.ID] && len(in.Answers) < whyEvents {
				seen[e.ID] = true
				in.tell(e)
			}
		}
	}
	return nil
}
