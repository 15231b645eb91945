package letter

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"tributary/internal/attribution"
	"tributary/internal/mail"
	"tributary/internal/store"
	"tributary/internal/texts"
)

// mostPages is how many affiliates of one address a mail names.
const mostPages = 20

// AskLogin queues a login mail for whoever has an address, which must be normalised. It costs the same whether anybody has
// it: that is looked up when the mail is written. language is that of who asked, as in Accept-Language; "" for
// English.
func (l *Letters) AskLogin(ctx context.Context, account attribution.AccountID, email, language string) error {
	key, sealed, err := l.o.Vault.Seal(attribution.Person{Email: email})
	if err != nil {
		return fmt.Errorf("sealing an address: %w", err)
	}
	_, err = l.o.Queue.Put(ctx, mail.Mail{
		ID: mail.NewID(l.o.Now()), Account: account, Class: mail.Login, Masked: attribution.MaskEmail(email), Language: language,
		To: attribution.SealedEmail{Key: key, Sealed: sealed},
	})
	return err
}

// AskLoginOf queues a login mail for one affiliate, to the address that they have when it is written.
// language is as for AskLogin, but "" is the affiliate's own.
func (l *Letters) AskLoginOf(ctx context.Context, account attribution.AccountID, affiliate, language string) error {
	_, err := l.o.Queue.Put(ctx, mail.Mail{ID: mail.NewID(l.o.Now()), Account: account, Class: mail.Login, Affiliate: affiliate, Language: language})
	return err
}

// page is one affiliate's way in.
type page struct{ Name, Code, ID, URL string }

// loginWords is the mail as its templates read it.
type loginWords struct {
	*texts.Reader
	Title, Works string
	Pages        []page
	Many         int64 // how many there are, where there is more than one
}

func newLogin(say *texts.Reader, pages []page) loginWords {
	w := loginWords{Reader: say, Title: say.Text("letter.login.title"), Works: say.Text("letter.login.works"), Pages: pages}
	if len(pages) > 1 {
		w.Many, w.Works = int64(len(pages)), say.Text("letter.login.workeach")
	}
	return w
}

// login writes the mail that lets in. Links are made here, so that one lives its full time from now, and one of an earlier
// attempt is another.
func (l *Letters) login(ctx context.Context, m mail.Mail) (mail.Letter, error) {
	email, affiliates, err := l.recipients(ctx, m)
	if err != nil {
		return mail.Letter{}, err
	}
	say, err := l.sayTo(ctx, m)
	if err != nil {
		return mail.Letter{}, err
	}
	var pages []page
	for _, a := range affiliates {
		token, _, err := l.o.Auth.IssueLink(ctx, m.Account, a.ID)
		if err != nil {
			return mail.Letter{}, err
		}
		name := cmp.Or(line(a.Name), say.Text("letter.login.affiliate", "ID", a.ID))
		pages = append(pages, page{Name: name, Code: line(a.Code), ID: a.ID, URL: l.o.BaseURL + "/portal/login/" + token})
	}
	letter, err := l.write("login", newLogin(say, pages))
	letter.To = email
	return letter, err
}

// sayTo is the reader of a mail: in the language in which it was asked for, or in that of the affiliate whom the owner sends it.
func (l *Letters) sayTo(ctx context.Context, m mail.Mail) (*texts.Reader, error) {
	if m.Language == "" && m.Affiliate != "" {
		return l.readerOf(ctx, m.Account, m.Affiliate)
	}
	return l.o.Texts.For(m.Language), nil
}

// recipients are the affiliates that a mail is for, and their address; mail.ErrNobody for none.
func (l *Letters) recipients(ctx context.Context, m mail.Mail) (email string, affiliates []attribution.Affiliate, err error) {
	if m.Affiliate == "" {
		affiliates, err = l.having(ctx, m)
	} else {
		affiliates, err = l.one(ctx, m)
	}
	if err != nil {
		return "", nil, err
	}
	if len(affiliates) == 0 {
		return "", nil, mail.ErrNobody
	}
	p, err := l.o.Vault.Open(affiliates[0].Email.Sealed, affiliates[0].Email.Key)
	if err != nil {
		return "", nil, fmt.Errorf("opening the address of affiliate %s: %w", affiliates[0].ID, err)
	}
	return p.Email, affiliates, nil
}

func (l *Letters) one(ctx context.Context, m mail.Mail) ([]attribution.Affiliate, error) {
	a, err := l.o.Store.Affiliate(ctx, m.Account, attribution.Ref{Kind: attribution.ByID, Value: m.Affiliate})
	if errors.Is(err, store.ErrNotFound) || err == nil && !reachable(a) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the affiliate: %w", err)
	}
	return []attribution.Affiliate{a}, nil
}

func reachable(a attribution.Affiliate) bool { return a.Gone.IsZero() && len(a.Email.Sealed) > 0 }

// having reads all affiliates: there is no index of addresses, and a thousand take some milliseconds. Login mails are few,
// because the door to them is narrow, and it happens behind the answer.
func (l *Letters) having(ctx context.Context, m mail.Mail) (found []attribution.Affiliate, err error) {
	for after := ""; ; {
		some, err := l.o.Store.Affiliates(ctx, m.Account, after, 500)
		if err != nil {
			return nil, fmt.Errorf("looking for the affiliate: %w", err)
		}
		for _, a := range some {
			if after = a.ID; reachable(a) && a.Email.Key == m.To.Key && len(found) < mostPages {
				found = append(found, a)
			}
		}
		if len(some) == 0 {
			return found, nil
		}
	}
}
