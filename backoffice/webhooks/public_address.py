"""The address to which the provider sends its events: put together from the environment, and checked.

An address that leads into our own network would make the provider, and the live check, send requests there.
"""

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from backoffice.security.links import has_deceiving_characters
from backoffice.webhooks.models.subscriptions import URL_LENGTH

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class AddressNotUsable(Exception):  # noqa: N818 - the name says what happened
    """The address cannot be given to the provider; the text says why and what to do. Nothing was sent."""


@dataclass(frozen=True, kw_only=True)
class CheckedAddress:
    """An address that may be used, and one of the IP addresses that its host has now."""

    url: str
    scheme: str
    host: str
    port: int
    ip: str


def public_url() -> str:
    """The address of our inbox as the provider sees it, unchecked; empty where WEBHOOK_PUBLIC_URL is not set."""
    base = settings.WEBHOOK_PUBLIC_URL.strip()
    return f"{base.rstrip('/')}/{settings.WEBHOOK_PATH}" if base else ""


def problem_of(url: str) -> str:
    """What is wrong with an address by its text alone, as a sentence; empty where nothing is. Looks nothing up."""
    try:
        _check_text(url)
    except AddressNotUsable as problem:
        return str(problem)
    return ""


def check_address(url: str) -> CheckedAddress:
    """Check an address, its host looked up as well. Raises AddressNotUsable."""
    parts = _check_text(url)
    host = str(parts.hostname)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    addresses = _look_up(host, port)
    if not (settings.CRYPTOPOCKET_ENVIRONMENT == "local" and all(ip.is_loopback for ip in addresses)):
        _refuse_private(host, addresses)
    return CheckedAddress(url=url, scheme=parts.scheme, host=host, port=port, ip=str(addresses[0]))


def _check_text(url: str) -> SplitResult:
    """The parts of the address. Raises AddressNotUsable."""
    if not url:
        raise AddressNotUsable(
            _("WEBHOOK_PUBLIC_URL is not set. Set it to the address of this back office as the provider reaches it.")
        )
    if has_deceiving_characters(url) or not url.isascii() or len(url) > URL_LENGTH:
        raise AddressNotUsable(
            _("The address has characters that do not belong into one, or is too long. Correct WEBHOOK_PUBLIC_URL.")
        )
    parts = _split(url)
    if parts.username is not None or parts.password is not None:
        raise AddressNotUsable(_("The address carries a name or a password. Take it out of WEBHOOK_PUBLIC_URL."))
    if parts.query or parts.fragment or "?" in url or "#" in url:
        raise AddressNotUsable(_("The address has a part behind “?” or “#”. Take it out of WEBHOOK_PUBLIC_URL."))
    _check_scheme(parts)
    return parts


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        is_whole = bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_whole = False
    if not is_whole:
        raise AddressNotUsable(
            _("This is no whole address, such as https://backoffice.example.com/. Correct WEBHOOK_PUBLIC_URL.")
        )
    return parts


def _check_scheme(parts: SplitResult) -> None:
    """Only https; in `local` also http, for the stand-in on this machine."""
    if parts.scheme == "https":
        return
    is_local = settings.CRYPTOPOCKET_ENVIRONMENT == "local"
    if parts.scheme == "http" and is_local and _is_loopback_name(str(parts.hostname)):
        return
    raise AddressNotUsable(_("The address must begin with https://, because events can be read on the way otherwise."))


def _is_loopback_name(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _look_up(host: str, port: int) -> list[IpAddress]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise AddressNotUsable(
            _("The name %(host)s cannot be looked up from here. Check it, and the name server.") % {"host": host}
        ) from None
    return [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]


def _refuse_private(host: str, addresses: list[IpAddress]) -> None:
    """One private address is enough: the provider, or we, might use that one."""
    for ip in addresses:
        if not _is_public(ip):
            raise AddressNotUsable(
                _(
                    "%(host)s leads to %(ip)s, which is not an address of the internet: the provider cannot reach it. "
                    "Set WEBHOOK_PUBLIC_URL to the public address."
                )
                % {"host": host, "ip": ip}
            )


def _is_public(ip: IpAddress) -> bool:
    """Whether everybody on the internet means the same machine by it; also the IPv4 address inside an IPv6 one."""
    inside = _inside(ip) if isinstance(ip, ipaddress.IPv6Address) else None
    if inside is not None:
        return _is_public(inside)
    return ip.is_global and not (ip.is_multicast or ip.is_reserved)


def _inside(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
    teredo = ip.teredo[1] if ip.teredo else None
    return ip.ipv4_mapped or ip.sixtofour or teredo
