package attribution

import (
	"strings"
	"time"
)

// Dimension is what an affiliate's counts can be broken down by.
type Dimension string

const (
	ByPage     Dimension = "page"     // the landing page: origin and path
	ByCampaign Dimension = "campaign" // utm_campaign
	// BySubID is the affiliate's own mark on a link, such as the mail or the advert that it stands in. It is utm_content:
	// the parameter that marketers have for telling links of one campaign apart, and one that reaches us from every page
	// without a change of the contract. The link builder writes it.
	BySubID Dimension = "sub_id"
)

// Dimensions lists every Dimension, in the order of Landing.Values.
var Dimensions = []Dimension{ByPage, ByCampaign, BySubID}

// ParseDimension reads a dimension; false for anything else.
func ParseDimension(text string) (Dimension, bool) {
	for _, d := range Dimensions {
		if string(d) == text {
			return d, true
		}
	}
	return "", false
}

// Landing is where a click came in: its value in each dimension, "" where it has none.
type Landing struct {
	Page     string `json:"page,omitempty"`
	Campaign string `json:"campaign,omitempty"`
	SubID    string `json:"sub_id,omitempty"`
}

// LandingOf is the landing of a visit of a page.
func LandingOf(url string, utm UTM) Landing {
	return Landing{Page: url, Campaign: ownValue(utm.Campaign), SubID: ownValue(utm.Content)}
}

// ownValue leaves out what the snippet wrote into a vendor's utm key itself: another value for every visitor.
func ownValue(value string) string {
	if strings.HasPrefix(value, "trb-") {
		if _, ours := ParseUTMValue(value); ours {
			return ""
		}
	}
	return value
}

// Values are in the order of Dimensions.
func (l Landing) Values() [3]string { return [3]string{l.Page, l.Campaign, l.SubID} }

// Landed is the landing that an opt-in counts for: that of the click that brought the person where it is known, else its
// own page and campaign.
func (o *OptIn) Landed() Landing {
	if o.Landing != (Landing{}) {
		return o.Landing
	}
	return LandingOf(o.URL, o.UTM)
}

// Part is what was counted for one value of a dimension.
type Part struct {
	Clicks    int64 `json:"clicks"`
	OptIns    int64 `json:"optins"`
	Referrals int64 `json:"referrals"`
}

// Add returns the sum of both.
func (p Part) Add(o Part) Part {
	return Part{p.Clicks + o.Clicks, p.OptIns + o.OptIns, p.Referrals + o.Referrals}
}

// Less returns p without o.
func (p Part) Less(o Part) Part {
	return Part{p.Clicks - o.Clicks, p.OptIns - o.OptIns, p.Referrals - o.Referrals}
}

// Part is the tally without what is not broken down.
func (t Tally) Part() Part { return Part{t.Clicks, t.OptIns, t.Referrals} }

// Day is a count of days since 1970 in UTC, the grain of breakdowns.
type Day int64

// DayOf returns the day that an hour lies in.
func DayOf(h Hour) Day {
	if h < 0 {
		return Day((h - 23) / 24)
	}
	return Day(h / 24)
}

// Hour is the first hour of the day.
func (d Day) Hour() Hour { return Hour(d) * 24 }

// Time is the start of the day.
func (d Day) Time() time.Time { return d.Hour().Time() }

// ValuePart is what was counted for a value.
type ValuePart struct {
	Value string `json:"value"`
	Part
}

// Breakdown is what was counted for the values of a dimension. Events without a value are in none of it.
type Breakdown struct {
	Values []ValuePart // the most opt-ins first, then the most clicks; none that is all zero
	Other  Part        // values beyond those that are told apart
}
