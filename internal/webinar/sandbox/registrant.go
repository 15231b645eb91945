package sandbox

import (
	"errors"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	maxRegistrants = 1000 // kept, and waiting to be told of
	maxText        = 255
)

// Registrant is one registration, with the utm keys of the address that the form was shown at.
type Registrant struct {
	Webinar          int       `json:"webinar_id"`
	UserID           int       `json:"user_id"`
	Email            string    `json:"email"`
	FirstName        string    `json:"first_name"`
	LastName         string    `json:"last_name"`
	PhoneCountryCode string    `json:"phone_country_code"`
	Phone            string    `json:"phone"`
	Schedule         int       `json:"schedule"`
	Date             string    `json:"date"`
	Source           string    `json:"utm_source"`
	Medium           string    `json:"utm_medium"`
	Campaign         string    `json:"utm_campaign"`
	Term             string    `json:"utm_term"`
	Content          string    `json:"utm_content"`
	LiveRoom         string    `json:"live_room_url"`
	SignedUp         time.Time `json:"signup_date"`
	From             string    `json:"-"` // form or api: how it came, for the page
}

// application is what a form or a call of the API asks for.
type application struct {
	FirstName        string            `json:"first_name"`
	LastName         string            `json:"last_name"`
	Email            string            `json:"email"`
	PhoneCountryCode string            `json:"phone_country_code"`
	Phone            string            `json:"phone"`
	Schedule         string            `json:"schedule"`
	UTM              map[string]string `json:"utm"`
}

var errFull = errors.New("too many registrations at once")

// register stores a registration and queues what follows from it.
func (s *Sandbox) register(base string, w Webinar, in application, when schedule, from string) (Registrant, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := Registrant{
		Webinar: w.ID, UserID: 90001 + len(s.registrants), Email: clip(in.Email), FirstName: clip(in.FirstName), LastName: clip(in.LastName),
		PhoneCountryCode: clip(in.PhoneCountryCode), Phone: clip(in.Phone), Schedule: when.ID, Date: when.Date,
		Source: clip(in.UTM["utm_source"]), Medium: clip(in.UTM["utm_medium"]), Campaign: clip(in.UTM["utm_campaign"]),
		Term: clip(in.UTM["utm_term"]), Content: clip(in.UTM["utm_content"]), SignedUp: s.options.Now().UTC(), From: from,
	}
	r.LiveRoom = base + "/go/live/" + w.Hash + "/u" + strconv.Itoa(r.UserID)
	if len(s.registrants) >= maxRegistrants {
		return r, errFull
	}
	s.registrants = append(s.registrants, r)
	s.pending <- r // as many have room as are kept
	return r, nil
}

// Registrants returns all registrations, oldest first.
func (s *Sandbox) Registrants() []Registrant {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.registrants)
}

// problem says what is wrong with an application, by field; empty when nothing is.
func (in application) problem() map[string]string {
	wrong := map[string]string{}
	if in.FirstName = strings.TrimSpace(in.FirstName); in.FirstName == "" {
		wrong["first_name"] = "The first name field is required."
	}
	if parsed, err := mail.ParseAddress(in.Email); err != nil || parsed.Address != in.Email {
		wrong["email"] = "The email must be a valid email address."
	}
	return wrong
}

// clip bounds what is kept of a text, and mends what is not UTF-8.
func clip(s string) string {
	if len(s) > maxText {
		s = strings.ToValidUTF8(s[:maxText], "")
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
