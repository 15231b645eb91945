package sandbox

import (
	"errors"
	"io"
	"net/http"
	"slices"
)

// Merge is what somebody did to two contacts.
type Merge struct {
	From string `json:"from"`
	Into string `json:"into"`
}

// MergeContacts does what Keap's "merge duplicates" does: the contact that stays gets the e-mails for which it has a place,
// and the referrals of the other, which is gone.
func (s *Sandbox) MergeContacts(m Merge) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	from, into := s.contactAt(m.From), s.contactAt(m.Into)
	if from < 0 || into < 0 || from == into {
		return errors.New("from and into must be the ids of two contacts")
	}
	stays := &s.contacts[into]
	stays.Emails = mergedEmails(stays.Emails, s.contacts[from].Emails)
	stays.UpdateTime = s.timestamp()
	for i := range s.referrals {
		if s.referrals[i].ContactID == m.From {
			s.referrals[i].ContactID = m.Into
		}
	}
	s.contacts = slices.Delete(s.contacts, from, from+1)
	s.merges = append(s.merges, m)
	s.changed("contact.edit", m.Into)
	s.changed("contact.delete", m.From)
	return nil
}

func mergedEmails(stay, come []Email) []Email {
	stay = slices.Clone(stay)
	for _, email := range come {
		for _, field := range []string{"EMAIL1", "EMAIL2", "EMAIL3"} {
			if !slices.ContainsFunc(stay, func(e Email) bool { return e.Field == field }) {
				email.Field = field
				stay = append(stay, email)
				break
			}
		}
	}
	return stay
}

// DropContact deletes a contact, as somebody at Keap would. Its referrals stay, of nobody.
func (s *Sandbox) DropContact(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.contactAt(id)
	if at >= 0 {
		s.contacts = slices.Delete(s.contacts, at, at+1)
		s.changed("contact.delete", id)
	}
	return at >= 0
}

// AddReferral puts a referral in, as another program or somebody at Keap would, and returns it with its id. It takes what
// the API refuses.
func (s *Sandbox) AddReferral(r Referral) Referral {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.ID = s.nextID("referral")
	s.referrals = append(s.referrals, r)
	return r
}

// DropReferral deletes a referral, as Keap's own pages can and its API cannot.
func (s *Sandbox) DropReferral(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := len(s.referrals)
	s.referrals = slices.DeleteFunc(s.referrals, func(r Referral) bool { return r.ID == id })
	return len(s.referrals) < before
}

// Merges returns what was merged, oldest first.
func (s *Sandbox) Merges() []Merge {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.merges)
}

// addChanges adds what people do at Keap and the API cannot.
func (s *Sandbox) addChanges(mux *http.ServeMux) {
	mux.HandleFunc("POST /sandbox/contacts/merge", func(w http.ResponseWriter, r *http.Request) {
		var m Merge
		if err := readControl(w, r, &m); err != nil {
			badRequest(err).write(w)
			return
		}
		if err := s.MergeContacts(m); err != nil {
			badRequest(err).write(w)
			return
		}
		answer{status: http.StatusOK, body: s.Merges()}.write(w)
	})
	mux.HandleFunc("POST /sandbox/referrals", func(w http.ResponseWriter, r *http.Request) {
		var sent Referral
		if err := readControl(w, r, &sent); err != nil {
			badRequest(err).write(w)
			return
		}
		answer{status: http.StatusCreated, body: s.AddReferral(sent)}.write(w)
	})
	mux.HandleFunc("DELETE /sandbox/contacts/{id}", s.dropping(s.DropContact))
	mux.HandleFunc("DELETE /sandbox/referrals/{id}", s.dropping(s.DropReferral))
	mux.HandleFunc("POST /sandbox/hooks/{id}/deactivate", s.dropping(s.DeactivateHook))
}

func (s *Sandbox) dropping(drop func(id string) bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !drop(r.PathValue("id")) {
			refuse(http.StatusNotFound, "there is nothing with this id").write(w)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
}

func readControl(w http.ResponseWriter, r *http.Request, into any) error {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return err
	}
	return decode(body, into)
}
