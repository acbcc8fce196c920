"""One sign-in for each group, with a password that is printed once."""

import secrets

from django.contrib.auth.models import Group, User

from backoffice.security.groups import GROUPS


def create_people(*, new_passwords: bool) -> dict[str, str]:
    """Create a person for each group (and "admin", who may everything); return the new passwords by user name."""
    passwords: dict[str, str] = {}
    for username, group in [*((name.lower(), name) for name in GROUPS), ("admin", None)]:
        user, created = User.objects.get_or_create(username=username, defaults={"is_staff": True})
        if created or new_passwords:
            passwords[username] = secrets.token_urlsafe(9)
            user.set_password(passwords[username])
            user.is_superuser = group is None
            user.save()
        if group is not None:
            user.groups.set([Group.objects.get(name=group)])
    return passwords
