// Package bench is what the tools behind "make bench" share: the wire of POST /e as they speak it, and the load's report.
//
// The structs stand apart from the collector's own on purpose: the load is written from the contract, so a collector
// that strays from the contract fails here.
package bench

// Batch is the body of POST /e.
type Batch struct {
	Site   string  `json:"site"`
	Events []Event `json:"events"`
}

// Event is one thing that happened on a page. Ids are plain text here, so that the bare handler does the least work
// that can be called decoding.
type Event struct {
	ID       string  `json:"id"`
	Type     string  `json:"type"`
	At       int64   `json:"at"` // milliseconds since 1970
	Visitor  string  `json:"visitor"`
	URL      string  `json:"url"`
	Referrer string  `json:"referrer,omitempty"`
	Touch    *Touch  `json:"touch,omitempty"`
	First    *Touch  `json:"first,omitempty"`
	UTM      *UTM    `json:"utm,omitempty"`
	Person   *Person `json:"person,omitempty"`
	Form     *Form   `json:"form,omitempty"`
	Via      string  `json:"via,omitempty"`
}

// Touch is an affiliate's parameter seen by a visitor.
type Touch struct {
	Affiliate string `json:"affiliate"`
	Kind      string `json:"kind"`
	At        int64  `json:"at"`
}

// UTM are the campaign parameters of the landing address.
type UTM struct {
	Source   string `json:"source,omitempty"`
	Medium   string `json:"medium,omitempty"`
	Campaign string `json:"campaign,omitempty"`
	Term     string `json:"term,omitempty"`
	Content  string `json:"content,omitempty"`
}

// Person is what was typed into a form.
type Person struct {
	Email     string `json:"email"`
	FirstName string `json:"first_name,omitempty"`
	LastName  string `json:"last_name,omitempty"`
	Phone     string `json:"phone,omitempty"`
}

// Form is the form that was sent.
type Form struct {
	ID       string `json:"id,omitempty"`
	Action   string `json:"action,omitempty"`
	Provider string `json:"provider,omitempty"`
}

// Answer is the body of the 202.
type Answer struct {
	Results []Result `json:"results"`
}

// Result answers for one event.
type Result struct {
	ID     string `json:"id"`
	Status string `json:"status"`
	Reason string `json:"reason,omitempty"`
}
