"""Looking for malware in files that people hand in, where a scanner is configured."""

from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.audit.services import record

from .clamd import Clamd, ClamdAway

logger = structlog.get_logger(__name__)


class ScanResult(models.TextChoices):
    """What is known about a file that was accepted."""

    CLEAN = "clean", _("no malware found")
    NOT_SCANNED = "not_scanned", _("not scanned")


def scan(file: "File[Any]") -> ScanResult:
    """Ask the scanner of `CLAMD_SOCKET` about the file; afterwards it stands at its beginning again.

    Raises ValidationError, with a code: `infected`, which goes into the audit record with the malware's name, and
    `scanner_away` where `CLAMD_REQUIRED` says that nothing is taken unscanned.
    """
    if not settings.CLAMD_SOCKET:
        return ScanResult.NOT_SCANNED
    clamd = Clamd.parse(settings.CLAMD_SOCKET, timeout=settings.CLAMD_TIMEOUT_SECONDS)
    try:
        malware = clamd.find_malware(file.chunks())
    except ClamdAway:
        return _go_on_without()
    finally:
        file.seek(0)
    if malware:
        record("upload.infected", malware=malware, size=file.size)
        raise ValidationError(
            _("The file holds malware (%(malware)s). It was not stored, and nothing was sent. Tell its sender."),
            code="infected",
            params={"malware": malware},
        )
    return ScanResult.CLEAN


def _go_on_without() -> ScanResult:
    logger.warning("malware_scanner_away", required=settings.CLAMD_REQUIRED)
    if settings.CLAMD_REQUIRED:
        raise ValidationError(
            _("The malware scanner does not answer, and nothing is taken unscanned here. Nothing was sent: try later."),
            code="scanner_away",
        )
    return ScanResult.NOT_SCANNED
