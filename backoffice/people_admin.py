"""Who may sign in, and the groups that say what they may do."""

from typing import Any

import django_filters
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from .face.badges import moment, status_badge
from .face.columns import column
from .face.filtering import FilteredAdmin

BEYOND_GROUPS = {"is_superuser", "user_permissions"}


class PersonFilterSet(django_filters.FilterSet):  # type: ignore[misc]  # django-filter is untyped
    """People by group, and whether they may sign in."""

    groups = django_filters.ModelChoiceFilter(label=_("group"), queryset=Group.objects.order_by("name"))
    is_active = django_filters.ChoiceFilter(
        label=_("may sign in"), choices=[("True", _("yes")), ("False", _("no"))], empty_label=_("Any")
    )

    class Meta:
        model = User
        fields: tuple[str, ...] = ()


class PersonAdmin(FilteredAdmin, UserAdmin):  # type: ignore[type-arg]  # generic only to the type checker
    """People who sign in."""

    filterset_class = PersonFilterSet
    list_filter = ()
    list_display = ("username", "full_name", "group_names", "active", "last_seen")
    search_placeholder = _("Name or e-mail")
    ordering = ("username",)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list under its own name, as every other list."""
        return super().changelist_view(request, {"title": _("Users"), **(extra_context or {})})

    def get_queryset(self, request: HttpRequest) -> Any:
        """With their groups, in one more query."""
        return super().get_queryset(request).prefetch_related("groups")

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Only a superuser touches a superuser: whoever may reset that password could become one."""
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return bool(super().has_change_permission(request, obj))

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Rights come from groups; only a superuser gives single permissions, or makes another superuser."""
        fieldsets = super().get_fieldsets(request, obj)
        if request.user.is_superuser:
            return fieldsets
        return [
            (title, {**options, "fields": [name for name in options["fields"] if name not in BEYOND_GROUPS]})
            for title, options in fieldsets
        ]

    @column(_("name"), ordering="last_name")
    def full_name(self, person: User) -> str:
        """First and last name."""
        return person.get_full_name()

    @column(_("groups"))
    def group_names(self, person: User) -> str:
        """What they belong to."""
        return ", ".join(group.name for group in person.groups.all())

    @column(_("may sign in"), ordering="is_active")
    def active(self, person: User) -> SafeString:
        """Whether the account is open."""
        return status_badge("yes", _("yes"), "good") if person.is_active else status_badge("no", _("no"), "neutral")

    @column(_("last signed in"), ordering="last_login")
    def last_seen(self, person: User) -> SafeString:
        """When they last signed in."""
        return moment(person.last_login)


class PeopleGroupAdmin(FilteredAdmin, GroupAdmin):
    """Groups: their permissions are kept up to date by the code, at every migration."""

    list_filter = ()

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list under its own name, as every other list."""
        return super().changelist_view(request, {"title": _("Groups"), **(extra_context or {})})


admin.site.unregister(User)
admin.site.unregister(Group)
admin.site.register(User, PersonAdmin)
admin.site.register(Group, PeopleGroupAdmin)
