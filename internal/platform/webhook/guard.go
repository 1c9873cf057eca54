package webhook

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
)

// errPrivate is the cause of every refused connection.
var errPrivate = errors.New("the address is not public")

// maxURL bounds an address, in bytes.
const maxURL = 500

// reserved are ranges that net/netip takes for public and that lead to no stranger: shared by providers, for
// documentation and measurements, for translations that may lead back inside, and never assigned (IANA, special-purpose
// address registries).
var reserved = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"), netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("192.88.99.0/24"), netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("100::/64"),
	netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("3fff::/20"), netip.MustParsePrefix("5f00::/16"),
}

// public reports whether an address may be a stranger's.
func public(a netip.Addr) bool {
	a = a.Unmap()
	return a.IsValid() && a.Zone() == "" && a.IsGlobalUnicast() && !a.IsPrivate() && !slices.ContainsFunc(reserved, func(p netip.Prefix) bool { return p.Contains(a) })
}

// CheckURL says what is wrong with an address; empty: nothing that can be seen before it is dialled.
func (c *Client) CheckURL(address string) string {
	u, err := url.Parse(address)
	if err != nil || len(address) > maxURL || u.Hostname() == "" || u.Opaque != "" || u.User != nil || u.Fragment != "" {
		return "is not an address such as https://dms.example/hooks: at most 500 characters, without user, password or fragment"
	}
	if c.exempt(u.Scheme, u.Host) {
		return ""
	}
	if u.Scheme != "https" {
		return "does not begin with https://"
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if a, err := netip.ParseAddr(host); err == nil && !public(a) || err != nil && !named(host) {
		return "does not lead to a public address"
	}
	return ""
}

// named reports whether a host is a name that strangers have: with a dot, and not of those that every machine has for itself.
func named(host string) bool {
	if !strings.Contains(host, ".") || strings.Contains(host, ":") {
		return false
	}
	for _, own := range []string{".localhost", ".local", ".internal", ".home.arpa"} {
		if strings.HasSuffix(host, own) {
			return false
		}
	}
	// What looks like a number is read as an address by some resolvers: 127.1, 0x7f.1, 017700000001.
	last := host[strings.LastIndexByte(host, '.')+1:]
	return strings.ContainsFunc(last, func(r rune) bool { return r >= 'a' && r <= 'z' }) && !strings.HasPrefix(last, "0x")
}

// exempt reports whether an address is one that the installation itself has named.
func (c *Client) exempt(scheme, host string) bool {
	return (scheme == "http" || scheme == "https") && slices.Contains(c.local, host)
}

// control refuses a connection to an address that is not public. It sees what the name was resolved to, at the moment of
// dialling: no later answer of a name server leads elsewhere.
func (c *Client) control(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return &net.AddrError{Err: errPrivate.Error(), Addr: address}
	}
	if public(to.Addr()) || slices.Contains(c.local, to.String()) {
		return nil
	}
	return errPrivate
}
