package webhooks

import (
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"time"
)

// refused are the networks that no webhook is sent to although they are unicast: those of the inside, where a cloud keeps
// its keys, and those that only carry other addresses in themselves.
var refused = []struct {
	network netip.Prefix
	what    string
}{
	{netip.MustParsePrefix("0.0.0.0/8"), "this machine"},
	{netip.MustParsePrefix("127.0.0.0/8"), "this machine"},
	{netip.MustParsePrefix("10.0.0.0/8"), "a private network"},
	{netip.MustParsePrefix("172.16.0.0/12"), "a private network"},
	{netip.MustParsePrefix("192.168.0.0/16"), "a private network"},
	{netip.MustParsePrefix("100.64.0.0/10"), "a provider's inside"},
	{netip.MustParsePrefix("169.254.0.0/16"), "the local link, where clouds keep their keys"},
	{netip.MustParsePrefix("192.0.0.0/24"), "a reserved network"},
	{netip.MustParsePrefix("192.0.2.0/24"), "a network for documentation"},
	{netip.MustParsePrefix("192.88.99.0/24"), "a reserved network"},
	{netip.MustParsePrefix("198.18.0.0/15"), "a network for measurements"},
	{netip.MustParsePrefix("198.51.100.0/24"), "a network for documentation"},
	{netip.MustParsePrefix("203.0.113.0/24"), "a network for documentation"},
	{netip.MustParsePrefix("224.0.0.0/3"), "a reserved network"},
	{netip.MustParsePrefix("2001::/23"), "a reserved network"},
	{netip.MustParsePrefix("2001:db8::/32"), "a network for documentation"},
	{netip.MustParsePrefix("2002::/16"), "a tunnel into IPv4"},
	{netip.MustParsePrefix("3fff::/20"), "a network for documentation"},
}

// publicIPv6 is all of IPv6 that is given out to the internet so far.
var publicIPv6 = netip.MustParsePrefix("2000::/3")

// refusal says what an address is that must not be called, and is empty for one that may.
func refusal(ip netip.Addr, loopback bool) string {
	ip = ip.Unmap().WithZone("")
	if loopback && ip.IsLoopback() {
		return ""
	}
	for _, r := range refused {
		if r.network.Contains(ip) {
			return r.what
		}
	}
	if ip.Is6() && !publicIPv6.Contains(ip) {
		return "no public address"
	}
	return ""
}

// guarded dials as usual, and looks at each address at the last moment, when its name has been resolved: a name that was
// public a moment ago may lead inside now.
func guarded(loopback bool) *net.Dialer {
	return &net.Dialer{Timeout: 10 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil {
			return fmt.Errorf("%s is no address", address)
		}
		if why := refusal(to.Addr(), loopback); why != "" {
			return &Inside{to.Addr(), why}
		}
		return nil
	}}
}

// Dialer connects to public addresses alone, and to this machine where loopback allows it: for whatever calls an address that
// somebody has filled in. Its error is an *Inside where a name leads elsewhere.
func Dialer(loopback bool) *net.Dialer { return guarded(loopback) }

// Inside is the error for an endpoint whose name leads where no webhook may go.
type Inside struct {
	Address netip.Addr
	What    string
}

func (i *Inside) Error() string {
	return fmt.Sprintf("not sent: the name leads to %s, which is %s", i.Address, i.What)
}
