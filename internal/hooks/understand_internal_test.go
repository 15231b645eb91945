package hooks

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"tributary/internal/attribution"
)

const (
	pageID = "0198c0d2-e7a0-7abc-8def-0123456789ab"
	asJSON = "application/json"
	asForm = "application/x-www-form-urlencoded"
)

// told is an understood submission in one line.
func told(u understood) string {
	p := u.person
	out := fmt.Sprintf("%s|%s|%s|%s|%s", p.Email, p.FirstName, p.LastName, p.Phone, u.ref)
	if u.joins != uuid.Nil {
		out += "|joins"
	}
	return out
}

// TestWhatToolsSend are the shapes of the tools' own documentation, with the fields that they are known for.
func TestWhatToolsSend(t *testing.T) {
	for name, c := range map[string]struct{ kind, body, want string }{
		"flat":            {asJSON, `{"email":" Ann@Example.com","first_name":"Ann","last_name":"Example","phone":"+1 555 0100","affiliate":"101","tributary_id":"` + pageID + `"}`, "ann@example.com|Ann|Example|+1 555 0100|id:101|joins"},
		"labels":          {asJSON, `{"Email Address":"ann@example.com","First Name":"Ann","Affiliate":"maple"}`, "ann@example.com|Ann|||id:maple"},
		"full name":       {asJSON, `{"Name":"Ann van Example","E-Mail":"ann@example.com"}`, "ann@example.com|Ann|van Example||"},
		"name in front":   {asJSON, `{"email":"Ann Example <ann@example.com>"}`, "ann@example.com||||"},
		"form":            {asForm, "lead[email]=ann%40example.com&lead[first_name]=Ann+Marie&contact[aff]=maple", "ann@example.com|Ann Marie|||code:maple"},
		"form, broken":    {asForm, "email=ann@example.com&junk=%&=&&x", "ann@example.com||||"},
		"dotted":          {asForm, "contact.email=ann@example.com&contact.affiliate_id=7", "ann@example.com||||id:7"},
		"called wrongly":  {asForm, `{"email":"ann@example.com"}`, "ann@example.com||||"},
		"text/plain":      {"text/plain", "email=ann@example.com", "ann@example.com||||"},
		"no content type": {"", `{"email":"ann@example.com"}`, "ann@example.com||||"},
		"multipart": {
			"multipart/form-data; boundary=B", "--B\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\nann@example.com\r\n--B\r\nContent-Disposition: form-data; name=\"cv\"; filename=\"eve@example.com.txt\"\r\n\r\neve@example.com\r\n--B--\r\n",
			"ann@example.com||||",
		},
		"Typeform": {asJSON, `{"event_id":"x","form_response":{"form_id":"f","hidden":{"affiliate":"101","tributary_id":"` + pageID + `"},"submitted_at":"2026-05-04T10:00:00Z",
			"definition":{"fields":[{"id":"q1","title":"First name","type":"short_text"},{"id":"q2","title":"Where shall we send it to?","type":"email"}]},
			"answers":[{"type":"text","text":"Ann","field":{"id":"q1","type":"short_text","ref":"a1b2"}},{"type":"email","email":"ann@example.com","field":{"id":"q2","type":"email","ref":"c3"}}]}}`, "ann@example.com|Ann|||id:101|joins"},
		"Tally": {asJSON, `{"eventType":"FORM_RESPONSE","data":{"formName":"In","fields":[{"key":"question_a","label":"Vorname","type":"INPUT_TEXT","value":"Ann"},
			{"key":"question_b","label":"Where to?","type":"INPUT_EMAIL","value":"ann@example.com"},{"key":"question_c","label":"affiliate","type":"HIDDEN_FIELDS","value":"101"}]}}`, "ann@example.com|Ann|||id:101"},
		"HubSpot":     {asJSON, `[{"properties":{"firstname":{"value":"Ann"},"email":{"value":"ann@example.com"},"affiliate":{"value":"101"}},"owner":{"email":"boss@example.com"}}]`, "ann@example.com|Ann|||id:101"},
		"fields list": {asJSON, `{"fields":[{"name":"email","value":"ann@example.com"},{"name":"firstname","value":"Ann"},{"name":"aff","value":"maple"}]}`, "ann@example.com|Ann|||code:maple"},
		"JotForm":     {"multipart/form-data; boundary=B", "--B\r\nContent-Disposition: form-data; name=\"rawRequest\"\r\n\r\n{\"q3_name\":{\"first\":\"Ann\",\"last\":\"Example\"},\"q4_email4\":\"ann@example.com\",\"affiliate\":\"101\"}\r\n--B--\r\n", "ann@example.com|Ann|Example||id:101"},
		"Elementor":   {asForm, "form[id]=1&fields[a1][id]=a1&fields[a1][type]=email&fields[a1][title]=Wohin&fields[a1][value]=ann@example.com&fields[b][title]=Nachname&fields[b][value]=Example", "ann@example.com||Example||"},
		"ClickFunnels": {asJSON, `{"contact":{"email_address":"ann@example.com","contact_profile":{"first_name":"Ann"},"additional_info":{"affiliate":"101","tributary_id":"` + pageID + `"}},
			"funnel":{"owner":{"email":"owner@example.com"}}}`, "ann@example.com|Ann|||id:101|joins"},
		"EverWebinar":             {asForm, "first_name=Ann&email=ann%40example.com&webinar_name=Live&utm_content=trb-code-summer-sale-0198c0d2e7a07abc8def0123456789ab&utm_source=mail", "ann@example.com|Ann|||code:summer-sale|joins"},
		"a name nobody knows":     {asJSON, `{"1":"Ann","3":"ann@example.com"}`, "ann@example.com||||"},
		"twice the same":          {asJSON, `{"a":"ann@example.com","b":"ANN@example.com"}`, "ann@example.com||||"},
		"confirmed":               {asJSON, `{"email":"ann@example.com","email_confirm":"ann@example.com"}`, "ann@example.com||||"},
		"duplicate keys":          {asJSON, `{"email":"eve@example.com","email":"ann@example.com"}`, "ann@example.com||||"},
		"another's":               {asJSON, `{"friend_email":"bob@example.com","email":"ann@example.com","sponsor":{"email":"c@example.com","first_name":"Cid"}}`, "ann@example.com||||"},
		"affiliate as an object":  {asJSON, `{"email":"ann@example.com","affiliate":{"id":"7","email":"partner@example.com","first_name":"Pat"}}`, "ann@example.com||||id:7"},
		"affiliate 0":             {asJSON, `{"email":"ann@example.com","affiliate":"0","tributary_id":"nonsense"}`, "ann@example.com||||"},
		"a number":                {asJSON, `{"email":"ann@example.com","affiliate":101,"aff":12345678901234567890123}`, "ann@example.com||||id:101"},
		"Spanish":                 {asJSON, `{"Correo electrónico":"ann@example.com","Nombre":"Ana","Apellidos":"Ejemplo","Teléfono":"123"}`, "ann@example.com|Ana|Ejemplo|123|"},
		"French":                  {asForm, "Courriel=ann@example.com&Pr%C3%A9nom=Anne&Nom+de+famille=Exemple", "ann@example.com|Anne|Exemple||"},
		"Russian":                 {asJSON, `{"Электронная почта":"ann@example.com","Имя":"Анна","Фамилия":"П"}`, "ann@example.com|Анна|П||"},
		"Japanese":                {asJSON, `{"メールアドレス":"ann@example.com","お名前":"花子","電話番号":"03"}`, "ann@example.com|花子||03|"},
		"Korean":                  {asJSON, `{"이메일":"ann@example.com","이름":"안나"}`, "ann@example.com|안나|||"},
		"invalid UTF-8":           {asJSON, "{\"email\":\"ann@example.com\",\"first_name\":\"A\xffnn\"}", "ann@example.com|Ann|||"},
		"control characters":      {asJSON, `{"email":"ann@example.com","first_name":"An\u0000n\n"}`, "ann@example.com|Ann|||"},
		"what lies too deep":      {asJSON, `{"email":"ann@example.com","x":` + strings.Repeat(`[`, 5000) + strings.Repeat(`]`, 5000) + `}`, "ann@example.com||||"},
		"a number of 60000 nines": {asJSON, `{"n":` + strings.Repeat("9", 60000) + `,"email":"ann@example.com"}`, "ann@example.com||||"},
	} {
		t.Run(name, func(t *testing.T) {
			items, err := decode(c.kind, []byte(c.body))
			if err != nil || len(items) != 1 {
				t.Fatalf("%d submissions, %v", len(items), err)
			}
			if got := told(understand(items[0], nil, attribution.Site{})); got != c.want {
				t.Errorf("told %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestAMappingBeatsNames(t *testing.T) {
	body := `{"email":"list@example.com","contact":{"emails":["ann@example.com"],"who/what":"Ann"},"custom":{"partner":"maple"},"campaign":"trb-id-9"}`
	for _, c := range []struct {
		mapping Mapping
		want    string
	}{
		{Mapping{Email: "contact.emails.0", AffiliateCode: "custom.partner"}, "ann@example.com||||code:maple"},
		{Mapping{Email: "/contact/emails/0", FirstName: "/contact/who~1what"}, "ann@example.com|Ann|||"},
		{Mapping{Email: "contact[emails][0]", UTM: "campaign"}, "ann@example.com||||id:9"},
		{Mapping{Email: "contact.emails.1"}, "||||"},
		{Mapping{Email: "contact"}, "||||"},
	} {
		items, err := decode(asJSON, []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		u := understand(items[0], c.mapping, attribution.Site{})
		if got := told(u); got != c.want || (u.problem == "") != (u.person.Email != "") {
			t.Errorf("%v: told %s, want %s; %s", c.mapping, got, c.want, u.problem)
		}
	}
}

func TestASitesOwnFieldNamesAreLookedFor(t *testing.T) {
	items, _ := decode(asForm, []byte("email=ann@example.com&partner_ref=maple&visit="+pageID))
	if got := told(understand(items[0], nil, attribution.Site{AffiliateField: "partner_ref", IDField: "visit"})); got != "ann@example.com||||id:maple|joins" {
		t.Errorf("told %s", got)
	}
	if got := told(understand(items[0], nil, attribution.Site{AffiliateField: "-", IDField: "-"})); got != "ann@example.com||||" {
		t.Errorf("without hidden fields: %s", got)
	}
}

// TestWhyNoOptIn is what is kept for the owner, with a reason that says what to do.
func TestWhyNoOptIn(t *testing.T) {
	for body, want := range map[string]string{
		`{"first_name":"Ann"}`:                            "no e-mail address in it",
		`{"email":"not one"}`:                             "no e-mail address in it",
		`{"email":{"$ne":null}}`:                          "no e-mail address in it",
		`{"a":"ann@example.com","b":"bob@example.com"}`:   "several e-mail addresses",
		`{"referrer_email":"bob@example.com"}`:            "at referrer_email, looks like somebody else's",
		`{"owner":{"email":"boss@example.com"},"n":"An"}`: "at owner.email, looks like somebody else's",
	} {
		items, err := decode(asJSON, []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		if u := understand(items[0], nil, attribution.Site{}); !strings.Contains(u.problem, want) {
			t.Errorf("%s: %q, want %q", body, u.problem, want)
		}
	}
}

func TestBodiesThatAreNoPayload(t *testing.T) {
	list := "[" + strings.Repeat(`{"email":"ann@example.com"},`, 50) + `{"email":"ann@example.com"}]`
	for _, c := range []struct{ kind, body string }{
		{asJSON, ""}, {asJSON, "  "}, {asJSON, "null"}, {asJSON, `"x"`}, {asJSON, "7"}, {asJSON, "{"}, {asJSON, `{"a":1}}`}, {asJSON, "[]"}, {asJSON, "[1]"},
		{asJSON, list}, {asJSON, `[{"a":1},[]]`}, {asJSON, strings.Repeat(`{"a":`, 20000)}, {"multipart/form-data", "x"},
		{"multipart/form-data; boundary=B", "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb"},
	} {
		if items, err := decode(c.kind, []byte(c.body)); err == nil {
			t.Errorf("%.40q was taken for %d submissions", c.body, len(items))
		}
	}
}

// TestWordsAreFolded: a word that is not could never be found.
func TestWordsAreFolded(t *testing.T) {
	for field, v := range vocabularies {
		for _, word := range append(v.whole, v.part...) {
			if fold(word) != word {
				t.Errorf("%s: %q is folded to %q", field, word, fold(word))
			}
		}
	}
}

func TestATimeThatCannotBeIsNotBelieved(t *testing.T) {
	s := &Service{}
	now := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	for said, want := range map[time.Time]time.Time{
		{}: now, now.Add(-time.Hour): now.Add(-time.Hour), now.Add(time.Hour): now, now.AddDate(-1, 0, 0): now,
	} {
		if got := s.when(said, now); !got.Equal(want) {
			t.Errorf("%s: %s", said, got)
		}
	}
}

// FuzzUnderstand: no body makes it fail, take long or tell what is no text, and the same body is always read the same.
func FuzzUnderstand(f *testing.F) {
	for _, c := range []struct{ kind, body string }{
		{asJSON, `{"email":"ann@example.com","a":[{"label":"x","value":"y"}],"q":"{\"email\":\"b@example.com\"}"}`}, {asForm, "a[b][]=c&d.e=%zz&email=x@example.com"},
		{asJSON, strings.Repeat("[", 300)}, {"multipart/form-data; boundary=B", "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--B--"}, {asJSON, `{"":{"":""},"é":1e999}`}, {asJSON, "\xef\xbb\xbf{}"},
	} {
		f.Add(c.kind, []byte(c.body))
	}
	mapping := Mapping{Email: "a.0.b", AffiliateCode: "/a/b"}
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		if len(body) > MaxBody {
			return
		}
		items, err := decode(kind, body)
		if err != nil {
			return
		}
		for _, it := range items {
			for _, m := range []Mapping{nil, mapping} {
				u, again := understand(it, m, attribution.Site{}), understand(it, m, attribution.Site{})
				if told(u) != told(again) {
					t.Fatalf("read as %s and as %s", told(u), told(again))
				}
				if (u.problem == "") != (u.person.Email != "") || !utf8.ValidString(told(u)) {
					t.Fatalf("%+v", u)
				}
				if _, err := json.Marshal(u.places); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}
