package mail_test

import (
	"errors"
	"testing"
	"time"

	"tributary/internal/mail"
	"tributary/internal/store"
)

func TestAMailThatWasGivenUpIsSentAgain(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		refuse := true
		o.take = func(string, mail.Letter) error {
			if refuse {
				return &mail.Refused{Reason: "unknown here"}
			}
			return nil
		}
		q := o.queue()
		for _, m := range []mail.Mail{
			{ID: "digest", Class: mail.Digest, Affiliate: "101", Week: "2026-11-16", Language: "de"}, {ID: "asked", Class: mail.Login}, {ID: "invited", Class: mail.Invite, User: "7"},
		} {
			if _, err := q.Put(t.Context(), m); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := q.Retry(t.Context(), "digest"); !errors.Is(err, mail.ErrNotFailed) {
			t.Errorf("one that waits: %v", err)
		}
		o.run(time.Minute, q)
		refuse = false
		if _, err := q.Retry(t.Context(), "asked"); !errors.Is(err, mail.ErrAddressGone) {
			t.Errorf("one without an address: %v", err)
		}
		if _, err := q.Retry(t.Context(), "nonsense"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("one that is not there: %v", err)
		}
		for range 2 { // a second press is the same
			again, err := q.Retry(t.Context(), "digest")
			if err != nil || again.ID == "digest" || again.State != mail.Waiting || again.Week != "2026-11-16" || again.Affiliate != "101" || again.Language != "de" {
				t.Errorf("%+v, %v", again, err)
			}
		}
		if _, err := q.Retry(t.Context(), "invited"); err != nil {
			t.Error(err)
		}
		o.run(time.Minute, q)
		if again, err := q.Retry(t.Context(), "digest"); err != nil || again.State != mail.Sent {
			t.Errorf("once more: %+v, %v", again, err)
		}
		o.run(time.Minute, q)
		if len(o.sent) != 2 {
			t.Errorf("sent %v", o.sent)
		}
		all, err := q.List(t.Context(), mail.Failed, "", 10)
		if err != nil || len(all) != 3 {
			t.Errorf("those that failed stay in the list: %+v, %v", all, err)
		}
	})
}
