package settings_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/settings"
	"tributary/internal/store"
	"tributary/internal/store/boltstore"
)

var defaults = settings.Default(attribution.DefaultPolicy)

func changes(t *testing.T, text string) (c map[string]json.RawMessage) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEachWrongValueNamesItsField(t *testing.T) {
	for text, want := range map[string]string{
		`{"rule":"newest"}`:          "rule must be one of latest, first",
		`{"rule":7}`:                 "rule must not be a number",
		`{"Rule":"first"}`:           "Rule is no setting",
		`{"window":"30m"}`:           "window must be 1h to 400d, and is 30m",
		`{"window":"a while"}`:       `window cannot be read: a length of time`,
		`{"window":90}`:              "window must not be a number",
		`{"merge_window":"-1h"}`:     "merge_window must be 0s to 30d",
		`{"referral_type":"manual"}`: "referral_type must be one of MANUAL",
		`{"referral_expires":"1h"}`:  "referral_expires must be 1d to 3650d",
		`{"referral_type":"PERMANENT","referral_expires":"30d"}`:     "referral_expires must be 0s with",
		`{"description":"for {email}"}`:                              "description can have the placeholders",
		`{"description":"an open {form"}`:                            "description can have the placeholders",
		`{"description":"` + strings.Repeat("ä", 201) + `"}`:         "description must have 0 to 200",
		`{"other_partner":"hold"}`:                                   "other_partner must be one of respect, write",
		`{"late":"respect"}`:                                         "late must be one of hold, write",
		`{"unknown_affiliate":"drop"}`:                               "unknown_affiliate must be one of hold, refuse, unattributed",
		`{"inactive_affiliate":""}`:                                  "inactive_affiliate must be one of",
		`{"contact":"upsert"}`:                                       "contact must be one of wait, create",
		`{"contact_grace":"4d"}`:                                     "contact_grace must be 0s to 3d",
		`{"opt_in_reason":""}`:                                       "opt_in_reason must have 1 to 255",
		`{"write_ip":"yes"}`:                                         "write_ip must not be a string",
		`{"tag_id":"vip"}`:                                           "tag_id must be the id of a tag",
		`{"goal_integration":"tributary"}`:                           "goal_call_name and goal_integration belong together",
		`{"goal_integration":"tri butary","goal_call_name":"optin"}`: "goal_integration must have at most 40",
		`{"fields":{"email":"12"}}`:                                  `fields must name only lead_source`,
		`{"fields":{"utm_source":"twelve"}}`:                         "fields must give utm_source the id",
		`{"fields":{"utm_source":"12","utm_medium":"12"}}`:           "fields must not give custom field 12 to both utm_medium and utm_source",
		`{"fields":{"utm_source":"12"},"totals_field":"12"}`:         "fields must not give custom field 12 to both totals_field",
		`{"totals_field":"_Optins"}`:                                 "totals_field must be the id",
	} {
		_, _, err := settings.Change(defaults, nil, changes(t, text))
		var wrong *settings.Wrong
		if !errors.As(err, &wrong) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

func TestADefaultFollowsItsFlagUntilTheOwnerChooses(t *testing.T) {
	chosen, s, err := settings.Change(defaults, nil, changes(t, `{"window":"30d","fields":{"utm_source":"12"}}`))
	if err != nil || s.Window != settings.Span(30*24*time.Hour) || s.Rule != attribution.Latest {
		t.Fatalf("%+v, %v", s, err)
	}
	flagged := settings.Default(attribution.Policy{Rule: attribution.First, Window: 10 * time.Hour, Merge: time.Hour})
	chosen, s, err = settings.Change(flagged, chosen, changes(t, `{"fields":null}`))
	if err != nil || s.Rule != attribution.First || s.Window != settings.Span(30*24*time.Hour) || len(s.Fields) != 0 {
		t.Errorf("%+v, %v", s, err)
	}
	if _, s, err = settings.Change(flagged, chosen, changes(t, `{"window":null}`)); err != nil || s.Window != flagged.Window {
		t.Errorf("%+v, %v", s, err)
	}
	if len(defaults.Fields) != 0 {
		t.Errorf("the defaults were changed: %v", defaults.Fields)
	}
}

func TestSpansAreReadAsTheyAreWritten(t *testing.T) {
	for _, text := range []string{"90d", "36h", "15m", "1h30m", "0s", "45s"} {
		var s settings.Span
		if err := s.UnmarshalText([]byte(text)); err != nil || s.String() != text {
			t.Errorf("%s became %s, %v", text, s, err)
		}
	}
}

func TestADescriptionIsOneShortLine(t *testing.T) {
	o := attribution.OptIn{ID: uuid.New(), Form: attribution.Form{ID: strings.Repeat("fö", 200)}, UTM: attribution.UTM{Source: "news {form}"}}
	a := attribution.Affiliate{Code: "00123"}
	for template, want := range map[string]string{
		"":                                  "Opt-in on form " + strings.Repeat("fö", 200),
		"by {affiliate_code}, {utm_source}": "by 00123, news {form}",
		"at  {site} {page}.":                "at .",
	} {
		s := settings.Settings{Description: template}
		if got := s.Describe(o, a); got != settings.Cut(want, 250) {
			t.Errorf("%q gives %q", template, got)
		}
	}
	if got := (settings.Settings{}).Describe(attribution.OptIn{}, a); got != "Opt-in" {
		t.Errorf("without a form: %q", got)
	}
}

func TestAKeeperRemembersWhatWasSaved(t *testing.T) {
	st, err := boltstore.Open(boltstore.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	ctx, k := context.Background(), settings.NewKeeper(st, defaults)
	if s, err := k.Of(ctx, "main"); err != nil || s.Contact != settings.Wait {
		t.Fatalf("%+v, %v", s, err)
	}
	no := errors.New("no")
	if _, err := k.Change(ctx, "main", changes(t, `{"contact":"create"}`), func(before, after settings.Settings) error {
		if before.Contact != settings.Wait || after.Contact != settings.Create {
			t.Errorf("before %s, after %s", before.Contact, after.Contact)
		}
		return no
	}); !errors.Is(err, no) {
		t.Errorf("a change that was not allowed: %v", err)
	}
	if s, _ := k.Of(ctx, "main"); s.Contact != settings.Wait {
		t.Error("a change that was not allowed was made")
	}
	if _, err := k.Change(ctx, "main", changes(t, `{"contact":"create"}`), nil); err != nil {
		t.Fatal(err)
	}
	for _, k := range []*settings.Keeper{k, settings.NewKeeper(st, defaults)} {
		if s, err := k.Of(ctx, "main"); err != nil || s.Contact != settings.Create {
			t.Errorf("%+v, %v", s, err)
		}
		if s, err := k.Of(ctx, "other"); err != nil || s.Contact != settings.Wait {
			t.Errorf("of another account: %+v, %v", s, err)
		}
	}
	if err := st.Delete(ctx, settings.Kind, "main", 1); err != nil {
		t.Fatal(err)
	}
	if _, err := st.Put(ctx, settings.Kind, "main", []byte("{"), 0); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Change(ctx, "main", changes(t, `{"late":"write"}`), nil); err == nil || errors.Is(err, store.ErrNotFound) {
		t.Errorf("a damaged document: %v", err)
	}
}
