package webhooks

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"testing"
)

func TestWhichAddressesAreCalled(t *testing.T) {
	for address, called := range map[string]bool{
		"93.184.215.14": true, "8.8.8.8": true, "2606:4700::1111": true, "::ffff:8.8.8.8": true, "172.15.0.1": true, "172.32.0.1": true,
		"0.0.0.0": false, "127.0.0.1": false, "127.8.9.1": false, "10.1.2.3": false, "172.16.0.1": false, "172.31.255.255": false,
		"192.168.1.1": false, "169.254.169.254": false, "100.64.0.1": false, "198.18.0.1": false, "192.0.2.1": false, "203.0.113.9": false,
		"224.0.0.1": false, "240.0.0.1": false, "255.255.255.255": false, "192.0.0.170": false,
		"::": false, "::1": false, "::ffff:127.0.0.1": false, "::ffff:169.254.169.254": false, "::ffff:10.0.0.1": false, "::127.0.0.1": false,
		"fe80::1": false, "fe80::1%eth0": false, "fc00::1": false, "fd00:ec2::254": false, "ff02::1": false, "fec0::1": false,
		"64:ff9b::a00:1": false, "2002:7f00:1::": false, "2001::1": false, "2001:db8::1": false, "100::1": false,
	} {
		if why := refusal(netip.MustParseAddr(address), false); (why == "") != called {
			t.Errorf("%s: %q, want called %t", address, why, called)
		}
	}
	if refusal(netip.MustParseAddr("::1"), true) != "" || refusal(netip.MustParseAddr("169.254.169.254"), true) == "" {
		t.Error("loopback for development opens something else, or not itself")
	}
}

// TestTheLastLookIsAtTheDial: the name is a name, and where it leads is seen only when it has been resolved.
func TestTheLastLookIsAtTheDial(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	for _, host := range []string{"127.0.0.1", "localhost", "::ffff:127.0.0.1", "0.0.0.0"} {
		c, err := guarded(false).DialContext(context.Background(), "tcp", net.JoinHostPort(host, port))
		var inside *Inside
		if !errors.As(err, &inside) {
			t.Errorf("%s: %v", host, err)
		}
		if err == nil {
			c.Close()
		}
	}
	c, err := guarded(true).DialContext(context.Background(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatalf("for development: %v", err)
	}
	c.Close()
}
