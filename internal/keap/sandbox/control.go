package sandbox

import (
	"io"
	"net/http"
)

// state is all that the sandbox holds.
type state struct {
	Contacts   []Contact           `json:"contacts"`
	Affiliates []Affiliate         `json:"affiliates"`
	Referrals  []Referral          `json:"referrals"`
	Tags       []Tag               `json:"tags"`
	Tagged     map[string][]string `json:"tagged"`
	Fields     []FieldModel        `json:"contact_fields"`
	Achieved   []Achieved          `json:"achieved"`
	Calls      map[string]int      `json:"calls"`
	Today      int                 `json:"calls_today"` // of the quota
	Tokens     int                 `json:"tokens"`      // access tokens by OAuth that live
	Faults     []Fault             `json:"faults"`
	Hooks      []Hook              `json:"hooks"`
	Merges     []Merge             `json:"merges"`
}

func (s *Sandbox) state() state {
	tags, tagged, fields := s.labels()
	return state{
		Tags: tags, Tagged: tagged, Fields: fields,
		Contacts:   append([]Contact{}, s.Contacts()...),
		Affiliates: append([]Affiliate{}, s.Affiliates()...),
		Referrals:  append([]Referral{}, s.Referrals()...),
		Achieved:   append([]Achieved{}, s.Achieved()...),
		Calls:      s.Calls(),
		Today:      s.usedToday(),
		Tokens:     s.liveTokens(),
		Faults:     s.Faults(),
		Hooks:      s.Hooks(),
		Merges:     append([]Merge{}, s.Merges()...),
	}
}

// addControl adds what only the sandbox has. It asks for no key: the sandbox is for one's own machine.
func (s *Sandbox) addControl(mux *http.ServeMux) {
	mux.HandleFunc("GET /sandbox/state", func(w http.ResponseWriter, _ *http.Request) {
		answer{status: http.StatusOK, body: s.state()}.write(w)
	})
	mux.HandleFunc("GET /sandbox/faults", func(w http.ResponseWriter, _ *http.Request) {
		answer{status: http.StatusOK, body: s.Faults()}.write(w)
	})
	mux.HandleFunc("POST /sandbox/faults", s.orderFault)
	mux.HandleFunc("DELETE /sandbox/faults", func(w http.ResponseWriter, _ *http.Request) {
		s.ClearFaults()
		w.WriteHeader(http.StatusNoContent)
	})
}

func (s *Sandbox) orderFault(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		badRequest(err).write(w)
		return
	}
	var fault Fault
	if err := decode(body, &fault); err != nil {
		badRequest(err).write(w)
		return
	}
	if err := s.AddFault(fault); err != nil {
		badRequest(err).write(w)
		return
	}
	answer{status: http.StatusCreated, body: s.Faults()}.write(w)
}

// usedToday is how many calls count for the day's quota so far.
func (s *Sandbox) usedToday() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.used.day.Equal(dayOf(s.options.Now())) {
		return 0
	}
	return s.used.today
}

// liveTokens counts the access tokens that would be taken now.
func (s *Sandbox) liveTokens() (live int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, token := range s.oauth.access {
		if s.options.Now().Before(token.expires) {
			live++
		}
	}
	return live
}
