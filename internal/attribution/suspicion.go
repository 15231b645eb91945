package attribution

import (
	"encoding/hex"
	"errors"
	"slices"
	"time"
)

// Flag is one thing about an opt-in that does not look right, with its reason in words.
type Flag struct {
	Code   string `json:"code"`
	Reason string `json:"reason"`
	Hold   bool   `json:"hold,omitempty"` // by the owner's setting it waits for a person because of this
}

// NetworkKey stands for the network that a visitor came from on one day: a keyed hash of both, so that opt-ins of one day
// can be counted by network, and neither the address can be read nor two days be laid side by side without the key.
type NetworkKey [8]byte

func (k NetworkKey) IsZero() bool                 { return k == NetworkKey{} }
func (k NetworkKey) String() string               { return hex.EncodeToString(k[:]) }
func (k NetworkKey) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

func (k *NetworkKey) UnmarshalText(text []byte) error {
	raw, err := hex.DecodeString(string(text))
	if err != nil || len(raw) != len(k) {
		return errors.New("a network key is 16 hexadecimal digits")
	}
	copy(k[:], raw)
	return nil
}

// Told is how far a page's word on the time of its touch can be used.
type Told string

const (
	ToldWell  Told = "well"  // it gave a time that can be
	ToldAhead Told = "ahead" // it gave one after the opt-in itself
)

// Signals are what a browser's arrival tells of itself beside what it says. An opt-in keeps those of the first that has any.
type Signals struct {
	Network NetworkKey `json:"network,omitzero"`
	Touch   Told       `json:"touch,omitempty"` // "" where no time was told
}

// Verdict is what a person decides about an opt-in.
type Verdict string

const (
	Credit Verdict = "credit" // write it into Keap, whatever was flagged
	Refuse Verdict = "refuse" // it is nobody's earning
	Keep   Verdict = "hold"   // take the decision back: it waits for a person again
)

// Verdicts lists every Verdict.
var Verdicts = []Verdict{Credit, Refuse, Keep}

// Decision is a person's word on an opt-in.
type Decision struct {
	Verdict Verdict   `json:"verdict"`
	By      string    `json:"by"` // a user's e-mail, or the name of a key
	At      time.Time `json:"at"`
	Reason  string    `json:"reason,omitempty"` // in the person's own words

	// Over is what the person saw when they decided: the codes of the flags and of the job that was parked. A credit passes
	// over these, and over nothing that turns up later.
	Over []string `json:"over,omitempty"`
	// Why and Code are what the opt-in was held for before, so that the decision can be taken back.
	Why  string `json:"why,omitempty"`
	Code string `json:"code,omitempty"`
}

// Passes reports whether a person has decided to credit this opt-in in spite of something.
func (o OptIn) Passes(code string) bool {
	return o.Decision != nil && o.Decision.Verdict == Credit && slices.Contains(o.Decision.Over, code)
}

// IsRefusedByHand reports whether a person has said that nobody earns this opt-in.
func (o OptIn) IsRefusedByHand() bool {
	return o.Decision != nil && o.Decision.Verdict == Refuse
}

// takeSignals keeps what the first browser told of itself, with the touches that it brought.
func (o *OptIn) takeSignals(e Event) {
	if o.First.IsZero() && o.Latest.IsZero() {
		o.First, o.Latest = e.First, e.Latest
	}
	if o.Signals == (Signals{}) {
		o.Signals = e.Signals
	}
}
