package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"tributary/internal/keap/sandbox"
)

// TestALastingAddressStandsInKeapAndIsReplacedWhenItIsVoid, in the whole program.
func TestALastingAddressStandsInKeapAndIsReplacedWhenItIsVoid(t *testing.T) {
	p := runProgram(t, nil)
	field := p.box.AddContactField("Login address", "TEXT")
	contact := p.box.AddContact("maria@example.com", "Maria", "")
	p.box.AddAffiliate(sandbox.Affiliate{ID: "101", Code: "maria", ContactID: contact.ID})
	p.awaitKeap()
	var problem struct{ Code, Detail string }
	p.call("POST", "/v1/affiliates/links", "", 409, &problem)
	if problem.Code != "no_link_field" {
		t.Errorf("without a field: %+v", problem)
	}
	p.call("PATCH", "/v1/settings", `{"link_field":"999"}`, 422, &problem)
	if problem.Code != "invalid_link_field" || !strings.Contains(problem.Detail, field.ID+" (Login address)") {
		t.Errorf("a field that is not there: %+v", problem)
	}
	p.call("PATCH", "/v1/settings", `{"link_field":"`+field.ID+`"}`, 200, new(any))
	p.call("POST", "/v1/affiliates/sync", "", 200, new(any))
	first := p.awaitField(contact.ID, field.ID, "")
	var bell struct{ URL string }
	p.call("POST", "/v1/affiliates/101/doorbell", "", 200, &bell)
	if first != bell.URL || !strings.HasPrefix(first, p.url+"/portal/a/") {
		t.Errorf("Keap has %q, the address is %q", first, bell.URL)
	}
	p.answers(first, http.StatusOK)
	p.call("DELETE", "/v1/affiliates/101/doorbell", "", 204, nil)
	second := p.awaitField(contact.ID, field.ID, first)
	p.answers(first, http.StatusGone)
	p.answers(second, http.StatusOK)
	p.box.ClearField(contact.ID, field.ID)
	p.call("POST", "/v1/affiliates/links", "", 202, nil)
	if again := p.awaitField(contact.ID, field.ID, ""); again != second {
		t.Errorf("written again: %q", again)
	}
}

// awaitKeap waits until Keap was asked once.
func (p *running) awaitKeap() {
	p.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		var keap struct{ State string }
		if p.call("GET", "/v1/keap", "", 200, &keap); keap.State == "connected" {
			return
		}
	}
	p.t.Fatal("Keap is not connected")
}

// awaitField waits until a custom field of a contact has another value than before.
func (p *running) awaitField(contact, field, before string) string {
	p.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		for _, c := range p.box.Contacts() {
			for _, f := range c.CustomFields {
				if text, _ := f.Content.(string); c.ID == contact && f.ID == field && text != before {
					return text
				}
			}
		}
	}
	p.t.Fatalf("custom field %s of contact %s stays %q", field, contact, before)
	return ""
}

func (p *running) answers(url string, want int) {
	p.t.Helper()
	res, err := http.Get(url)
	if err != nil {
		p.t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != want {
		p.t.Errorf("GET %s: %d, want %d", url, res.StatusCode, want)
	}
}
