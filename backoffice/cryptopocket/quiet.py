"""Keeps addresses out of urllib3's own log: e-mails and IBANs stand in them."""

import logging
from urllib.parse import urlsplit

_quiet_hosts: set[str] = set()


class _HostFilter(logging.Filter):
    """Drops records that name one of our hosts, in an argument or in the text."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return False for a record that would show an address of the provider's."""
        message = record.getMessage()
        return not any(host in message for host in _quiet_hosts)


_filter = _HostFilter()


def keep_addresses_out_of_logs(base_url: str) -> None:
    """Drop what urllib3 logs about this host. Calls for other hosts in the process are logged as before."""
    host = urlsplit(base_url).hostname
    if host:
        _quiet_hosts.add(host)
    for name in ("urllib3.connectionpool", "urllib3.connection", "urllib3.util.retry"):
        logging.getLogger(name).addFilter(_filter)
