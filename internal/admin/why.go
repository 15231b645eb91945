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
	"tributary/internal/hooks"
	"tributary/internal/store"
	"tributary/internal/texts"
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
	Asked    string // the key of what the question was taken for
	Answers  []finding
	Searched string // where was looked
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
	c      echo.Context
	ctx    context.Context
	say    *texts.Reader
	who    auth.User
	deep   bool
	places []string // that were looked through
	*whyView
}

// why explains what became of whatever somebody has in hand.
func (k *desk) why(c echo.Context, who auth.User) error {
	v := whyView{frame: k.frame(k.Reader(c).Text("desk.why.title"), "/admin/why", who), Q: strings.TrimSpace(c.QueryParam("q"))}
	in := &inquiry{k, c, c.Request().Context(), k.Reader(c), who, c.QueryParam("deep") != "", nil, &v}
	if v.Q == "" {
		return k.Render(c, http.StatusOK, "why", v)
	}
	if err := in.ask(); err != nil {
		return err
	}
	v.Found, v.Searched = len(v.Answers) > 0, strings.Join(in.places, "; ")
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

func (in *inquiry) looked(where string) { in.places = append(in.places, where) }

func (in *inquiry) email() error {
	email, err := attribution.NormalEmail(in.Q)
	if err != nil {
		in.Asked = "desk.why.asnoemail"
		return nil
	}
	in.Asked = "desk.why.asemail"
	in.deeper()
	return errors.Join(in.optIns(store.Query{Person: in.People.Sealer.Key(email), Limit: whyOptIns}, "desk.why.byemail"), in.kept(email))
}

func (in *inquiry) optIns(q store.Query, place string) error {
	in.looked(in.say.Text(place))
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
		title := firstText(in.desk.email(o.Sealed, o.Person, in.who), in.say.Text("desk.why.nobodyknown"))
		in.Answers = append(in.Answers, finding{
			Title: title, Text: in.say.Text("desk.why.cameby", "Ways", ways(in.say, o.Via)) + " " + story(in.say, o, who) + flagText(in.say, o), Href: "/admin/optins/" + o.ID.String(), At: in.stamp(o.At), Tag: wordOf(in.say, o.Status),
		})
	}
	return nil
}

func flagText(say *texts.Reader, o attribution.OptIn) string {
	if len(o.Flags) == 0 {
		return ""
	}
	reasons := make([]string, len(o.Flags))
	for i, f := range o.Flags {
		reasons[i] = f.Reason
	}
	return " " + say.Text("desk.why.flagged", "Reasons", strings.Join(reasons, "; "))
}

// kept looks for an address in what could not be taken. Nothing there has an index.
func (in *inquiry) kept(email string) error {
	if in.deep {
		return in.everythingKept(email)
	}
	in.looked(in.say.Counted("desk.why.newestkept", whyQuarantine))
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
	in.looked(in.say.Text("desk.why.allkept"))
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
			Title: in.say.Text("desk.why.payload"), At: in.stamp(p.Received), Tag: word{called(in.say, payloadWords, p.State), ""}, Href: "/admin/hooks/" + p.Hook,
			Text: payloadText(in.say, p),
		})
	}
	return err
}

// payloadWords are the states of what hooks kept.
var payloadWords = map[hooks.State]string{
	hooks.Taken: "desk.why.payloadtaken", hooks.Waiting: "desk.why.payloadwaiting", hooks.Refused: "desk.why.payloadrefused",
}

func payloadText(say *texts.Reader, p hooks.Payload) string {
	if p.Reason != "" {
		return p.Reason + "."
	}
	return say.Text("desk.why.payloadtext")
}

func (in *inquiry) found(q store.Quarantined) {
	text := in.say.Text("desk.why.kepttext", "Reason", q.Reason)
	if remedy := remedies[q.Code]; remedy != "" {
		text += " " + in.say.Text(remedy)
	}
	in.Answers = append(in.Answers, finding{
		Title: in.say.Text("desk.why.kept"), Text: text, Href: "/admin/quarantine/" + q.ID.String(),
		At: in.stamp(q.Received), Tag: word{in.say.Text("desk.quarantine.titleone"), "bad"},
	})
}

// id looks for whatever has an id.
func (in *inquiry) id(id uuid.UUID) error {
	in.Asked = "desk.why.asid"
	in.looked(in.say.Text("desk.why.byid"))
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
		Title: typeOf(in.say, e.Type), Text: eventStory(in.say, e), Href: "/admin/events/" + e.ID.String(), At: in.stamp(e.At), Tag: outcomeOf(in.say, e.Disposition),
	})
}

// visitor reads the log for a visitor: the part after their first visit, whose time their id has, and the newest.
func (in *inquiry) visitor(id uuid.UUID) error {
	starts := []uuid.UUID{in.newest()}
	if id.Version() == 7 {
		starts = append(starts, idAt(timeOf(id).Add(firstVisit)))
	}
	in.looked(in.say.Counted("desk.why.newestevents", whyScan))
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
