"""The one table."""

from typing import ClassVar

from django.db import models


class Row(models.Model):
    """What came in, and when."""

    body = models.TextField()
    received_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager["Row"]] = models.Manager()

    class Meta:
        app_label = "bare"
