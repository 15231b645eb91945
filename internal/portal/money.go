package portal

import (
	"context"
	"time"

	"tributary/internal/commissions"
	"tributary/internal/texts"
)

// Commissions tells what Keap says that an affiliate has earned, without asking it in between.
type Commissions interface {
	Of(ctx context.Context, affiliate string) (commissions.Earnings, commissions.State, error)
	Version(affiliate string) int
}

// money is the section of commissions.
type money struct {
	Note    string // why the amounts are old, or are not there
	Amounts []amount
	At      string // when Keap said so; "" for never
	AtText  string
	Ago     string
}

type amount struct{ Name, Text, Note string }

// earned is what was found out for it.
type earned struct {
	commissions.Earnings
	state commissions.State
}

// money is nil where the install has no commissions at all.
func (p *portal) money(ctx context.Context, who owner) (*earned, error) {
	if p.Commissions == nil {
		return nil, nil
	}
	e, state, err := p.Commissions.Of(ctx, who.affiliate)
	if err != nil {
		return nil, err
	}
	return &earned{e, state}, nil
}

func (p *portal) moneyOf(say *texts.Reader, e *earned) *money {
	if e == nil {
		return nil
	}
	note := moneyNotes[e.state]
	if e.state == commissions.Disconnected && !e.Read.IsZero() {
		note = "portal.money.old"
	}
	m := &money{}
	if note != "" {
		m.Note = say.Text(note)
	}
	if e.Read.IsZero() {
		return m
	}
	m.Amounts = []amount{
		{say.Text("portal.money.earned"), say.Cents(int64(e.Earned)), ""},
		{say.Text("portal.money.clawbacks"), say.Cents(int64(e.Clawbacks)), say.Text("portal.money.clawbacksnote")},
		{say.Text("portal.money.balance"), say.Cents(int64(e.Balance)), say.Text("portal.money.balancenote")},
	}
	m.At, m.AtText, m.Ago = e.Read.Format(time.RFC3339), say.Moment(e.Read.In(p.Zone)), ago(say, e.Read, p.Now())
	return m
}
