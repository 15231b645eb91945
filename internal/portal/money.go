package portal

import (
	"context"
	"fmt"
	"time"

	"tributary/internal/commissions"
	"tributary/internal/keap"
	"tributary/internal/pages"
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

// money is nil where the install has no commissions at all.
func (p *portal) money(ctx context.Context, who owner) (*money, error) {
	if p.Commissions == nil {
		return nil, nil
	}
	e, state, err := p.Commissions.Of(ctx, who.affiliate)
	if err != nil {
		return nil, err
	}
	m := &money{Note: moneyNotes[state]}
	if e.Read.IsZero() {
		return m, nil
	}
	if state == commissions.Disconnected {
		m.Note = moneyOld
	}
	m.Amounts = []amount{
		{moneyWords.earned, decimal(e.Earned), ""},
		{moneyWords.clawbacks, decimal(e.Clawbacks), moneyWords.clawbacksNote},
		{moneyWords.balance, decimal(e.Balance), moneyWords.balanceNote},
	}
	m.At, m.AtText, m.Ago = e.Read.Format(time.RFC3339), moment(e.Read.In(p.Zone)), ago(e.Read, p.Now())
	return m, nil
}

// decimal writes an amount as English does; Keap names no currency.
func decimal(c keap.Cents) string {
	sign := ""
	if c < 0 {
		sign, c = "-", -c
	}
	return fmt.Sprintf("%s%s.%02d", sign, pages.Grouped(int64(c)/100), c%100)
}
