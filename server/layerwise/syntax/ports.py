"""The ports of EXPOSE, as BuildKit's ``dockerfile2llb/convert_expose.go`` reads them."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address
from typing import NamedTuple

from layerwise.knowledge.instructions import PROTOCOLS
from layerwise.syntax.go_values import is_unsigned


class PortError(ValueError):
    """The port is refused, in BuildKit's wording."""


class PortSpan(NamedTuple):
    """Ports of the container from ``first`` to ``last``, both included."""

    first: int
    last: int
    protocol: str


@lru_cache(maxsize=1024)
def read_ports(word: str) -> PortSpan:
    """``8000-8001/tcp``. An address and a port of the host in front are read and dropped.

    :raises PortError: when BuildKit refuses it.
    """
    host, host_port, container = _parts(word)
    port, _, protocol = container.partition("/")
    if not port:
        raise PortError(f"no port specified: {container}<empty>")
    protocol = protocol.lower() or "tcp"
    if protocol not in PROTOCOLS:
        raise PortError(f"invalid proto: {protocol}")
    _check_address(host)
    span = _range(port)
    if span is None:
        raise PortError(f"invalid containerPort: {port}")
    if host_port:
        _check_host_port(host_port, port, span)
    return PortSpan(*span, protocol)


def _parts(word: str) -> tuple[str, str, str]:
    parts = word.split(":")
    if len(parts) == 1:
        return "", "", parts[0]
    return ":".join(parts[:-2]), parts[-2], parts[-1]


def _check_address(host: str) -> None:
    if host.startswith("["):
        if not host.endswith("]"):
            raise PortError(f"invalid IP address {host}: address {host}:: missing ']' in address")
        host = host[1:-1]
    if not host:
        return
    try:
        address = ip_address(host)
    except ValueError:
        raise PortError(f"invalid IP address: {host}") from None
    if getattr(address, "scope_id", None):
        raise PortError(f"invalid IP address: {host}")


def _check_host_port(host_port: str, port: str, span: tuple[int, int]) -> None:
    host_span = _range(host_port)
    if host_span is None:
        raise PortError(f"invalid hostPort: {host_port}")
    if span[1] != span[0] and span[1] - span[0] != host_span[1] - host_span[0]:
        raise PortError(f"invalid ranges specified for container and host Ports: {port} and {host_port}")


def _range(text: str) -> tuple[int, int] | None:
    """The first and last port, None when it is no port and no range of ports."""
    first, dash, last = text.partition("-")
    if not is_unsigned(first, base=10, bits=16):
        return None
    if not dash:
        return int(first), int(first)
    if not is_unsigned(last, base=10, bits=16) or int(last) < int(first):
        return None
    return int(first), int(last)
