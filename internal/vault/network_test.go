package vault_test

import (
	"testing"
	"time"

	"tributary/internal/attribution"
)

// TestANetworkIsOneForADay: what one line can send from has one key, for the day, and only for who has the secret.
func TestANetworkIsOneForADay(t *testing.T) {
	noon := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	v := newVault(t, 1)
	for _, c := range []struct {
		name, a, b string
		at         time.Time // of b
		same       bool
	}{
		{"an address is its own network", "192.0.2.1", "192.0.2.1", noon, true},
		{"its neighbour is another", "192.0.2.1", "192.0.2.2", noon, false},
		{"the evening of the same day", "192.0.2.1", "192.0.2.1", noon.Add(11 * time.Hour), true},
		{"the next day", "192.0.2.1", "192.0.2.1", noon.Add(12 * time.Hour), false},
		{"a day is one of UTC", "192.0.2.1", "192.0.2.1", noon.Add(11 * time.Hour).In(time.FixedZone("", 14*3600)), true},
		{"IPv4 written as IPv6", "192.0.2.1", "::ffff:192.0.2.1", noon, true},
		{"one network of IPv6", "2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", noon, true},
		{"the network beside it", "2001:db8:1:2::1", "2001:db8:1:3::1", noon, false},
		{"a zone says nothing", "fe80::1%eth0", "fe80::1%eth1", noon, true},
	} {
		if same := v.Network(c.a, noon) == v.Network(c.b, c.at); same != c.same {
			t.Errorf("%s: same is %v", c.name, same)
		}
	}
	if v.Network("192.0.2.1", noon) == newVault(t, 2).Network("192.0.2.1", noon) {
		t.Error("another secret makes the same key")
	}
	for _, junk := range []string{"", "localhost", "192.0.2", "192.0.2.1:80", "192.0.2.1, 192.0.2.2"} {
		if key := v.Network(junk, noon); key != (attribution.NetworkKey{}) {
			t.Errorf("%q has a network: %x", junk, key)
		}
	}
	if v.Network("192.0.2.1", noon).IsZero() {
		t.Error("an address has no network")
	}
}
