// Package sandbox is Keap's double: the part of Keap's REST v2 that Tributary uses, with its state in memory, as an
// http.Handler. `tributary demo` shows it, and tests hold it against Keap's own description.
//
// It answers as Keap describes, is strict about what it is sent, and misbehaves on request (see Fault). Where nobody knows
// what Keap does, Options.Unknowns chooses.
//
//	/rest/v2/...      the API, with a key
//	/sandbox          a page that shows what is in it
//	/sandbox/state    the same as JSON
//	/sandbox/faults   GET, POST, DELETE: the faults that are waiting to happen
//	/sandbox/revoke   POST: takes back what the owner has allowed, all tokens at once
//	/app/oauth/authorize, /token   OAuth: the consent page, and the address that gives tokens
//	/sandbox/contacts/merge {"from","into"}, DELETE /sandbox/contacts/{id}, POST /sandbox/referrals,
//	DELETE /sandbox/referrals/{id}, POST /sandbox/hooks/{key}/deactivate   what people do at Keap
//
// All of it stands below "/crm" too, as at Keap.
package sandbox

import (
	"io"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	// DefaultKey is the credential that is accepted when Options names none.
	DefaultKey = "KeapAK-sandbox"

	// BasePath is what Keap has before "/rest/v2/".
	BasePath = "/crm"

	maxBody = 1 << 20
)

// Options of a sandbox. The zero value is a well-behaved Keap without limits.
type Options struct {
	Keys     []string         // accepted credentials; DefaultKey when empty
	Now      func() time.Time // time.Now when nil
	Logger   *slog.Logger     // one line per call, without personal data; nothing is logged when nil
	Limits   Limits
	Unknowns Unknowns
	Delivery Delivery // of hooks

	OAuth       OAuth
	Tenants     map[string]string // the app of each key; DefaultTenant for those left out
	CookiesOnly bool              // the app's setting is not "Referral history and cookies"
}

// Unknowns are the things that no source tells about Keap. The program must live with either answer.
type Unknowns struct {
	// PlainAuthErrors gives a refused key Keap's Error shape; otherwise it gets that of the gateway.
	PlainAuthErrors bool
	// AcceptUnknownContact takes a referral for a contact that does not exist; otherwise it is a 400.
	AcceptUnknownContact bool
	// AcceptUnknownPartner takes a referral for an affiliate that does not exist; otherwise it is a 400.
	AcceptUnknownPartner bool
	// RefuseInactivePartner answers 400 to a referral for an INACTIVE affiliate; otherwise it is taken.
	RefuseInactivePartner bool
	// ConflictOnDuplicate answers 409 to a referral with the contact, partner and source of another one; otherwise
	// there are two of them.
	ConflictOnDuplicate bool
	// LeaveOutDefaults keeps a referral as sent; otherwise it gets a time (now) and a type (MANUAL).
	LeaveOutDefaults bool
	// AnswerFailures answers 200 with the word FAILURE to a tag that does not exist; otherwise it is a 404.
	AnswerFailures bool
	// DropUnknownFields leaves out custom fields that do not exist; otherwise they are a 400.
	DropUnknownFields bool
	// RefreshGrace is how long a refresh token still works after it was used; otherwise it dies at once.
	RefreshGrace time.Duration
	// OldAccessDies ends an access token when the pair that it belongs to is refreshed; otherwise it lives out its time.
	OldAccessDies bool
	// IgnorePKCE gives tokens for a code whatever the code_verifier; otherwise it must fit.
	IgnorePKCE bool
	// HideReferralHistory leaves the setting out that CookiesOnly is about.
	HideReferralHistory bool
	// DatedQuota writes the expiry times of quotas as dates; otherwise as milliseconds since 1970.
	DatedQuota bool
	// FirstEmailOnly lets the filter "email" see EMAIL1 alone; otherwise it finds a contact by any of its three.
	FirstEmailOnly bool
}

// Sandbox is one Keap app. It is safe for concurrent use.
type Sandbox struct {
	options Options
	routes  http.Handler

	mu         sync.Mutex
	contacts   []Contact
	affiliates []Affiliate
	referrals  []Referral
	summaries  map[int64]Summary // by affiliate
	tags       []Tag
	tagged     map[string][]string // contact ids by tag
	fields     []FieldModel
	goals      []Goal
	achieved   []Achieved
	hidden     string         // e-mail of contacts that no list shows
	lastID     map[string]int // by noun
	calls      map[string]int // by operation
	faults     faultList
	oauth      grants
	used       usage // of the limits
	hooks      []*Hook
	merges     []Merge
	couriers   sync.WaitGroup // on their way to a hook

	late    int        // writes that will be applied after their connection was cut
	settled *sync.Cond // on mu: late has become 0
	closed  chan struct{}
	close   sync.Once
}

// New returns an empty sandbox. Close it when faults that wait were used.
func New(options Options) *Sandbox {
	if len(options.Keys) == 0 {
		options.Keys = []string{DefaultKey}
	}
	options.OAuth = options.OAuth.withDefaults()
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Logger == nil {
		options.Logger = slog.New(slog.DiscardHandler)
	}
	options.Delivery = options.Delivery.withDefaults()
	s := &Sandbox{options: options, closed: make(chan struct{})}
	s.settled = sync.NewCond(&s.mu)
	s.Reset()
	s.routes = s.newRoutes()
	return s
}

// ServeHTTP answers at the root and below BasePath.
func (s *Sandbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, BasePath+"/") {
		http.StripPrefix(BasePath, s.routes).ServeHTTP(w, r)
		return
	}
	s.routes.ServeHTTP(w, r)
}

// Reset empties the sandbox: records, calls, faults and tokens.
func (s *Sandbox) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.contacts, s.affiliates, s.referrals, s.used = nil, nil, nil, usage{}
	s.tags, s.fields, s.goals, s.achieved, s.hidden = nil, nil, nil, nil, ""
	s.tagged = map[string][]string{}
	for _, h := range s.hooks {
		h.Status = HookInactive // whoever is on the way stops
	}
	s.hooks, s.merges = nil, nil
	s.faults, s.oauth = faultList{}, newGrants()
	s.calls = map[string]int{}
	// Ids of different nouns start apart, so that one taken for another does not hit by accident.
	s.lastID = map[string]int{"contact": 1000, "affiliate": 100, "referral": 500000, "tag": 300, "field": 10}
}

// Settle waits until every late write is applied.
func (s *Sandbox) Settle() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.late > 0 {
		s.settled.Wait()
	}
}

// Close ends answers that are held back, late writes that are not applied yet and calls of hooks, and waits for the latter
// two.
func (s *Sandbox) Close() {
	s.close.Do(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		close(s.closed)
	})
	s.Settle()
	s.couriers.Wait()
}

// Calls counts the calls that were let in, by Keap's operationId.
func (s *Sandbox) Calls() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.calls)
}

// operation is one thing that Keap can do. It works on the records only, so that a fault can have it done without
// its answer, or later.
type operation struct {
	name   string // Keap's operationId
	method string
	path   string // pattern of http.ServeMux
	run    func(*Sandbox, request) answer
}

// request is what an operation sees: all that is left when the connection is gone.
type request struct {
	*http.Request
	body []byte
}

var operations = []operation{
	{"listReferrals", "GET", "/rest/v2/referrals", (*Sandbox).listReferrals},
	{"createReferral", "POST", "/rest/v2/referrals", (*Sandbox).createReferral},
	{"listAffiliate", "GET", "/rest/v2/affiliates", (*Sandbox).listAffiliates},
	{"addAffiliate", "POST", "/rest/v2/affiliates", (*Sandbox).addAffiliate},
	{"listSummaries", "GET", "/rest/v2/affiliates/summaries", (*Sandbox).listSummaries},
	{"getAffiliate", "GET", "/rest/v2/affiliates/{id}", (*Sandbox).getAffiliate},
	{"getReferralsByAffiliateId", "GET", "/rest/v2/affiliates/{id}/referrals", (*Sandbox).listReferralsOfAffiliate},
	{"listContacts", "GET", "/rest/v2/contacts", (*Sandbox).listContacts},
	{"createContact", "POST", "/rest/v2/contacts", (*Sandbox).createContact},
	{"retrieveContactModel", "GET", "/rest/v2/contacts/model", (*Sandbox).contactModel},
	{"listTags", "GET", "/rest/v2/tags", (*Sandbox).listTags},
	{"createTag", "POST", "/rest/v2/tags", (*Sandbox).createTag},
	{"applyTags", "POST", "/rest/v2/tags/{id}/{verb}", (*Sandbox).applyTags},
	{"achieveGoal", "POST", "/rest/v2/automations/goals/achieve", (*Sandbox).achieveGoal},
	{"getContact", "GET", "/rest/v2/contacts/{id}", (*Sandbox).getContact},
	{"updateContact", "PATCH", "/rest/v2/contacts/{id}", (*Sandbox).updateContact},
	{"deleteContact", "DELETE", "/rest/v2/contacts/{id}", (*Sandbox).deleteContact},
	{"getApplicationConfigurations", "GET", "/rest/v2/settings/applications:getConfiguration", (*Sandbox).getSettings},
	{"listStoredHookSubscriptions", "GET", "/rest/v1/hooks", (*Sandbox).listHooks},
	{"createAHookSubscription", "POST", "/rest/v1/hooks", (*Sandbox).createHook},
	{"retrieveAHookSubscription", "GET", "/rest/v1/hooks/{key}", (*Sandbox).getHook},
	{"updateAHookSubscription", "PUT", "/rest/v1/hooks/{key}", (*Sandbox).updateHook},
	{"deleteAHookSubscription", "DELETE", "/rest/v1/hooks/{key}", (*Sandbox).deleteHook},
	{"verifyAHookSubscription", "POST", "/rest/v1/hooks/{key}/verify", (*Sandbox).verifyHook},
	{"getUserInfo", "GET", "/rest/v2/oauth/connect/userinfo", (*Sandbox).getUserInfo},
}

func (s *Sandbox) newRoutes() http.Handler {
	mux := http.NewServeMux()
	paths := map[string]bool{}
	for _, op := range operations {
		mux.HandleFunc(op.method+" "+op.path, s.serve(op))
		paths[op.path] = true
	}
	for _, word := range []string{"/rest/v2/contacts/model", "/rest/v2/affiliates/summaries"} {
		delete(paths, word) // other methods find the rule for {id}, which no pattern may cross
	}
	for path := range paths {
		mux.HandleFunc(path, s.answerWith(refuse(http.StatusMethodNotAllowed, "the method is not allowed here")))
	}
	mux.HandleFunc("/rest/", s.answerWith(refuse(http.StatusNotFound, "no such address in this sandbox")))
	s.addOAuth(mux)
	s.addControl(mux)
	s.addChanges(mux)
	s.addPage(mux)
	return mux
}

func (s *Sandbox) serve(op operation) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			refuse(http.StatusBadRequest, "the body cannot be read").write(w)
			return
		}
		refusal, refused := s.door(r, op)
		s.tellQuota(w.Header())
		if refused {
			refusal.write(w)
			return
		}
		run := func() answer { return op.run(s, request{r, body}) }
		fault, faulty := s.takeFault(op.name)
		s.options.Logger.Debug("keap sandbox", "operation", op.name, "fault", fault.Kind)
		if faulty {
			s.misbehave(w, r, fault, run)
			return
		}
		run().write(w)
	}
}

// door checks what Keap's gateway checks, and counts the call.
func (s *Sandbox) door(r *http.Request, op operation) (answer, bool) {
	if !s.knows(r) {
		return s.unauthorized(), true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if refusal, ok := s.withinLimits(); !ok {
		return refusal, true
	}
	s.calls[op.name]++
	return answer{}, false
}

func (s *Sandbox) answerWith(a answer) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !s.knows(r) {
			s.unauthorized().write(w)
			return
		}
		a.write(w)
	}
}
