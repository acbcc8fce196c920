"""Faults of our own program: said without the error's text, which can hold personal data."""

import traceback

import structlog

from backoffice.operations.models import Operation

logger = structlog.get_logger(__name__)


def where(error: BaseException) -> str:
    """The class of an error and the line that raised it."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({frames[-1].filename.rsplit('/', 1)[-1]}, line {frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}{place}"


def report(event: str, operation: Operation, error: BaseException) -> str:
    """Log a fault of ours and return where it is."""
    place = where(error)
    logger.error(event, operation=operation.pk, kind=operation.kind, error=place)
    return place
