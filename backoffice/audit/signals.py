"""What Django itself tells of: people who sign in and out or fail to, and who may do what from now on.

Only what goes through the models is told: a bulk update is not. Nothing in the product changes people that way.
"""

from collections.abc import Collection, Mapping
from typing import Any

from django.contrib.auth.models import Group, User
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import connection, models
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save

from .context import current_context
from .models import AuditRecord
from .services import draft, record, record_many

WATCHED: dict[type[models.Model], tuple[str, ...]] = {
    User: ("username", "is_active", "is_staff", "is_superuser"),
    Group: ("name",),
}
NOUNS: dict[type[models.Model], str] = {User: "person", Group: "group"}
_PERMISSION = ("permission__content_type__app_label", "permission__codename")
# Of each table of rights: whose they are, under which key they are written down, and the columns of their name.
_RIGHTS: dict[Any, tuple[str, type[models.Model], str, tuple[str, ...]]] = {
    User.groups.through: ("user", User, "groups", ("group__name",)),
    User.user_permissions.through: ("user", User, "permissions", _PERMISSION),
    Group.permissions.through: ("group", Group, "permissions", _PERMISSION),
}
_BEFORE = "_audit_before"


def connect() -> None:
    """Listen. Called once, when the models are loaded."""
    user_logged_in.connect(_note_sign_in, dispatch_uid="audit")
    user_logged_out.connect(_note_sign_out, dispatch_uid="audit")
    user_login_failed.connect(_note_failed_sign_in, dispatch_uid="audit")
    for through in _RIGHTS:
        m2m_changed.connect(_note_rights, sender=through, dispatch_uid="audit")
    for model in WATCHED:
        pre_save.connect(_remember, sender=model, dispatch_uid="audit")
        post_save.connect(_note_saved, sender=model, dispatch_uid="audit")
        post_delete.connect(_note_removed, sender=model, dispatch_uid="audit")


def _note_sign_in(user: Any, **_signal: Any) -> None:
    record("sign_in.succeeded", subject=user, by=user)


def _note_sign_out(user: Any, **_signal: Any) -> None:
    if user is not None:
        record("sign_in.ended", subject=user, by=user)


def _note_failed_sign_in(credentials: Mapping[str, Any], **_signal: Any) -> None:
    """Say whom it was about, and nothing of a name that nobody has: it may be a password in the wrong field."""
    person = _find_person(credentials)
    record("sign_in.failed", subject=person, is_known=person is not None)


def _find_person(credentials: Mapping[str, Any]) -> User | None:
    given = str(credentials.get("username") or credentials.get("email") or "")
    if not given:
        return None
    return User.objects.filter(models.Q(username=given) | models.Q(email__iexact=given)).order_by("pk").first()


def _note_rights(sender: Any, instance: Any, action: str, reverse: bool, pk_set: Any, **_signal: Any) -> None:
    """Write down what each person or group may do before and after a change, from whichever side it is made."""
    key = f"{_BEFORE}_{sender.__name__}"
    if action.startswith("pre_"):
        setattr(instance, key, _rights_of(sender, _owners(sender, instance, reverse, pk_set)))
    elif _can_be_written():
        before: dict[int, list[str]] = instance.__dict__.pop(key, {})
        _write_rights(sender, before, _rights_of(sender, before))


def _owners(sender: Any, instance: Any, reverse: bool, pk_set: Any) -> Collection[int]:
    """The ids of whose rights change; `pk_set` is None where everything is taken away."""
    owner, *_rest = _RIGHTS[sender]
    if not reverse:
        return [instance.pk]
    if pk_set is not None:
        return list(pk_set)
    held = instance._meta.model_name  # noqa: SLF001 - Django's documented way to ask
    return list(sender.objects.filter(**{held: instance}).values_list(f"{owner}_id", flat=True))


def _rights_of(sender: Any, owner_ids: Collection[int]) -> dict[int, list[str]]:
    owner, _model, _key, columns = _RIGHTS[sender]
    rights: dict[int, list[str]] = {owner_id: [] for owner_id in owner_ids}
    rows = sender.objects.filter(**{f"{owner}__in": list(owner_ids)}).order_by(*columns)
    for owner_id, *names in rows.values_list(f"{owner}_id", *columns):
        rights[owner_id].append(".".join(names))
    return rights


def _write_rights(sender: Any, before: dict[int, list[str]], after: dict[int, list[str]]) -> None:
    _owner, model, key, _columns = _RIGHTS[sender]
    changed = [owner_id for owner_id, names in before.items() if names != after[owner_id]]
    record_many(
        draft(
            f"{NOUNS[model]}.{key}_changed",
            subject=model(pk=owner_id),
            before={key: before[owner_id]},
            after={key: after[owner_id]},
        )
        for owner_id in changed
    )


def _can_be_written() -> bool:
    """Whether the table is there: a first migration gives groups their rights, perhaps of a few apps only."""
    has_person = current_context().actor_id is not None
    return has_person or AuditRecord._meta.db_table in connection.introspection.table_names()  # noqa: SLF001 - as above


def _remember(sender: Any, instance: Any, raw: bool, update_fields: Any, **_signal: Any) -> None:
    """Read what stands in the row before it is written over, where something that counts may change."""
    is_watched = update_fields is None or not set(update_fields).isdisjoint(WATCHED[sender])
    if instance.pk and is_watched and not raw:
        setattr(instance, _BEFORE, sender.objects.filter(pk=instance.pk).values(*WATCHED[sender]).first())


def _note_saved(sender: Any, instance: Any, created: bool, raw: bool, **_signal: Any) -> None:
    before = instance.__dict__.pop(_BEFORE, None)
    after = _watched_of(sender, instance)
    if raw or not (created or before) or not _can_be_written():
        return
    if created:
        record(f"{NOUNS[sender]}.added", subject=instance, after=after)
    elif changed := [name for name, value in after.items() if before[name] != value]:
        record(
            f"{NOUNS[sender]}.changed",
            subject=instance,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )


def _note_removed(sender: Any, instance: Any, **_signal: Any) -> None:
    record(f"{NOUNS[sender]}.removed", subject=instance, before=_watched_of(sender, instance))


def _watched_of(sender: Any, instance: Any) -> dict[str, Any]:
    return {name: getattr(instance, name) for name in WATCHED[sender]}
