// Package mail brings mails to people: a durable queue, and the door to the mail server that takes what stands in it.
//
// What is queued is an intent, such as "a login link for this address", and no text: the text is written when it is sent.
// So no login link is ever at rest or older than it need be, and numbers are those of the moment.
package mail

import (
	"errors"
	"time"

	"tributary/internal/attribution"
)

// Class says what a mail is for.
type Class string

const (
	Login  Class = "login"  // somebody waits for it, and asks again if it does not come
	Digest Class = "digest" // the week's numbers: many at once, and never two of a week
	Invite Class = "invite" // a user of the desk is let in: for the first time, or again
)

// Classes lists every Class.
var Classes = []Class{Login, Digest, Invite}

// State is where a mail stands.
type State string

const (
	Waiting State = "waiting" // to be sent when due
	Sending State = "sending" // in the hands of a process until its lease ends
	Sent    State = "sent"    // the mail server took it
	Failed  State = "failed"  // given up: Reason says why
)

// Mail is one mail of the queue.
type Mail struct {
	ID        string                  `json:"id"` // see IDAt
	Account   attribution.AccountID   `json:"account"`
	Class     Class                   `json:"class"`
	Affiliate string                  `json:"affiliate,omitempty"` // whom it is about; empty for whoever has the address
	User      string                  `json:"user,omitempty"`      // of an invite: whom it is to
	Week      string                  `json:"week,omitempty"`      // of a digest: the first day of its week
	Language  string                  `json:"language,omitempty"`  // of who asked for it; empty means English
	Masked    string                  `json:"masked,omitempty"`    // the address, as far as it is shown
	To        attribution.SealedEmail `json:"to,omitzero"`         // gone when it has ended
	State     State                   `json:"state"`
	Attempt   int                     `json:"attempt"` // how often it was put off
	Created   time.Time               `json:"created"`
	Due       time.Time               `json:"due"`
	Until     time.Time               `json:"until,omitzero"` // while Sending: when another process may take it
	Ended     time.Time               `json:"ended,omitzero"`
	Reason    string                  `json:"reason,omitempty"` // why it was put off or given up
}

// Letter is what a mail says.
type Letter struct {
	To          string // an address alone
	Subject     string
	Text, HTML  string
	Unsubscribe string // address that ends such mails when it is posted to; "" for a mail that was asked for
}

var (
	// ErrNobody is what a Writer returns where there is nobody to write to, or nothing to say: the mail is dropped.
	ErrNobody = errors.New("nobody to write to")
	// ErrNoServer is returned by Put where no mail server is set.
	ErrNoServer = errors.New("no mail server is set: give one by --smtp-url")
)

// Refused is a mail that this server will not take, today or tomorrow.
type Refused struct{ Reason string }

func (r *Refused) Error() string { return r.Reason }

// Unsure is a mail that the server may have taken: the connection ended before its answer.
type Unsure struct{ Reason string }

func (u *Unsure) Error() string { return u.Reason }
