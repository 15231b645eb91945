package reconcile

import (
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
)

// Kind is one way in which Keap and we differ.
type Kind string

const (
	Missing        Kind = "missing_in_keap"   // credited here, and Keap has no such referral
	NotCredited    Kind = "not_credited_here" // Keap has the referral, and here the opt-in is not credited
	Unknown        Kind = "unknown_here"      // Keap has a referral under our tag, of an opt-in that is not here
	MergedContact  Kind = "merged_contact"    // the referral moved to another contact, because two were merged
	OtherContact   Kind = "other_contact"     // the referral stands with another contact, and ours is still there
	DeletedContact Kind = "deleted_contact"   // the referral's contact is gone
	DuplicateTag   Kind = "duplicate"         // two referrals of one opt-in
	OtherPartner   Kind = "other_partner"     // the referral credits another affiliate than the opt-in
	MissingUnfixed Kind = "missing_held_back" // so many are missing that --fix leaves them alone
	MissingContact Kind = "missing_with_contact"
)

// Kinds lists every Kind, the worst first.
var Kinds = []Kind{Missing, MissingContact, MissingUnfixed, NotCredited, Unknown, DuplicateTag, OtherPartner, MergedContact, OtherContact, DeletedContact}

// advice says what a person can do. Fixed kinds are marked by the rows themselves.
var advice = map[Kind]string{
	Missing:        "run with fix: it is looked for once more at its contact, and written again when it is not there",
	MissingContact: "the referral went with its contact, which somebody deleted in Keap: nothing is written again by itself; if this person should be there, bring the contact back in Keap and create the referral there",
	MissingUnfixed: "make sure that this is the Keap app that the referrals were written to; if it is, and they were deleted there, repair it with Keap's help before anything is written again",
	NotCredited:    "run with fix: the opt-in is marked as credited",
	Unknown:        "it is of a time that a restored backup does not know, or another collector writes to this Keap app; nothing has to be done in Keap",
	MergedContact:  "run with fix: the opt-in follows to the contact that stayed",
	OtherContact:   "somebody moved the referral in Keap, or wrote it by hand with our tag: look at both contacts in Keap",
	DeletedContact: "the referral stays in Keap without a contact; it still counts there, and nothing has to be done",
	DuplicateTag:   "delete one of the two in Keap by hand: its API cannot",
	OtherPartner:   "decide in Keap who earns it; the referral cannot be changed by the API",
}

// Row is one difference.
type Row struct {
	Kind       Kind      `json:"kind"`
	OptIn      string    `json:"optin,omitempty"`
	At         time.Time `json:"at,omitzero"` // of the opt-in, or of the referral where there is none
	Affiliate  string    `json:"affiliate,omitempty"`
	ContactID  string    `json:"contact_id,omitempty"` // as we have it
	ReferralID string    `json:"referral_id,omitempty"`
	InKeap     string    `json:"in_keap,omitempty"` // what Keap has instead: a contact, a partner, a referral
	Reason     string    `json:"reason"`
	Advice     string    `json:"advice,omitempty"` // left out where it was fixed
	Fixable    bool      `json:"fixable"`
	Fixed      bool      `json:"fixed"`
}

// AffiliateRow sets our opt-ins beside Keap's referrals for one affiliate.
type AffiliateRow struct {
	Affiliate string `json:"affiliate"` // Keap's id
	Code      string `json:"code,omitempty"`
	Name      string `json:"name,omitempty"`
	OptIns    int64  `json:"optins"`   // here, of all time
	People    int64  `json:"people"`   // likewise
	Credited  int64  `json:"credited"` // opt-ins that are credited here
	Imported  int64  `json:"imported"` // referrals that Keap had before us
	InKeap    int64  `json:"in_keap"`  // referrals under our tag in Keap
	// Difference is Credited less InKeap: 0 where both tell the same.
	Difference int64 `json:"difference"`
}

// State is how a run stands.
type State string

const (
	Never       State = "never" // nothing was run yet
	Running     State = "running"
	Finished    State = "finished"
	Broken      State = "failed"
	Interrupted State = "interrupted" // the program ended in the middle
)

// Counts are those of one comparison.
type Counts struct {
	Referrals int64          `json:"referrals"` // under our tag in Keap
	Credited  int64          `json:"credited"`  // opt-ins that are credited here
	Matched   int64          `json:"matched"`   // referrals that are as they should be
	InFlight  int64          `json:"in_flight"` // opt-ins that changed during the run, or just before: left for the next one
	Found     map[Kind]int64 `json:"found"`
	Fixed     int64          `json:"fixed"`
	Calls     int64          `json:"keap_calls"`
}

// Report is what one run found. Its rows are the first of each kind; the counts are of all.
type Report struct {
	ID                string         `json:"id,omitempty"`
	State             State          `json:"state"`
	Reason            string         `json:"reason,omitempty"` // of a failed run
	Fix               bool           `json:"fix"`
	Started           time.Time      `json:"started,omitzero"`
	Finished          time.Time      `json:"finished,omitzero"`
	Counts            Counts         `json:"counts"`
	Rows              []Row          `json:"rows"`
	RowsLeftOut       int64          `json:"rows_left_out"`
	ByAffiliate       []AffiliateRow `json:"by_affiliate"`
	AffiliatesLeftOut int64          `json:"affiliates_left_out"`
	Explanation       string         `json:"explanation,omitempty"`
}

// Differences is how many differences are left.
func (r Report) Differences() (n int64) {
	for _, found := range r.Counts.Found {
		n += found
	}
	return n - r.Counts.Fixed
}

const (
	// rowsPerKind and rowsOfAffiliates bound a report, so that it can be kept and shown whatever a run finds.
	rowsPerKind      = 200
	rowsOfAffiliates = 1000
)

// explanation stands in every report, because the question comes with every look at Keap's own.
const explanation = `"Num opt ins" in Keap's affiliate reports counts what Keap's own web forms noted for a visitor who came by a Keap tracking link. Referrals that are written by the API stand in Keap and are credited, but that report does not count them, and no part of Keap's API tells its numbers. So compare "credited" with "in_keap" here: both should be the same, and a difference is one of the rows above. "optins" is higher than "credited" by the opt-ins that wait, are held or were refused; "people" counts each person once.`

func newReport(fix bool, now time.Time) *Report {
	return &Report{
		ID: uuid.Must(uuid.NewV7()).String(), State: Running, Fix: fix, Started: now, Rows: []Row{}, ByAffiliate: []AffiliateRow{},
		Counts: Counts{Found: map[Kind]int64{}}, Explanation: explanation,
	}
}

// add counts a difference, and keeps its row while there is room.
func (r *Report) add(row Row) {
	if r.Counts.Found[row.Kind]++; r.Counts.Found[row.Kind] > rowsPerKind {
		r.RowsLeftOut++
	} else {
		if !row.Fixed {
			row.Advice = advice[row.Kind]
		}
		r.Rows = append(r.Rows, row)
	}
	if row.Fixed {
		r.Counts.Fixed++
	}
}

func rowOf(kind Kind, o attribution.OptIn, reason string) Row {
	return Row{Kind: kind, OptIn: o.ID.String(), At: o.At, Affiliate: o.Ref.Value, ContactID: o.ContactID, ReferralID: o.ReferralID, Reason: reason}
}
