package webhooks

import (
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"tributary/internal/store"
)

// State is where a delivery stands.
type State string

const (
	Waiting   State = "waiting"   // to be tried when due; it rests while its endpoint is disabled
	Delivered State = "delivered" // an answer of 200 to 299 came
	GaveUp    State = "failed"    // the schedule has ended, or the event cannot be told any more
)

// States lists every State.
var States = []State{Waiting, Delivered, GaveUp}

// Delivery is one event on its way to one endpoint.
type Delivery struct {
	ID       string    `json:"id"` // the webhook-id: the same for the same event, at every attempt, to every endpoint
	Endpoint string    `json:"endpoint"`
	Type     Type      `json:"type"`
	OptIn    uuid.UUID `json:"opt_in,omitzero"`
	At       time.Time `json:"at"` // of the event
	State    State     `json:"state"`
	Reason   string    `json:"reason,omitempty"`
	Due      time.Time `json:"due,omitzero"`
	Tries    int       `json:"tries"` // in this round
	Round    int       `json:"round"` // grows with each replay
	Attempts []Attempt `json:"attempts,omitempty"`
}

// maxAttempts bounds what is kept of them: the last ones.
const maxAttempts = 20

// Attempt is one call of an endpoint.
type Attempt struct {
	At     time.Time     `json:"at"`
	Took   time.Duration `json:"took"`
	Status int           `json:"status,omitempty"` // 0 when no answer came
	Error  string        `json:"error,omitempty"`  // why it is no success
	Sealed []byte        `json:"sealed,omitempty"` // the beginning of the answer, encrypted: it may repeat what it was told
	Answer string        `json:"-"`                // the same, to be read; it can hold anything
}

// Succeeded reports whether the endpoint took the event.
func (a *Attempt) Succeeded() bool { return a.Error == "" && a.Status >= 200 && a.Status <= 299 }

func (d *Delivery) add(a Attempt) {
	d.Attempts = append(d.Attempts, a)
	d.Attempts = d.Attempts[max(0, len(d.Attempts)-maxAttempts):]
}

// idPrefix begins every webhook-id; a full stop must not stand in one.
const idPrefix = "msg_"

func newDelivery(id uuid.UUID, endpoint string, t Type, optIn uuid.UUID, at time.Time) Delivery {
	return Delivery{ID: idPrefix + hex.EncodeToString(id[:]), Endpoint: endpoint, Type: t, OptIn: optIn, At: at.UTC(), State: Waiting}
}

// key is where a delivery lies: with those of its endpoint, the latest first, because documents are listed forwards.
func key(endpoint, id string) (string, error) {
	raw, err := hex.DecodeString(strings.TrimPrefix(id, idPrefix))
	if err != nil || len(raw) != 16 || !strings.HasPrefix(id, idPrefix) {
		return "", fmt.Errorf("delivery: %w", store.ErrNotFound)
	}
	return keysOf(endpoint) + inverted(raw), nil
}

func keysOf(endpoint string) string { return endpoint + "/" }

func inverted(raw []byte) string {
	turned := make([]byte, len(raw))
	for i, b := range raw {
		turned[i] = ^b
	}
	return hex.EncodeToString(turned)
}
