"""Which addresses are public, whatever they are wrapped in."""

from ipaddress import ip_address

import pytest
from pytest_django import Settings

from config import networks

INNER = [
    *("0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1"),
    *("127.255.255.254", "169.254.169.254", "172.16.0.1", "172.31.255.255"),
    *("192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1"),
    *("198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1"),
    *("255.255.255.255", "168.63.129.16"),
    *("::", "::1", "::7f00:1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1"),
    *("ff02::1", "100::1", "2001:db8::1", "3fff::1", "5f00::1", "4000::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254"),
    *("64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::808:808"),
    *("2002:7f00:1::", "2002:a00:1::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2"),
    *("2607:f8b0::5efe:10.0.0.1", "2607:f8b0::200:5efe:a00:1"),
    "2607:f8b0::1%eth0",
]
PUBLIC = [
    *("8.8.8.8", "1.1.1.1", "100.63.255.255", "100.128.0.1", "172.15.0.1"),
    *("172.32.0.1", "2607:f8b0:4005::200e", "::ffff:8.8.8.8", "64:ff9b::808:808"),
]


@pytest.mark.parametrize("text", INNER)
def test_what_is_not_on_the_public_internet_is_refused(text: str) -> None:
    assert not networks.is_public(ip_address(text))
    assert not networks.may_be_asked("rp.example.com", ip_address(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_what_is_public_may_be_asked(text: str) -> None:
    assert networks.may_be_asked("rp.example.com", ip_address(text))


def test_an_operator_lets_names_and_networks_through(settings: Settings) -> None:
    settings.OUTBOUND_ALLOWED_HOSTS = ["RP.corp.example", "10.20.0.0/16", "fd00::/8"]
    assert networks.may_be_asked("rp.corp.example", ip_address("192.168.0.1"))
    assert networks.may_be_asked("any.example", ip_address("10.20.3.4"))
    assert networks.may_be_asked("any.example", ip_address("fd00::1"))
    assert not networks.may_be_asked("any.example", ip_address("10.21.0.1"))
    assert not networks.may_be_asked("x.rp.corp.example", ip_address("10.0.0.1"))


def test_this_machine_is_asked_where_the_issuer_is_on_it_and_named_so(
    settings: Settings,
) -> None:
    settings.ISSUER = "http://127.0.0.1:8000"
    for host in ("localhost", "127.0.0.1", "::1"):
        assert networks.may_be_asked(host, ip_address("127.0.0.1"))
        assert not networks.may_be_asked(host, ip_address("10.0.0.1"))
    assert not networks.may_be_asked("rebound.example", ip_address("127.0.0.1"))
    settings.ISSUER = "https://id.example.com"
    assert not networks.may_be_asked("localhost", ip_address("127.0.0.1"))
    assert not networks.is_own_machine("localhost")
