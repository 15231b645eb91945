package sandbox

import (
	"net/url"
	"strconv"
	"time"
)

// Webinar is one webinar with its settings.
type Webinar struct {
	ID    int    `json:"webinar_id"`
	Hash  string `json:"webinar_hash"`
	Name  string `json:"name"`
	Title string `json:"title"`
	// DetectsZone makes the API want the visitor's time zone.
	DetectsZone bool `json:"-"`
	// ThankYou is the customer's own thank-you page; the vendor's when empty.
	ThankYou string `json:"-"`
	// SendInfo is the box "Send register information and webinar information" for that page.
	SendInfo bool `json:"-"`
	// Boxes hold the HTML that the customer has pasted under "3rd party tracking", by the page that gets it.
	Boxes map[Box]string `json:"-"`
}

// Box is a page of the vendor's that takes code of the customer.
type Box string

// The pages that have a box here. The vendor has more, for its live and replay rooms.
const (
	BoxRegistration Box = "registration" // the hosted page
	BoxForm         Box = "form"         // the form in a frame
	BoxThankYou     Box = "thankyou"
)

var boxes = []Box{BoxRegistration, BoxForm, BoxThankYou}

func (w Webinar) withDefaults(i int) Webinar {
	if w.ID == 0 {
		w.ID = 11 + i
	}
	if w.Name == "" {
		w.Name = w.Title
	}
	boxes := w.Boxes
	w.Boxes = map[Box]string{}
	for box, html := range boxes {
		w.Boxes[box] = html
	}
	return w
}

func (w Webinar) id() string { return strconv.Itoa(w.ID) }

// schedule is a date to register for. Its id comes from the API, and is not the one of the vendor's dashboard.
type schedule struct {
	Date    string `json:"date"`
	ID      int    `json:"schedule"`
	Comment string `json:"comment"`
}

const (
	justInTime  = 54
	atOne       = 55
	dateShape   = "2006-01-02 15:04"
	shownDate   = "Monday, 2 January 2006"
	shownTime   = "03:04 PM"
	beginsAfter = 15 * time.Minute
)

func schedules(now time.Time) []schedule {
	next := time.Date(now.Year(), now.Month(), now.Day()+1, 13, 0, 0, 0, time.UTC)
	return []schedule{
		{now.Add(beginsAfter).Truncate(beginsAfter).Format(dateShape), justInTime, "Just in time"},
		{next.Format(dateShape), atOne, "Every day, 01:00 PM"},
	}
}

func scheduleOf(now time.Time, id string) (schedule, bool) {
	for _, s := range schedules(now) {
		if strconv.Itoa(s.ID) == id {
			return s, true
		}
	}
	return schedule{}, false
}

// thanks is the address that a registrant is sent to. The vendor's e-mails link to the same one.
func (w Webinar) thanks(base string, r Registrant) string {
	if w.ThankYou == "" {
		return base + "/register/" + w.id() + "/" + w.Hash + "/thank-you"
	}
	u, err := url.Parse(w.ThankYou)
	if err != nil || !w.SendInfo {
		return w.ThankYou
	}
	at, _ := time.Parse(dateShape, r.Date)
	q := u.Query()
	for name, value := range map[string]string{
		"wj_lead_email": r.Email, "wj_lead_first_name": r.FirstName, "wj_lead_last_name": r.LastName,
		"wj_lead_phone_country_code": r.PhoneCountryCode, "wj_lead_phone_number": r.Phone,
		"wj_lead_unique_link_live_room": r.LiveRoom, "wj_event_ts": strconv.FormatInt(at.Unix(), 10), "wj_event_tz": "UTC",
		"wj_next_event_date": at.Format(shownDate), "wj_next_event_time": at.Format(shownTime), "wj_next_event_timezone": "UTC",
	} {
		q.Set(name, value)
	}
	u.RawQuery = q.Encode()
	return u.String()
}
