package intake

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	fast "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// The bounds of the contract.
const (
	maxBody   = 16 << 10
	maxEvents = 50
)

// batch is the body of POST /e.
type batch struct {
	Site   string  `json:"site"`
	Events []event `json:"events"`
}

type event struct {
	ID       string `json:"id"`
	Type     string `json:"type"`
	At       int64  `json:"at"` // ms
	Visitor  string `json:"visitor"`
	URL      string `json:"url"`
	Referrer string `json:"referrer"`
	Touch    *touch `json:"touch"`
	First    *touch `json:"first"`
	UTM      utm    `json:"utm"`
	Person   person `json:"person"`
	Form     form   `json:"form"`
	Via      string `json:"via"`
	// TributaryID is the opt-in that this one is, where a page knows it from another's hidden field.
	TributaryID string `json:"tributary_id"`
	// Test marks what the owner does on a page opened with ?tributary_test=1.
	Test bool `json:"test"`

	broken error // why this event could not be decoded
}

type touch struct {
	Affiliate string `json:"affiliate"`
	Kind      string `json:"kind"`
	At        int64  `json:"at"`
}

type utm struct {
	Source   string `json:"source"`
	Medium   string `json:"medium"`
	Campaign string `json:"campaign"`
	Term     string `json:"term"`
	Content  string `json:"content"`
}

type person struct {
	Email     string `json:"email"`
	EmailHash string `json:"email_hash"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
	Phone     string `json:"phone"`
}

type form struct {
	ID       string `json:"id"`
	Action   string `json:"action"`
	Provider string `json:"provider"`
}

// answer is the body of a 202.
type answer struct {
	Results []result `json:"results"`
}

type result struct {
	ID     string `json:"id"`
	Status string `json:"status"`
	Reason string `json:"reason,omitempty"`
	// Judgement tells of a test what a real event would have become.
	Judgement *judgement `json:"judgement,omitempty"`
}

// lenient takes what the usual decoder takes, too: it is not for us to refuse a lead over a name that comes twice.
var lenient = fast.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

// decode reads a batch. One event of the wrong shape does not spoil the others: it comes back with the reason. The
// usual decoder takes twice the time of the fast one, and explains better what is wrong.
func decode(body []byte) (b batch, err error) {
	if fast.Unmarshal(body, &b, lenient) == nil {
		return b, nil
	}
	var loose struct {
		Site   string            `json:"site"`
		Events []json.RawMessage `json:"events"`
	}
	if err := json.Unmarshal(body, &loose); err != nil {
		return batch{}, decodeError(err)
	}
	b = batch{Site: loose.Site, Events: make([]event, len(loose.Events))}
	for i, raw := range loose.Events {
		if err := json.Unmarshal(raw, &b.Events[i]); err != nil {
			b.Events[i] = event{ID: idOf(raw), broken: decodeError(err)}
		}
	}
	return b, nil
}

// idOf finds the id of an event that is otherwise of the wrong shape, to answer for it.
func idOf(raw json.RawMessage) string {
	var only struct {
		ID string `json:"id"`
	}
	_ = json.Unmarshal(raw, &only)
	return only.ID
}

func decodeError(err error) error {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return fmt.Errorf("%s must not be a %s", fieldName(kind.Field), kind.Value)
	}
	return errors.New("this is not JSON: " + err.Error())
}

func fieldName(field string) string {
	if field == "" {
		return "the event"
	}
	return field
}

// rawEvent returns the i-th event as it was sent.
func rawEvent(body []byte, i int) []byte {
	var loose struct {
		Events []json.RawMessage `json:"events"`
	}
	if json.Unmarshal(body, &loose) != nil || i >= len(loose.Events) {
		return body
	}
	return bytes.Clone(loose.Events[i])
}
