package letter_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/auth"
	"tributary/internal/letter"
	"tributary/internal/mail"
	"tributary/internal/pass"
	"tributary/internal/settings"
	"tributary/internal/store/boltstore"
	"tributary/internal/texts"
	"tributary/internal/vault"
	"tributary/web"
)

const account = attribution.DefaultAccount

// office writes letters over a real store, in a bubble that begins at midnight UTC of Saturday, 1 January 2000.
type office struct {
	*letter.Letters
	t        *testing.T
	store    *boltstore.Store
	queue    *mail.Queue
	vault    *vault.Vault
	settings settings.Settings
	texts    *texts.Texts

	mu   sync.Mutex
	sent []mail.Letter
}

func inOffice(t *testing.T, test func(*testing.T, *office)) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s, err := boltstore.Open(boltstore.Options{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		o := &office{t: t, store: s, settings: settings.Settings{DigestDay: "monday", DigestHour: 8}}
		if o.vault, err = vault.New([]byte(strings.Repeat("k", 32))); err != nil {
			t.Fatal(err)
		}
		o.Letters, o.queue = o.process()
		defer func() {
			if err := errors.Join(s.Check(context.Background()), s.Close()); err != nil {
				t.Error(err)
			}
		}()
		test(t, o)
	})
}

// process is one more program over the same store.
func (o *office) process() (*letter.Letters, *mail.Queue) {
	q := mail.NewQueue(mail.Options{Docs: o.store, Send: o.send, Now: time.Now, Logger: quiet})
	l, err := letter.New(letter.Options{
		Store: o.store, Docs: o.store, Vault: o.vault, Auth: auth.New(o.store, time.Now), Queue: q, Passes: pass.New(o.store, o.vault), BaseURL: "https://go.example.com", Now: time.Now,
		Settings: func(context.Context, attribution.AccountID) (settings.Settings, error) { return o.settings, nil },
		Texts:    o.texts,
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return l, q
}

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

func (o *office) send(_ context.Context, _ string, l mail.Letter) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sent = append(o.sent, l)
	return nil
}

// run lets some programs run until a moment.
func (o *office) run(until time.Time, processes int) {
	ctx, stop := context.WithDeadline(o.t.Context(), until)
	defer stop()
	var all sync.WaitGroup
	for range processes {
		l, q := o.process()
		all.Go(func() { l.Run(ctx, account, quiet) })
		all.Go(func() { q.Run(ctx) })
	}
	all.Wait()
}

func (o *office) affiliate(id, name string) {
	o.t.Helper()
	a := attribution.Affiliate{ID: id, Name: name}
	var err error
	if a.Email.Key, a.Email.Sealed, err = o.vault.Seal(attribution.Person{Email: "a" + id + "@example.com"}); err == nil {
		err = o.store.PutAffiliate(o.t.Context(), account, a, time.Now())
	}
	if err != nil {
		o.t.Fatal(err)
	}
}

// bring has people opt in for an affiliate at a moment.
func (o *office) bring(affiliate, page string, at time.Time, people int) {
	o.t.Helper()
	touch := attribution.Touch{Ref: attribution.Ref{Kind: attribution.ByID, Value: affiliate}, At: at}
	var events []attribution.Event
	for range people {
		e := attribution.Event{ID: uuid.Must(uuid.NewV7()), Type: attribution.OptedIn, At: at, Received: at, Site: "st_test", Via: attribution.ViaForm, First: touch, Latest: touch, Visitor: uuid.New(), URL: page}
		var err error
		if e.Person, e.Sealed, err = o.vault.Seal(attribution.Person{Email: uuid.NewString() + "@person.example"}); err != nil {
			o.t.Fatal(err)
		}
		events = append(events, e)
	}
	if _, err := o.store.Ingest(o.t.Context(), account, attribution.DefaultPolicy, events); err != nil {
		o.t.Fatal(err)
	}
}

func day(n, hour int) time.Time { return time.Date(2000, 1, n, hour, 0, 0, 0, time.UTC) }

// 10 January 2000 is a Monday: the week is 3 to 9 January.
func TestADigestTellsTheWeek(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		o.affiliate("42", "Maria\r\nRossi <b>")
		o.affiliate("43", "Sam Lee")
		o.bring("42", "https://www.example.com/old", day(2, 23), 5) // the week before
		o.bring("42", "https://www.example.com/webinar", day(3, 0), 2)
		o.bring("42", "https://www.example.com/book", day(9, 23), 1)
		o.bring("42", "https://www.example.com/next", day(10, 0), 9) // the week after
		o.bring("43", "https://www.example.com/old", day(1, 5), 1)   // nothing in this week
		time.Sleep(time.Until(day(5, 0)))                            // past the digest of the week before
		o.run(day(10, 7), 1)
		if len(o.sent) != 0 {
			t.Fatalf("%d mails before their hour", len(o.sent))
		}
		o.run(day(10, 9), 1)
		if len(o.sent) != 1 {
			t.Fatalf("%d mails, want one", len(o.sent))
		}
		l := o.sent[0]
		for _, want := range []string{"Hello Maria Rossi <b>,", "from 3 Jan 2000 to 9 Jan 2000", "Opt-ins: 3 (2 fewer than the week before)", "Clicks: 0 (as in the week before)", "www.example.com/webinar, with 2 opt-ins", l.Unsubscribe} {
			if !strings.Contains(l.Text, want) {
				t.Errorf("the text lacks %q:\n%s", want, l.Text)
			}
		}
		if l.To != "a42@example.com" || l.Subject != "Your week: 3 opt-ins" || !strings.HasPrefix(l.Unsubscribe, "https://go.example.com/portal/digest/") {
			t.Errorf("to %s, %s, %s", l.To, l.Subject, l.Unsubscribe)
		}
		if strings.Contains(l.HTML, "<b>,") || !strings.Contains(l.HTML, "Rossi &lt;b&gt;") || strings.Contains(l.Text+l.HTML, "person.example") {
			t.Errorf("the HTML is %s", l.HTML)
		}
	})
}

func TestOneDigestAWeekWhateverRuns(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		const many = 30
		for i := range many {
			id := fmt.Sprint(100 + i)
			o.affiliate(id, "")
			o.bring(id, "https://www.example.com/", day(5, 5), 1)
			o.bring(id, "https://www.example.com/", day(12, 5), 1)
		}
		o.run(day(10, 8).Add(time.Second), 3) // three replicas are stopped in the midst of it
		o.run(day(10, 12), 3)                 // and begin again
		o.settings.DigestDay = "wednesday"    // the owner changes the day
		o.run(day(13, 12), 2)
		if len(o.sent) != many {
			t.Fatalf("%d mails of the first week, want %d", len(o.sent), many)
		}
		o.settings.DigestDay = "monday"
		o.run(day(18, 12), 2)
		if len(o.sent) != 2*many {
			t.Errorf("%d mails after two weeks, want %d", len(o.sent), 2*many)
		}
		count := map[string]int{}
		for _, l := range o.sent {
			count[l.To]++
		}
		for to, n := range count {
			if n != 2 {
				t.Errorf("%s got %d", to, n)
			}
		}
	})
}

func TestADigestThatIsOff(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		for _, id := range []string{"42", "43"} {
			o.affiliate(id, "")
			o.bring(id, "https://www.example.com/", day(5, 5), 1)
			o.bring(id, "https://www.example.com/", day(12, 5), 1)
		}
		for _, off := range []bool{true, true} { // twice is once
			if err := o.SetOff(t.Context(), account, "42", off); err != nil {
				t.Fatal(err)
			}
		}
		o.run(day(10, 12), 1)
		if len(o.sent) != 1 || o.sent[0].To != "a43@example.com" {
			t.Fatalf("sent %v", o.sent)
		}
		if err := o.SetOff(t.Context(), account, "42", false); err != nil {
			t.Fatal(err)
		}
		o.run(day(17, 12), 1)
		if len(o.sent) != 3 {
			t.Errorf("%d mails, want both in the second week", len(o.sent))
		}
	})
}

// Who leaves while their mail waits for the mail server does not get it.
func TestLeavingWhileAMailWaits(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		o.affiliate("42", "")
		o.bring("42", "https://www.example.com/", day(5, 5), 1)
		time.Sleep(time.Until(day(10, 9)))
		if n, err := o.Round(t.Context(), account); n != 1 || err != nil {
			t.Fatalf("queued %d, %v", n, err)
		}
		if err := o.SetOff(t.Context(), account, "42", true); err != nil {
			t.Fatal(err)
		}
		o.run(day(10, 10), 1)
		if len(o.sent) != 0 {
			t.Error("it is sent")
		}
	})
}

func TestNoDigestIsSentLongAfterItsMoment(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		o.affiliate("42", "")
		o.bring("42", "https://www.example.com/", day(5, 5), 1)
		time.Sleep(time.Until(day(11, 9))) // the program was away for more than a day
		o.run(day(12, 9), 1)
		if o.settings.DigestDay = ""; len(o.sent) != 0 {
			t.Errorf("%d mails", len(o.sent))
		}
		o.run(day(31, 9), 1)
		if len(o.sent) != 0 {
			t.Errorf("%d mails although none are wanted", len(o.sent))
		}
	})
}

// Who asks for a login mail gets it in the language of the page that they asked on, each sentence of it.
func TestALoginMailIsInTheLanguageOfWhoAsked(t *testing.T) {
	english, err := fs.ReadFile(web.Texts(), "en.toml")
	if err != nil {
		t.Fatal(err)
	}
	bracketed := regexp.MustCompile(`(?m)^(\w+ = ")(.*)"$`).ReplaceAll(english, []byte("${1}⟦$2⟧\""))
	all, err := texts.Read(fstest.MapFS{"en.toml": {Data: english}, "eo.toml": {Data: bracketed}})
	if err != nil {
		t.Fatal(err)
	}
	inOffice(t, func(t *testing.T, o *office) {
		o.texts = all
		o.Letters, o.queue = o.process()
		o.affiliate("42", "Maria <b>Rossi</b>")
		for _, language := range []string{"eo", "en", "", "nonsense, \x00"} {
			if err := o.AskLoginOf(t.Context(), account, "42", language); err != nil {
				t.Fatal(err)
			}
		}
		o.run(time.Now().Add(time.Minute), 1)
		if len(o.sent) != 4 {
			t.Fatalf("sent %v", o.sent)
		}
		own := 0
		for _, l := range o.sent {
			if !strings.Contains(l.Text, "⟦") {
				continue
			}
			own++
			rest := regexp.MustCompile(`⟦[^⟧]*⟧|https://\S+|<[^>]*>`).ReplaceAllString(l.Subject+l.Text+l.HTML, "")
			if words := regexp.MustCompile(`\pL+`).FindAllString(rest, -1); len(words) > 0 || !strings.Contains(l.HTML, `<html lang="eo">`) || strings.Contains(l.HTML, "<b>Rossi") {
				t.Errorf("in no brackets are %q: %s", words, l.HTML)
			}
		}
		if own != 1 {
			t.Errorf("%d mails are in the second language, want 1", own)
		}
	})
}

func TestALoginMailNamesEachAffiliateOfAnAddress(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		o.affiliate("42", "Maria Rossi")
		if err := o.AskLogin(t.Context(), account, "a42@example.com", ""); err != nil {
			t.Fatal(err)
		}
		if err := o.AskLogin(t.Context(), account, "nobody@example.com", ""); err != nil {
			t.Fatal(err)
		}
		o.run(time.Now().Add(time.Minute), 1)
		if len(o.sent) != 1 || o.sent[0].To != "a42@example.com" || o.sent[0].Unsubscribe != "" || !strings.Contains(o.sent[0].Text, "https://go.example.com/portal/login/") {
			t.Fatalf("sent %v", o.sent)
		}
		o.affiliate("43", "Maria's other one")
		for _, id := range []string{"43", "99"} {
			if err := o.AskLoginOf(t.Context(), account, id, ""); err != nil {
				t.Fatal(err)
			}
		}
		o.run(time.Now().Add(time.Minute), 1)
		if len(o.sent) != 2 || o.sent[1].To != "a43@example.com" || strings.Count(o.sent[1].Text, "/portal/login/") != 1 {
			t.Fatalf("sent %v", o.sent)
		}
		if left, err := o.queue.List(t.Context(), mail.Waiting, "", 10); len(left) != 0 || err != nil {
			t.Errorf("left are %v, %v", left, err)
		}
	})
}
