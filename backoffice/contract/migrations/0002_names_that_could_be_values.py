"""Removes what was noted under names that could be e-mail addresses or accounts; the next answer notes it anew."""

from typing import Any

from django.db import migrations

from backoffice.cryptopocket.shapes import is_plain_name

_NO_PATHS = {"", "(more than is kept)"}
_OTHER_NAME = "*"


def remove_telling_places(apps: Any, _schema_editor: Any) -> None:
    """Delete each sighting whose place holds a name that is no field's."""
    sightings = apps.get_model("contract", "Sighting").objects
    places = sightings.exclude(place__in=_NO_PATHS).order_by().values_list("place", flat=True).distinct()
    for place in [place for place in places if _is_telling(place)]:
        sightings.filter(place=place).delete()


def _is_telling(place: str) -> bool:
    names = (part.replace("[]", "") for part in place.split("."))
    return any(name not in {"", _OTHER_NAME} and not is_plain_name(name) for name in names)


class Migration(migrations.Migration):
    dependencies = [("contract", "0001_initial")]
    operations = [migrations.RunPython(remove_telling_places, migrations.RunPython.noop)]
