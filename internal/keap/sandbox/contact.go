package sandbox

// Contact is a person, with the fields of Keap's Contact that a request can set.
type Contact struct {
	ID              string          `json:"id"`
	Emails          []Email         `json:"email_addresses,omitempty"`
	GivenName       string          `json:"given_name,omitempty"`
	FamilyName      string          `json:"family_name,omitempty"`
	MiddleName      string          `json:"middle_name,omitempty"`
	PreferredName   string          `json:"preferred_name,omitempty"`
	Prefix          string          `json:"prefix,omitempty"`
	Suffix          string          `json:"suffix,omitempty"`
	Company         *Company        `json:"company,omitempty"`
	JobTitle        string          `json:"job_title,omitempty"`
	Phones          []Phone         `json:"phone_numbers,omitempty"`
	Addresses       []Address       `json:"addresses,omitempty"`
	CustomFields    []CustomField   `json:"custom_fields,omitempty"`
	Origin          *Origin         `json:"origin,omitempty"`
	ContactType     string          `json:"contact_type,omitempty"`
	LeadSourceID    string          `json:"leadsource_id,omitempty"`
	OwnerID         string          `json:"owner_id,omitempty"`
	ReferralCode    string          `json:"referral_code,omitempty"` // plain text: it makes no referral
	SourceType      string          `json:"source_type,omitempty"`
	PreferredLocale string          `json:"preferred_locale,omitempty"`
	TimeZone        string          `json:"time_zone,omitempty"`
	Website         string          `json:"website,omitempty"`
	UTM             []UTMParameters `json:"utm_parameters,omitempty"`
	CreateTime      string          `json:"create_time,omitempty"`
	UpdateTime      string          `json:"update_time,omitempty"`
}

// Email is one of up to three addresses of a contact.
type Email struct {
	Email       string `json:"email"`
	Field       string `json:"field"`
	OptInReason string `json:"opt_in_reason,omitempty"`
	IsOptIn     bool   `json:"is_opt_in"`
	Status      string `json:"email_opt_status"`
}

// Company is the company of a contact.
type Company struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"company_name,omitempty"`
}

// Phone is one of up to five numbers of a contact.
type Phone struct {
	Number    string `json:"number"`
	Field     string `json:"field"`
	Type      string `json:"type,omitempty"`
	Extension string `json:"extension,omitempty"`
}

// Address is one of up to three postal addresses of a contact.
type Address struct {
	Field       string `json:"field"`
	Line1       string `json:"line1,omitempty"`
	Line2       string `json:"line2,omitempty"`
	Locality    string `json:"locality,omitempty"`
	RegionCode  string `json:"region_code,omitempty"`
	PostalCode  string `json:"postal_code,omitempty"`
	CountryCode string `json:"country_code,omitempty"`
}

// CustomField is a value of a field that the owner of the app has added.
type CustomField struct {
	ID      string `json:"id"`
	Content any    `json:"content"`
}

// Origin is where a contact came from.
type Origin struct {
	Date      string `json:"date,omitempty"`
	IPAddress string `json:"ip_address,omitempty"`
}

// UTMParameters are those of one visit. Keap's answers write their names otherwise than its requests.
type UTMParameters struct {
	KeapSourceID string `json:"keapSourceId"`
	Source       string `json:"utmSource,omitempty"`
	Medium       string `json:"utmMedium,omitempty"`
	Term         string `json:"utmTerm,omitempty"`
	Campaign     string `json:"utmCampaign,omitempty"`
	Content      string `json:"utmContent,omitempty"`
}
