package keap_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tributary/internal/keap"
	"tributary/internal/keap/keaptest"
	"tributary/internal/keap/sandbox"
)

func TestHooks(t *testing.T) {
	_, url := keaptest.Serve(t, sandbox.Options{Delivery: sandbox.Delivery{Timeout: time.Second}})
	client := keaptest.Client(t, url)
	answering := true
	listener := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if answering {
			w.Header().Set("X-Hook-Secret", r.Header.Get("X-Hook-Secret"))
		}
	}))
	defer listener.Close()
	made, err := client.CreateHook(t.Context(), keap.HookContactAdd, listener.URL+"/h/secret")
	if err != nil || made.Status != keap.HookVerified {
		t.Fatalf("made %+v, %v", made, err)
	}
	answering = false
	silent, err := client.CreateHook(t.Context(), keap.HookContactAdd, listener.URL+"/h/silent")
	if err != nil || silent.Status != keap.HookUnverified {
		t.Fatalf("silent %+v, %v", silent, err)
	}
	answering = true
	if silent, err = client.VerifyHook(t.Context(), silent); err != nil || silent.Status != keap.HookVerified {
		t.Errorf("verified %+v, %v", silent, err)
	}
	all, err := client.Hooks(t.Context())
	if err != nil || len(all) != 2 || all[0] != made || all[1] != silent {
		t.Errorf("all %+v, %v", all, err)
	}
	for range 2 { // the second time it is gone
		if err := client.DeleteHook(t.Context(), made); err != nil {
			t.Error(err)
		}
	}
	if all, err := client.Hooks(t.Context()); err != nil || len(all) != 1 {
		t.Errorf("left %+v, %v", all, err)
	}
}

// TestAHooksAddressIsNeverTold: the last part of it is all that keeps strangers out.
func TestAHooksAddressIsNeverTold(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		w.Write([]byte(`{"message":"cannot call https://go.example.com/h/0123-topsecret nor topsecret: 0123-topsecret"}`))
	}))
	defer server.Close()
	client, err := keap.New(keap.Config{BaseURL: server.URL, Key: "k", PerMinute: keap.Unlimited})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.CreateHook(t.Context(), keap.HookContactAdd, "https://go.example.com/h/0123-topsecret")
	if err == nil || strings.Contains(err.Error(), "0123-topsecret") {
		t.Errorf("told: %v", err)
	}
}

func TestContactsByTheirIDs(t *testing.T) {
	box, url := keaptest.Serve(t, sandbox.Options{})
	client := keaptest.Client(t, url)
	ann, bob := box.AddContact("ann@example.com", "", ""), box.AddContact("bob@example.com", "", "")
	box.AddContact("cyd@example.com", "", "")
	found, err := client.Contacts(t.Context(), []string{ann.ID, "999999", bob.ID, "no id", "1,2;email==*"})
	if err != nil || len(found) != 2 || found[0].ID != ann.ID || found[1].Emails[0] != "bob@example.com" {
		t.Errorf("found %+v, %v", found, err)
	}
	if found, err := client.Contacts(t.Context(), nil); err != nil || found != nil {
		t.Errorf("of none: %+v, %v", found, err)
	}
	if _, err := client.Contacts(t.Context(), make([]string, 0)); err != nil {
		t.Error(err)
	}
	many := make([]string, keap.ContactsPerCall+1)
	for i := range many {
		many[i] = "1"
	}
	if _, err := client.Contacts(t.Context(), many); err == nil {
		t.Error("too many are taken")
	}
}

// TestAListOfHooksThatIsNone must not be taken for "there is no hook": another one would be made each time.
func TestAListOfHooksThatIsNone(t *testing.T) {
	for _, body := range []string{``, `null`, `{}`, `{"hooks":[]}`, `<html>`} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write([]byte(body)) }))
		client, err := keap.New(keap.Config{BaseURL: server.URL, Key: "k", PerMinute: keap.Unlimited})
		if err != nil {
			t.Fatal(err)
		}
		if all, err := client.Hooks(t.Context()); err == nil {
			t.Errorf("%q is a list: %v", body, all)
		}
		server.Close()
	}
}
