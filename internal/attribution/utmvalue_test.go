package attribution_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"tributary/internal/attribution"
)

const utmID = "0198c0d2e7a07abc8def0123456789ab"

func TestParseUTMValue(t *testing.T) {
	id := uuid.MustParse(utmID)
	byID, byCode := attribution.ByID, attribution.ByCode
	for value, want := range map[string]attribution.UTMValue{
		"trb-id-123-" + utmID:                               {Ref: attribution.Ref{Kind: byID, Value: "123"}, OptIn: id},
		"trb-code-maria-" + utmID:                           {Ref: attribution.Ref{Kind: byCode, Value: "maria"}, OptIn: id},
		"trb-code-summer-sale.v2_~-" + utmID:                {Ref: attribution.Ref{Kind: byCode, Value: "summer-sale.v2_~"}, OptIn: id},
		"trb-code---" + utmID:                               {Ref: attribution.Ref{Kind: byCode, Value: "-"}, OptIn: id},
		"trb-code-" + strings.Repeat("a", 64) + "-" + utmID: {Ref: attribution.Ref{Kind: byCode, Value: strings.Repeat("a", 64)}, OptIn: id},
		"trb-code-" + utmID + "-" + utmID:                   {Ref: attribution.Ref{Kind: byCode, Value: utmID}, OptIn: id},
		"trb-id-123":                                        {Ref: attribution.Ref{Kind: byID, Value: "123"}},
		"trb-code-spring-sale":                              {Ref: attribution.Ref{Kind: byCode, Value: "spring-sale"}},
		" trb-id-123\n":                                     {Ref: attribution.Ref{Kind: byID, Value: "123"}},
		"trb-code-a-0198c0d2e7a04abc8def0123456789ab":       {Ref: attribution.Ref{Kind: byCode, Value: "a-0198c0d2e7a04abc8def0123456789ab"}}, // no version 7: part of the code
	} {
		if got, ok := attribution.ParseUTMValue(value); !ok || got != want {
			t.Errorf("%q: %+v, %v; want %+v", value, got, ok, want)
		}
	}
}

func TestOtherValuesOfAUTMKey(t *testing.T) {
	for _, value := range []string{
		"", "newsletter", "trb", "trb-", "trb-id", "trb-id-", "trb-id-0", "trb-id-0-" + utmID, "trb-name-1", "TRB-id-1",
		"x trb-id-1", "trb-id-1 2", "trb-id-1&affiliate=2", "trb-code-é", "trb-code-" + strings.Repeat("a", 65), "trb-id-1\x00", utmID,
		"trb-id-" + utmID[:31] + "<", "trb-id-1\ntrb-id-2",
	} {
		if got, ok := attribution.ParseUTMValue(value); ok {
			t.Errorf("%q was taken for %+v", value, got)
		}
	}
}

// FuzzParseUTMValue: what is taken has a valid affiliate, and written again is the same text.
func FuzzParseUTMValue(f *testing.F) {
	for _, seed := range []string{"trb-id-123-" + utmID, "trb-code-a-b", "trb-id-0", "trb--", "trb-id-" + utmID + "-" + utmID} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, ok := attribution.ParseUTMValue(s)
		if !ok {
			return
		}
		if _, err := attribution.NewRef(v.Ref.Kind, v.Ref.Value); err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		again := "trb-" + string(v.Ref.Kind) + "-" + v.Ref.Value
		if v.OptIn != uuid.Nil {
			again += "-" + strings.ReplaceAll(v.OptIn.String(), "-", "")
		}
		if again != strings.TrimSpace(s) {
			t.Fatalf("%q is read as %q", s, again)
		}
	})
}
