package letter_test

import (
	"strings"
	"testing"
	"time"
)

// TestTheDigestIsInTheLanguageOfThePage: an affiliate reads the mail as they read their page last, and in English before that.
func TestTheDigestIsInTheLanguageOfThePage(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		for id, languages := range map[string][]string{"41": nil, "42": {"en", "de"}, "43": {"de", "de", "nl,en-GB"}, "44": {"x\x00y"}} {
			o.affiliate(id, "Ann "+id)
			o.bring(id, "https://www.example.com/webinar", day(5, 1), 1)
			for _, language := range languages {
				if err := o.Remember(t.Context(), account, id, language); err != nil {
					t.Fatal(err)
				}
			}
		}
		time.Sleep(time.Until(day(5, 0)))
		o.run(day(10, 9), 1)
		want := map[string]string{
			"a41@example.com": "from 3 Jan 2000 to 9 Jan 2000", "a42@example.com": "vom 03.01.2000 bis 09.01.2000",
			"a43@example.com": "from 3 jan. 2000 to 9 jan. 2000", "a44@example.com": "from 3 Jan 2000 to 9 Jan 2000",
		}
		for _, l := range o.sent {
			if want := want[l.To]; !strings.Contains(l.Text, want) {
				t.Errorf("the mail to %s lacks %q:\n%s", l.To, want, l.Text)
			}
		}
		if len(o.sent) != 4 {
			t.Errorf("%d mails, want 4", len(o.sent))
		}
	})
}

// TestALoginMailOfTheOwnerIsInTheLanguageOfThePage: who sends it knows nothing of the reader's language.
func TestALoginMailOfTheOwnerIsInTheLanguageOfThePage(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		o.affiliate("42", "Maria")
		if err := o.Remember(t.Context(), account, "42", "de"); err != nil {
			t.Fatal(err)
		}
		for _, language := range []string{"", "en"} {
			if err := o.AskLoginOf(t.Context(), account, "42", language); err != nil {
				t.Fatal(err)
			}
		}
		o.run(time.Now().Add(time.Minute), 1)
		german := 0
		for _, l := range o.sent {
			if strings.Contains(l.HTML, `<html lang="de">`) {
				german++
			}
		}
		if len(o.sent) != 2 || german != 1 {
			t.Errorf("%d of %d mails are German, want 1 of 2", german, len(o.sent))
		}
	})
}
