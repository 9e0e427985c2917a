"""Which addresses may be asked on behalf of somebody else: public ones, and few others.

A client registers a URL, and we ask it from inside our network: whatever is not on the
public internet is refused, unless an operator let it through (`OUTBOUND_ALLOWED_HOSTS`).
"""

from ipaddress import (
    IPv4Address,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from urllib.parse import urlsplit

from django.conf import settings

Address = IPv4Address | IPv6Address

# Not left to `is_global`, whose answer depends on the release of Python.
_CLOSED_V4 = [
    ip_network(text)
    for text in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8"),
        *("169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24"),
        *("192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24"),
        *("203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        "168.63.129.16/32",  # a public address that is Azure's inner one
    )
]
_OPEN_V6 = IPv6Network("2000::/3")
_CLOSED_V6 = [
    IPv6Network(text)
    for text in (
        "2001::/23",  # Teredo, ORCHID, benchmarking
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "3fff::/20",
    )
]
_MAPPED = IPv6Network("::ffff:0:0/96")
_NAT64 = IPv6Network("64:ff9b::/96")
_ISATAP = (0x00005EFE, 0x02005EFE)


def is_public(address: Address) -> bool:
    """Tell whether an address is on the public internet, whatever it is wrapped in.

    An IPv4 address inside an IPv6 one (mapped, NAT64) is looked at itself; tunnels (6to4,
    Teredo, ISATAP) are refused.
    """
    if isinstance(address, IPv6Address):
        if address in _MAPPED or address in _NAT64:
            return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
        closed = any(address in network for network in _CLOSED_V6)
        tunnel = ((int(address) >> 32) & 0xFFFFFFFF) in _ISATAP
        zoned = address.scope_id is not None
        return address in _OPEN_V6 and not (closed or tunnel or zoned)
    return not any(address in network for network in _CLOSED_V4)


def is_loopback(host: str) -> bool:
    """Tell whether a host is written as this machine: a loopback literal or localhost."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_own_machine(host: str) -> bool:
    """Tell whether a host is this machine, and the issuer too: development."""
    return is_loopback(host) and is_loopback(urlsplit(settings.ISSUER).hostname or "")


def may_be_asked(
    host: str,
    address: Address,
) -> bool:
    """Tell whether `address`, to which the name `host` leads, may be connected to."""
    if is_public(address):
        return True
    if is_own_machine(host):
        return address.is_loopback
    return any(_lets(entry, host, address) for entry in settings.OUTBOUND_ALLOWED_HOSTS)


def _lets(
    entry: str,
    host: str,
    address: Address,
) -> bool:
    """Tell whether one entry, a host name or a CIDR, lets through."""
    try:
        return address in ip_network(entry, strict=False)
    except ValueError:
        return entry.lower() == host
