package sandbox

import (
	"io"
	"net/http"
)

// state is all that the sandbox holds.
type state struct {
	Contacts   []Contact      `json:"contacts"`
	Affiliates []Affiliate    `json:"affiliates"`
	Referrals  []Referral     `json:"referrals"`
	Calls      map[string]int `json:"calls"`
	Faults     []Fault        `json:"faults"`
	Hooks      []Hook         `json:"hooks"`
	Merges     []Merge        `json:"merges"`
}

func (s *Sandbox) state() state {
	return state{
		Contacts:   append([]Contact{}, s.Contacts()...),
		Affiliates: append([]Affiliate{}, s.Affiliates()...),
		Referrals:  append([]Referral{}, s.Referrals()...),
		Calls:      s.Calls(),
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
