package keap_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"tributary/internal/keap"
	"tributary/internal/keap/keaptest"
	"tributary/internal/keap/sandbox"
)

func TestATagIsAppliedOnceOrTwiceWithTheSameEffect(t *testing.T) {
	box, base := keaptest.Serve(t, sandbox.Options{})
	client, tag, contact := keaptest.Client(t, base), box.AddTag("VIP"), box.AddContact("lee@example.com", "", "")
	if found, err := client.Tag(t.Context(), tag.ID); err != nil || found.Name != "VIP" {
		t.Errorf("found %+v, %v", found, err)
	}
	for _, want := range []string{"SUCCESS", "DUPLICATE"} {
		if word, err := client.ApplyTag(t.Context(), tag.ID, contact.ID); err != nil || word != want {
			t.Errorf("got %q, %v; want %s", word, err, want)
		}
	}
	if tagged := box.Tagged(tag.ID); len(tagged) != 1 || tagged[0] != contact.ID {
		t.Errorf("tagged %v", tagged)
	}
	box.DeleteTag(tag.ID)
	if _, err := client.Tag(t.Context(), tag.ID); !keap.IsNotFound(err) {
		t.Errorf("a tag that is gone: %v", err)
	}
	if _, err := client.ApplyTag(t.Context(), tag.ID, contact.ID); !keap.IsNotFound(err) {
		t.Errorf("applying a tag that is gone: %v", err)
	}
	for _, ids := range [][2]string{{"", contact.ID}, {tag.ID, ""}, {"../1", contact.ID}} {
		if _, err := client.ApplyTag(t.Context(), ids[0], ids[1]); !errors.Is(err, keap.ErrInvalid) {
			t.Errorf("%q: %v", ids, err)
		}
	}
}

func TestATagThatKeapAnswersNoTo(t *testing.T) {
	box, base := keaptest.Serve(t, sandbox.Options{Unknowns: sandbox.Unknowns{AnswerFailures: true}})
	contact := box.AddContact("lee@example.com", "", "")
	if word, err := keaptest.Client(t, base).ApplyTag(t.Context(), "77", contact.ID); !errors.Is(err, keap.ErrDeclined) || word != "FAILURE" {
		t.Errorf("got %q, %v", word, err)
	}
}

func TestAGoalTellsHowManyAutomationsTookIt(t *testing.T) {
	box, base := keaptest.Serve(t, sandbox.Options{})
	client, contact := keaptest.Client(t, base), box.AddContact("lee@example.com", "", "")
	if n, err := client.AchieveGoal(t.Context(), contact.ID, "tributary", "optin"); err != nil || n != 0 {
		t.Errorf("nobody listens: %d, %v", n, err)
	}
	box.AddGoal("tributary", "optin")
	if n, err := client.AchieveGoal(t.Context(), contact.ID, "tributary", "optin"); err != nil || n != 1 {
		t.Errorf("got %d, %v", n, err)
	}
	if _, err := client.AchieveGoal(t.Context(), "999", "tributary", "optin"); !keap.IsRefused(err) {
		t.Errorf("a contact that is gone: %v", err)
	}
	if got := box.Achieved(); len(got) != 1 || got[0].ContactID != contact.ID {
		t.Errorf("achieved %+v", got)
	}
	no := inProcess(t, answers(200, `{"results":[{"success":false,"message":"not for lee@example.com"}]}`), func(*keap.Config) {})
	if _, err := no.AchieveGoal(t.Context(), "5", "a", "b"); !errors.Is(err, keap.ErrDeclined) || strings.Contains(err.Error(), "lee@") {
		t.Errorf("a goal that failed: %v", err)
	}
}

// The trap of Keap's list fields: what a PATCH does not list is removed.
func TestCustomFieldsThatAreNotOursStay(t *testing.T) {
	box, base := keaptest.Serve(t, sandbox.Options{})
	color, count, source := box.AddContactField("Colour", "TEXT"), box.AddContactField("Count", "WHOLE_NUMBER"), box.AddContactField("Source", "TEXT")
	contact := box.AddContact("lee@example.com", "Lee", "Low")
	client := keaptest.Client(t, base)
	for _, values := range []map[string]string{{color.ID: "blue", count.ID: "7"}, {source.ID: "Ünïcode"}} {
		if err := client.SetContactFields(t.Context(), contact.ID, values); err != nil {
			t.Fatal(err)
		}
	}
	got := box.Contacts()[0]
	if text := fmt.Sprint(got.CustomFields); len(got.CustomFields) != 3 || !strings.Contains(text, "blue") || !strings.Contains(text, "Ünïcode") {
		t.Errorf("custom fields %v", got.CustomFields)
	}
	if len(got.Emails) != 1 || got.GivenName != "Lee" {
		t.Errorf("the rest of the contact became %+v", got)
	}
	before := box.Calls()["updateContact"]
	if err := client.SetContactFields(t.Context(), contact.ID, map[string]string{source.ID: "Ünïcode"}); err != nil || box.Calls()["updateContact"] != before {
		t.Errorf("what is so already was written again: %v", err)
	}
	if fields, err := client.ContactFields(t.Context()); err != nil || len(fields) != 3 || fields[1] != (keap.CustomField{ID: count.ID, Label: "Count", Type: "WHOLE_NUMBER"}) {
		t.Errorf("fields %+v, %v", fields, err)
	}
}

func TestACustomFieldThatDoesNotExist(t *testing.T) {
	for name, unknowns := range map[string]sandbox.Unknowns{"refused": {}, "left out": {DropUnknownFields: true}} {
		box, base := keaptest.Serve(t, sandbox.Options{Unknowns: unknowns})
		box.AddContactField("Colour", "TEXT")
		contact := box.AddContact("lee@example.com", "", "")
		err := keaptest.Client(t, base).SetContactFields(t.Context(), contact.ID, map[string]string{"999": "x"})
		if !keap.IsRefused(err) && !errors.Is(err, keap.ErrDeclined) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A read that failed must not be taken for a contact without custom fields: the write would remove them all.
func TestCustomFieldsAreNotWrittenAfterABadRead(t *testing.T) {
	for _, kind := range []sandbox.Kind{sandbox.Blank200, sandbox.HTML, sandbox.Truncated, sandbox.Reset} {
		box, base := keaptest.Serve(t, sandbox.Options{})
		contact := box.AddContact("lee@example.com", "", "")
		if err := box.AddFault(sandbox.Fault{Operation: "getContact", Kind: kind, Times: 1}); err != nil {
			t.Fatal(err)
		}
		if err := keaptest.Client(t, base).SetContactFields(t.Context(), contact.ID, map[string]string{"1": "x"}); err == nil || box.Calls()["updateContact"] != 0 {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

func TestTagsAreListedPageByPage(t *testing.T) {
	box, base := keaptest.Serve(t, sandbox.Options{})
	client := keaptest.Client(t, base)
	for i := range 5 {
		box.AddTag(fmt.Sprintf("Tag %d", i))
	}
	var names []string
	for token := ""; ; {
		page, next, err := client.Tags(t.Context(), token, 2)
		if err != nil || len(page) > 2 {
			t.Fatalf("%v, %v", page, err)
		}
		for _, tag := range page {
			names = append(names, tag.Name)
		}
		if token = next; next == "" {
			break
		}
	}
	if got := strings.Join(names, ", "); got != "Tag 0, Tag 1, Tag 2, Tag 3, Tag 4" {
		t.Errorf("listed %s", got)
	}
}
