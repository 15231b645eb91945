// Package letter writes what the product mails: to affiliates the login link and the week's numbers, to users of the desk the
// link that lets them in. The shape is in the folder words, the sentences are in web/texts.
package letter

import (
	"bytes"
	"cmp"
	"context"
	"embed"
	"fmt"
	htmltemplate "html/template"
	"strings"
	texttemplate "text/template"
	"time"
	"unicode"

	"tributary/internal/attribution"
	"tributary/internal/auth"
	"tributary/internal/mail"
	"tributary/internal/pass"
	"tributary/internal/settings"
	"tributary/internal/stats"
	"tributary/internal/store"
	"tributary/internal/texts"
)

//go:embed words
var words embed.FS

// Store is what letters ask of the store; see store.Store.
type Store interface {
	Affiliate(ctx context.Context, account attribution.AccountID, ref attribution.Ref) (attribution.Affiliate, error)
	Affiliates(ctx context.Context, account attribution.AccountID, after string, limit int) ([]attribution.Affiliate, error)
	OptIns(ctx context.Context, account attribution.AccountID, q store.Query) (store.Page, error)
	stats.Counters
}

// Vault seals and opens addresses.
type Vault interface {
	Seal(attribution.Person) (attribution.PersonKey, []byte, error)
	Open(sealed []byte, key attribution.PersonKey) (attribution.Person, error)
}

// Options of the letters. All are needed but Texts.
type Options struct {
	Store    Store
	Vault    Vault
	Auth     *auth.Auth
	Queue    *mail.Queue
	Passes   *pass.Passes
	Docs     store.Documents
	Settings func(context.Context, attribution.AccountID) (settings.Settings, error)
	BaseURL  string // the collector's public address
	Now      func() time.Time
	Texts    *texts.Texts // nil means those that the program holds
}

// Letters writes them.
type Letters struct {
	o    Options
	text *texttemplate.Template
	html *htmltemplate.Template
}

// New reads the templates and becomes the writer of the queue.
func New(o Options) (*Letters, error) {
	o.Texts = cmp.Or(o.Texts, texts.Shipped())
	l := &Letters{o: o}
	var err error
	if l.text, err = texttemplate.ParseFS(words, "words/*.txt"); err == nil {
		l.html, err = htmltemplate.ParseFS(words, "words/*.html")
	}
	if err != nil {
		return nil, fmt.Errorf("reading the templates of mails: %w", err)
	}
	o.Queue.Write(mail.Login, l.login)
	o.Queue.Write(mail.Digest, l.weekly)
	o.Queue.Write(mail.Invite, l.invite)
	return l, nil
}

// write fills the two templates of a name; the first line of the text is the subject.
func (l *Letters) write(name string, data any) (letter mail.Letter, err error) {
	var text, html bytes.Buffer
	if err := l.text.ExecuteTemplate(&text, name+".txt", data); err != nil {
		return letter, fmt.Errorf("writing a mail: %w", err)
	}
	if err := l.html.ExecuteTemplate(&html, name+".html", data); err != nil {
		return letter, fmt.Errorf("writing a mail: %w", err)
	}
	subject, body, _ := strings.Cut(text.String(), "\n")
	letter.Subject, letter.Text, letter.HTML = subject, strings.TrimLeft(body, "\n"), html.String()
	return letter, nil
}

// line is a name as it stands in a mail: on one line, and not too long.
func line(name string) string {
	name = strings.Join(strings.FieldsFunc(name, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }), " ")
	runes := []rune(name)
	return string(runes[:min(len(runes), 80)])
}
