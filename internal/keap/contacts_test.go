package keap_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tributary/internal/keap"
	"tributary/internal/keap/keaptest"
	"tributary/internal/keap/sandbox"
)

func TestContactsByEmailFindsExactlyThisPerson(t *testing.T) {
	box, base := keaptest.Serve(t, sandbox.Options{})
	client := keaptest.Client(t, base)
	lee := box.AddContact("lee@example.com", "Lee", "Low")
	twin := box.AddContact("LEE@example.com", "Lee", "Twin")
	star := box.AddContact("l*e@example.com", "Star", "")
	plus := box.AddContact("lee+news@example.com", "Plus", "")
	semi := box.AddContact(`"a;b"@example.com`, "Semi", "")
	tests := []struct {
		email string
		want  []string
	}{
		{"lee@example.com", []string{lee.ID, twin.ID}},
		{" Lee@Example.com ", []string{lee.ID, twin.ID}},
		{"l*e@example.com", []string{star.ID}},
		{"lee+news@example.com", []string{plus.ID}},
		{`"a;b"@example.com`, []string{semi.ID}},
		{"le*", nil},
		{"lee@example.com;given_name==Lee", nil},
		{"nobody@example.com", nil},
	}
	for _, test := range tests {
		found, err := client.ContactsByEmail(t.Context(), test.email)
		if ids := idsOf(found); err != nil || !slices.Equal(ids, test.want) {
			t.Errorf("%q: got %v, %v; want %v", test.email, ids, err, test.want)
		}
	}
	for _, email := range []string{"", " ", "*", "*@example.com", ";email==lee@example.com"} {
		if found, err := client.ContactsByEmail(t.Context(), email); !keap.IsRefused(err) || found != nil {
			t.Errorf("%q: got %v, %v; want a refusal", email, found, err)
		}
	}
}

func idsOf(contacts []keap.Contact) []string {
	var ids []string
	for _, contact := range contacts {
		ids = append(ids, contact.ID)
	}
	return ids
}

// The second and the third e-mail of a person count as much as the first.
func TestContactsByEmailLooksAtAllPlaces(t *testing.T) {
	body := `{"contacts":[
		{"id":7,"email_addresses":[{"email":"third@example.com","field":"EMAIL3"},{"email":"first@example.com","field":"EMAIL1"},{"email":null,"field":"EMAIL2"}]},
		{"id":"8","email_addresses":[{"email":"third@example.com.example.com","field":"EMAIL1"}]},
		{"id":"9"}],"more":"unknown fields are left alone"}`
	client := inProcess(t, answers(200, body), func(*keap.Config) {})
	found, err := client.ContactsByEmail(t.Context(), "third@example.com")
	if err != nil || len(found) != 1 || found[0].ID != "7" || !slices.Equal(found[0].Emails, []string{"first@example.com", "third@example.com"}) {
		t.Errorf("got %+v, %v", found, err)
	}
}

// An e-mail with a wildcard is picked out of those that are like it. Where there are more of them than one page holds, the
// truth is "not known", and not "not there".
func TestContactsByEmailAdmitsWhatItCannotKnow(t *testing.T) {
	box, base := keaptest.Serve(t, sandbox.Options{})
	client := keaptest.Client(t, base)
	for n := range 1001 {
		box.AddContact(fmt.Sprintf("a%d@example.com", n), "", "")
	}
	if _, err := client.ContactsByEmail(t.Context(), "a*b@example.com"); !keap.IsRefused(err) {
		t.Errorf("got %v, want a refusal", err)
	}
}

func TestContact(t *testing.T) {
	box, base := keaptest.Serve(t, sandbox.Options{})
	client := keaptest.Client(t, base)
	lee := box.AddContact("lee@example.com", "Lee", "Low")
	found, err := client.Contact(t.Context(), lee.ID)
	if err != nil || found.GivenName != "Lee" || found.FamilyName != "Low" || !slices.Equal(found.Emails, []string{"lee@example.com"}) {
		t.Errorf("got %+v, %v", found, err)
	}
	for _, id := range []string{"999999", "", "model", "null"} {
		if _, err := client.Contact(t.Context(), id); !keap.IsNotFound(err) {
			t.Errorf("id %q: got %v, want not found", id, err)
		}
	}
}

func TestCreateContact(t *testing.T) {
	box, base := keaptest.Serve(t, sandbox.Options{})
	client := keaptest.Client(t, base)
	person := keap.NewContact{
		Email: "lee@example.com", GivenName: strings.Repeat("é", 50), FamilyName: "Low", Phone: "+15550100",
		OptInReason: "signed up on example.com", IPAddress: "192.0.2.7",
	}
	made, err := client.CreateContact(t.Context(), person)
	if err != nil || made.GivenName != strings.Repeat("é", 40) || !slices.Equal(made.Emails, []string{"lee@example.com"}) {
		t.Fatalf("got %+v, %v", made, err)
	}
	if _, err := client.CreateContact(t.Context(), person); err != nil { // plain: Keap makes another one
		t.Fatal(err)
	}
	held := box.Contacts()
	if len(held) != 2 || !held[0].Emails[0].IsOptIn || held[0].Phones[0].Number != "+15550100" || held[0].Origin.IPAddress != "192.0.2.7" {
		t.Errorf("the sandbox holds %+v", held)
	}
	if _, err := client.CreateContact(t.Context(), keap.NewContact{GivenName: "Lee"}); !keap.IsRefused(err) || keap.MayHaveApplied(err) {
		t.Errorf("nobody: got %v, want a refusal", err)
	}
}
