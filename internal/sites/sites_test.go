package sites_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/sites"
	"tributary/internal/store"
	"tributary/internal/store/boltstore"
	"tributary/snippet"
)

const account = attribution.DefaultAccount

func newKeeper(t *testing.T) (k *sites.Keeper, changed *[]string) {
	t.Helper()
	s, err := boltstore.Open(boltstore.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	changed = &[]string{}
	return sites.New(sites.Options{Docs: s, Now: time.Now, Changed: func(key string) { *changed = append(*changed, key) }}), changed
}

func TestPagesAreUnderstoodAsPeopleTypeThem(t *testing.T) {
	for typed, want := range map[string]string{
		"example.com":                     "https://example.com https://www.example.com",
		"www.example.com/landing?x=1#top": "https://www.example.com https://example.com",
		"http://Example.com/":             "http://example.com http://www.example.com",
		"shop.example.com":                "https://shop.example.com",
		"*.example.com":                   "https://*.example.com",
		"https://*.example.com":           "https://*.example.com",
		"localhost:3000":                  "http://localhost:3000",
		"127.0.0.1:8080/x":                "http://127.0.0.1:8080",
		"http://localhost:*":              "http://localhost:*",
		"my website":                      "my website",
		"me@example.com":                  "me@example.com",
		"example.com www.example.com":     "example.com www.example.com",
		"https://example.com:8443":        "https://example.com:8443",
	} {
		if got := strings.Join(sites.Pages([]string{typed}, true), " "); got != want {
			t.Errorf("%q gives %q, want %q", typed, got, want)
		}
	}
	if got := sites.Pages([]string{"example.com", "https://example.com"}, false); !slices.Equal(got, []string{"https://example.com"}) {
		t.Errorf("twice the same gives %q", got)
	}
}

func TestWhatIsWrongNamesItsField(t *testing.T) {
	k, _ := newKeeper(t)
	good := sites.Input{Name: "Shop", Origins: []string{"https://example.com"}}
	for field, change := range map[string]func(*sites.Input){
		"name":    func(in *sites.Input) { in.Name = " " },
		"origins": func(in *sites.Input) { in.Origins = []string{"example.com"} },
		"cookie":  func(in *sites.Input) { in.Cookie = "a b" },
		"consent": func(in *sites.Input) { in.Consent = "never" },
	} {
		in := good
		change(&in)
		_, _, err := k.Add(t.Context(), account, in, "")
		var w *sites.Wrong
		if !errors.As(err, &w) || w.Field != field || w.Problem == "" {
			t.Errorf("%s: %v", field, err)
		}
	}
	in := good
	in.Settings = snippet.Settings{Rule: "first"}
	if _, _, err := k.Add(t.Context(), account, in, ""); !errors.Is(err, sites.ErrNotOfSites) {
		t.Errorf("a setting of the collector's: %v", err)
	}
	if all, err := k.List(t.Context(), "", 10); err != nil || len(all) != 0 {
		t.Errorf("what was wrong is stored: %v, %v", all, err)
	}
}

func TestARepeatedRequestMakesOneSite(t *testing.T) {
	k, _ := newKeeper(t)
	in := sites.Input{Name: "Shop", Origins: []string{"https://example.com"}}
	first, added, err := k.Add(t.Context(), account, in, "request 1")
	again, repeated, err2 := k.Add(t.Context(), account, in, "request 1")
	if err != nil || err2 != nil || !added || repeated || first.Key != again.Key {
		t.Errorf("%+v %v %v, %+v %v %v", first, added, err, again, repeated, err2)
	}
}

func TestWhoChangesAnOldSiteIsTold(t *testing.T) {
	k, changed := newKeeper(t)
	s, _, err := k.Add(t.Context(), account, sites.Input{Name: "Shop", Origins: []string{"https://example.com"}}, "")
	if err != nil {
		t.Fatal(err)
	}
	rename := func(name string) func(sites.Input) (sites.Input, error) {
		return func(in sites.Input) (sites.Input, error) {
			in.Name = name
			return in, nil
		}
	}
	_, err = k.Change(t.Context(), s.Key, func(in sites.Input) (sites.Input, error) {
		if _, err := k.Change(t.Context(), s.Key, rename("Theirs")); err != nil {
			t.Fatal(err)
		}
		return rename("Mine")(in)
	})
	if !errors.Is(err, store.ErrConflict) {
		t.Errorf("over somebody's change: %v", err)
	}
	if got, err := k.Get(t.Context(), s.Key); err != nil || got.Name != "Theirs" {
		t.Errorf("%+v, %v", got, err)
	}
	if err := k.Delete(t.Context(), s.Key); err != nil || !slices.Equal(*changed, []string{s.Key, s.Key}) {
		t.Errorf("%v; told of %v", err, *changed)
	}
	if err := k.Delete(t.Context(), s.Key); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("once more: %v", err)
	}
}
