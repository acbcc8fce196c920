"""Whether a worker lives is known from the moment it starts."""

import pytest
from celery.signals import worker_ready

from backoffice.operations import queries


@pytest.mark.django_db
def test_a_worker_that_has_just_started_counts_as_running() -> None:
    assert not queries.is_worker_alive()
    worker_ready.send(sender=None)
    assert queries.is_worker_alive()
