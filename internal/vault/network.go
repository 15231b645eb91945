package vault

import (
	"crypto/hmac"
	"crypto/sha256"
	"net/netip"
	"time"

	"tributary/internal/attribution"
)

// networkBits are the part of an address that stays the same for one line: who has an IPv6 network of 64 bits, the least that
// providers give, makes up new addresses in it at will.
const networkBits = 64

// Network is the key of the network that an address belongs to on the day of a time; zero for what is no address. It changes
// with each day (UTC), so that opt-ins can be counted by it for a day and nobody be followed for longer.
func (v *Vault) Network(ip string, at time.Time) (key attribution.NetworkKey) {
	addr, err := netip.ParseAddr(ip)
	if err != nil {
		return key
	}
	addr = addr.Unmap().WithZone("")
	text := addr.String()
	if addr.Is6() {
		text = netip.PrefixFrom(addr, networkBits).Masked().String()
	}
	mac := hmac.New(sha256.New, v.person)
	mac.Write([]byte("network\x00" + at.UTC().Format(time.DateOnly) + "\x00" + text))
	copy(key[:], mac.Sum(nil))
	return key
}
