package sandbox_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"tributary/internal/keap/sandbox"
)

// listener is an address that Keap calls.
type listener struct {
	mu      sync.Mutex
	status  int // of its answers to deliveries
	mute    bool
	batches [][]string
	url     string
}

func newListener(t *testing.T) *listener {
	l := &listener{status: http.StatusOK}
	server := httptest.NewServer(l)
	t.Cleanup(server.Close)
	l.url = server.URL + "/h/token"
	return l
}

func (l *listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if secret := r.Header.Get("X-Hook-Secret"); secret != "" {
		if !l.mute {
			w.Header().Set("X-Hook-Secret", secret)
		}
		return
	}
	var in struct {
		EventKey   string `json:"event_key"`
		ObjectType string `json:"object_type"`
		ObjectKeys []struct {
			ID     json.Number `json:"id"`
			APIURL string      `json:"apiUrl"`
		} `json:"object_keys"`
	}
	body, _ := io.ReadAll(r.Body)
	if json.Unmarshal(body, &in) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	var ids []string
	for _, k := range in.ObjectKeys {
		ids = append(ids, in.EventKey+" "+k.ID.String())
	}
	l.batches = append(l.batches, ids)
	w.WriteHeader(l.status)
}

func (l *listener) heard() [][]string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([][]string{}, l.batches...)
}

func (l *listener) answer(status int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.status = status
}

// newHooked has Keap that calls soon.
func newHooked(t *testing.T, d sandbox.Delivery) (*sandbox.Sandbox, string) {
	t.Helper()
	if d.Delay == 0 {
		d.Delay = 5 * time.Millisecond
	}
	if d.Retries == nil {
		d.Retries = []time.Duration{time.Millisecond, time.Millisecond, time.Millisecond}
	}
	s := sandbox.New(sandbox.Options{Delivery: d})
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	t.Cleanup(s.Close)
	return s, server.URL
}

func v1(t *testing.T, method, url, body string, want int) map[string]any {
	t.Helper()
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+sandbox.DefaultKey)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, _ := io.ReadAll(res.Body)
	if res.StatusCode != want {
		t.Fatalf("%s %s: %d %s, want %d", method, url, res.StatusCode, text, want)
	}
	var answer map[string]any
	json.Unmarshal(text, &answer)
	return answer
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if is() {
			return
		}
	}
	t.Fatalf("never: %s", what)
}

func TestHooksAreVerifiedAndTold(t *testing.T) {
	s, url := newHooked(t, sandbox.Delivery{Batch: 2})
	l := newListener(t)
	hook := v1(t, "POST", url+"/crm/rest/v1/hooks", fmt.Sprintf(`{"eventKey":"contact.add","hookUrl":%q}`, l.url), 201)
	if hook["status"] != "Verified" || hook["hookUrl"] != l.url || len(hook) != 4 {
		t.Fatalf("hook %v", hook)
	}
	var ids []string
	for i := range 3 {
		ids = append(ids, "contact.add "+s.AddContact(fmt.Sprintf("p%d@example.com", i), "", "").ID)
	}
	told := func() (all []string) {
		for _, batch := range l.heard() {
			if len(batch) > 2 {
				t.Errorf("a batch of %d", len(batch))
			}
			all = append(all, batch...)
		}
		return all
	}
	eventually(t, "all are told", func() bool { return len(told()) == 3 })
	if got := told(); strings.Join(got, ",") != strings.Join(ids, ",") {
		t.Errorf("told %v, want %v", got, ids)
	}
	v1(t, "DELETE", fmt.Sprintf("%s/crm/rest/v1/hooks/%s", url, hook["key"]), "", 204)
	s.AddContact("late@example.com", "", "")
	time.Sleep(30 * time.Millisecond)
	if got := told(); len(got) != 3 {
		t.Errorf("a hook that was deleted is told: %v", got)
	}
}

func TestAHookThatDoesNotShakeHandsIsToldNothing(t *testing.T) {
	s, url := newHooked(t, sandbox.Delivery{})
	l := newListener(t)
	l.mute = true
	hook := v1(t, "POST", url+"/rest/v1/hooks", fmt.Sprintf(`{"eventKey":"contact.add","hookUrl":%q}`, l.url), 201)
	if hook["status"] != "Unverified" {
		t.Fatalf("hook %v", hook)
	}
	s.AddContact("ann@example.com", "", "")
	l.mu.Lock()
	l.mute = false
	l.mu.Unlock()
	again := v1(t, "POST", fmt.Sprintf("%s/rest/v1/hooks/%s/verify", url, hook["key"]), "", 200)
	if again["status"] != "Verified" {
		t.Errorf("verified again: %v", again)
	}
	if heard := l.heard(); len(heard) != 0 {
		t.Errorf("told before it was verified: %v", heard)
	}
}

func TestAHookThatFailsIsTriedAgainAndThenInactive(t *testing.T) {
	for name, test := range map[string]struct{ status, calls int }{
		"failing": {500, 4},
		"gone":    {410, 1},
	} {
		t.Run(name, func(t *testing.T) {
			s, url := newHooked(t, sandbox.Delivery{})
			l := newListener(t)
			l.answer(test.status)
			v1(t, "POST", url+"/rest/v1/hooks", fmt.Sprintf(`{"eventKey":"contact.add","hookUrl":%q}`, l.url), 201)
			s.AddContact("ann@example.com", "", "")
			eventually(t, "inactive", func() bool { return s.Hooks()[0].Status == sandbox.HookInactive })
			if h := s.Hooks()[0]; len(l.heard()) != test.calls || h.Failed != test.calls || h.LastStatus != test.status {
				t.Errorf("%d calls, hook %+v, want %d", len(l.heard()), h, test.calls)
			}
		})
	}
}

func TestWrongHooksAreRefused(t *testing.T) {
	_, url := newHooked(t, sandbox.Delivery{})
	for _, body := range []string{
		`{"eventKey":"contact.add","hookUrl":"http://go.example.com/h/x"}`, `{"eventKey":"contact.add"}`, `{"eventKey":"contact.sneeze","hookUrl":"https://go.example.com/h/x"}`, `[]`,
	} {
		v1(t, "POST", url+"/rest/v1/hooks", body, 400)
	}
	v1(t, "GET", url+"/rest/v1/hooks/7", "", 404)
	v1(t, "DELETE", url+"/rest/v1/hooks/7", "", 404)
}

func TestMergedAndDeletedContacts(t *testing.T) {
	s, url := newHooked(t, sandbox.Delivery{})
	a := s.AddAffiliate(sandbox.Affiliate{Code: "maple"})
	ann, anne := s.AddContact("ann@example.com", "Ann", ""), s.AddContact("anne@example.com", "Ann", "")
	r := s.AddReferral(sandbox.Referral{ContactID: ann.ID, ReferralPartnerID: a.ID, Source: "elsewhere"})
	v1(t, "POST", url+"/sandbox/contacts/merge", fmt.Sprintf(`{"from":%q,"into":%q}`, ann.ID, anne.ID), 200)
	if got := s.Referrals()[0]; got.ContactID != anne.ID || got.ID != r.ID {
		t.Errorf("referral %+v", got)
	}
	v1(t, "GET", url+"/rest/v2/contacts/"+ann.ID, "", 404)
	found := v1(t, "GET", url+"/rest/v2/contacts?filter=email%3D%3Dann@example.com", "", 200)["contacts"].([]any)
	if len(found) != 1 || found[0].(map[string]any)["id"] != anne.ID {
		t.Errorf("found %v", found)
	}
	v1(t, "POST", url+"/sandbox/contacts/merge", fmt.Sprintf(`{"from":%q,"into":%q}`, ann.ID, anne.ID), 400)
	v1(t, "DELETE", url+"/sandbox/contacts/"+anne.ID, "", 204)
	v1(t, "GET", url+"/rest/v2/contacts/"+anne.ID, "", 404)
	if len(s.Referrals()) != 1 {
		t.Error("the referral of a contact that was deleted is gone")
	}
	v1(t, "DELETE", url+"/sandbox/referrals/"+r.ID, "", 204)
	v1(t, "DELETE", url+"/sandbox/referrals/"+r.ID, "", 404)
}
