package intake

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

// The fast decoder must read a batch as the usual one does, or a page's event would mean two things.
func FuzzDecodersAgree(f *testing.F) {
	for _, seed := range []string{
		`{"site":"st_a","events":[{"id":"0192f0c1-0000-7000-8000-000000000001","type":"click","at":1700000000000,"touch":{"affiliate":"123","kind":"id","at":1}}]}`,
		`{"site":"st_a","events":[{"type":"optin","person":{"email":"pat@example.com","first_name":"\u00e9\ud83d\ude00"},"form":{"id":"f"},"via":"form","utm":{"source":"x"}}]}`,
		`{"site":null,"events":null}`, `{"events":[{"at":1e3}]}`, `{"events":[{"touch":null,"first":{}}]}`, `{"events":[{"id":"a","id":"b"}],"x":[1,2,{"y":null}]}`,
		`{"events":[{"at":"1"}]}`, `[]`, `{`, "\xff",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := decode(body)
		var want batch
		if strict := json.Unmarshal(body, &want); strict != nil {
			return // decode takes the events one by one, and says what is wrong with each
		}
		if err != nil {
			t.Fatalf("refused: %v", err)
		}
		if !utf8.Valid(body) || oddNames(body) {
			return // the usual decoder takes "ID" and "Id" for "id" as well
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("decoded\n%+v\nthe usual decoder reads\n%+v", got, want)
		}
	})
}

// oddNames reports whether a name could be read in two ways: by its case, or because it comes twice.
func oddNames(body []byte) bool {
	text := string(body)
	for _, name := range []string{"site", "events", "id", "type", "at", "visitor", "url", "referrer", "touch", "first", "utm", "person", "form", "via"} {
		if strings.Count(strings.ToLower(text), name) != strings.Count(text, name) {
			return true
		}
	}
	return strings.Contains(text, `\u`)
}
