"""Which addresses only this machine can reach."""

import ipaddress


def host_of(address: str) -> str:
    """The host of an address that may have a port: `127.0.0.1:8501`, `[::1]:8501`, `localhost`."""
    if address.startswith("["):
        return address[1:].partition("]")[0]
    return address if address.count(":") > 1 else address.partition(":")[0]


def is_loopback(address: str) -> bool:
    """Whether an address, with or without a port, is this machine's own. No name but `localhost` is looked up."""
    host = host_of(address).casefold()
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
