"""Who may sign in, and the groups that say what they may do."""

from typing import Any
from urllib.parse import urlencode

import django_filters
from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from .accounts.recent import ask_to_sign_in_again, is_signed_in_recently
from .accounts.second_factor import second_factor_of_row
from .accounts.sessions import end_sessions
from .audit.services import record
from .face.actions import ViewsMixin
from .face.badges import moment, status_badge
from .face.columns import column
from .face.exports import ExportColumn
from .face.filtering import FilteredAdmin
from .people_acts import VIEWS
from .security.groups import GROUPS

BEYOND_GROUPS = {"is_superuser", "user_permissions"}
OWN_RIGHTS = ("groups", "is_active", "is_staff")


def group_names_of(person: User) -> str:
    """What they belong to."""
    return ", ".join(group.name for group in person.groups.all())


class PersonFilterSet(django_filters.FilterSet):  # type: ignore[misc]  # django-filter is untyped
    """People by group, and whether they may sign in."""

    groups = django_filters.ModelChoiceFilter(label=_("group"), queryset=Group.objects.order_by("name"))
    is_active = django_filters.ChoiceFilter(
        label=_("may sign in"), choices=[("True", _("yes")), ("False", _("no"))], empty_label=_("Any")
    )

    second_factor = django_filters.ChoiceFilter(
        label=_("second factor"),
        choices=[("True", _("yes")), ("False", _("no"))],
        empty_label=_("Any"),
        field_name="has_second_factor",
    )

    class Meta:
        model = User
        fields: tuple[str, ...] = ()


class RecentSignInMixin:
    """Whoever changes people or groups has signed in only just now."""

    admin_site: Any

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> Any:
        """Asked before the form is filled in."""
        return ask_to_sign_in_again(request) or super().add_view(request, form_url, extra_context)  # type: ignore[misc]  # the other base is a ModelAdmin

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        """Looking is free; whoever may change something is told in time that it takes a recent sign-in."""
        if request.method == "POST" and (again := ask_to_sign_in_again(request)):
            return again
        context = {"sign_in_again_url": _address_of_confirming(request), **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)  # type: ignore[misc]  # as above

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        """Asked before anything else."""
        return ask_to_sign_in_again(request) or super().delete_view(request, object_id, extra_context)  # type: ignore[misc]  # as above


class PersonAdmin(RecentSignInMixin, ViewsMixin, FilteredAdmin, UserAdmin):  # type: ignore[type-arg]  # generic only to the type checker
    """People who sign in.

    Whoever is no superuser gives and takes the five groups and nothing beyond them, never their own, and never
    touches a superuser.
    """

    object_views = VIEWS
    filterset_class = PersonFilterSet
    list_filter = ()
    list_display = ("username", "full_name", "group_names", "active", "second_factor", "last_seen")
    export_columns = (
        "pk",
        "username",
        "first_name",
        "last_name",
        "email",
        ExportColumn(heading=_("groups"), value=group_names_of),
        "is_active",
        "is_superuser",
        "date_joined",
        "last_login",
    )
    search_placeholder = _("Name or e-mail")
    ordering = ("username",)
    fieldsets = (
        *(group for group in UserAdmin.fieldsets or () if "last_login" not in group[1]["fields"]),
        (_("Signing in"), {"fields": ("last_seen", "joined")}),
    )
    readonly_fields = ("last_seen", "joined")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list under its own name, as every other list."""
        if request.method == "POST" and (again := ask_to_sign_in_again(request)):
            return again
        return super().changelist_view(request, {"title": _("Users"), **(extra_context or {})})

    def render_change_form(  # noqa: PLR0917 - as in Django
        self,
        request: HttpRequest,
        context: Any,
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: User | None = None,
    ) -> Any:
        """A person's page, with the acts about the person's sign-in."""
        may_act = obj is not None and obj.pk != request.user.pk and self.has_change_permission(request, obj)
        buttons = self.object_buttons(request, obj) if may_act else []
        return super().render_change_form(request, {**context, "buttons": buttons}, add, change, form_url, obj)

    @transaction.atomic
    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> Any:  # noqa: A002 - as in Django
        """Set somebody's password: it is in the audit record, and every session of theirs ends."""
        person = self.get_object(request, unquote(id))
        # Not by the text of the address: "07" is person 7 as well.
        if person is not None and person.pk == request.user.pk:
            return HttpResponseRedirect(reverse("account_change_password"))
        if again := ask_to_sign_in_again(request):
            return again
        response = super().user_change_password(request, id, form_url)
        if person is not None and not User.objects.filter(pk=person.pk, password=person.password).exists():
            record("password.set", subject=person, sessions_ended=end_sessions(person))
        return response

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Nobody gives rights to themselves, or locks themselves out."""
        fixed = super().get_readonly_fields(request, obj)
        return (*fixed, *OWN_RIGHTS) if self._is_own(request, obj) else fixed

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        """The groups that the code keeps; a superuser also gives others."""
        if db_field.name == "groups" and not request.user.is_superuser:
            options["queryset"] = Group.objects.filter(name__in=GROUPS).order_by("name")
        if db_field.name == "groups":
            options["widget"] = forms.CheckboxSelectMultiple
        return super().formfield_for_manytomany(db_field, request, **options)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Whoever may no longer sign in is signed out at once."""
        super().save_model(request, obj, form, change)
        if change and "is_active" in form.changed_data and not obj.is_active:
            record("session.ended", subject=obj, reason="account closed", sessions_ended=end_sessions(obj))

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Groups that the form did not offer are kept."""
        others = [] if request.user.is_superuser else list(form.instance.groups.exclude(name__in=GROUPS))
        super().save_related(request, form, formsets, change)
        if others:
            form.instance.groups.add(*others)

    def _is_own(self, request: HttpRequest, person: User | None) -> bool:
        return person is not None and person.pk == request.user.pk and not request.user.is_superuser

    def get_queryset(self, request: HttpRequest) -> Any:
        """With their groups, in one more query."""
        people = super().get_queryset(request).prefetch_related("groups")
        return people.annotate(has_second_factor=second_factor_of_row())

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
            (title, {**options, **self._said_of_own_rights(request, obj, options), "fields": _within_groups(options)})
            for title, options in fieldsets
        ]

    def _said_of_own_rights(self, request: HttpRequest, person: User | None, options: Any) -> dict[str, Any]:
        if "groups" not in options["fields"] or not self._is_own(request, person):
            return {}
        return {"description": _("Nobody changes their own groups: ask another administrator.")}

    @column(_("name"), ordering="last_name")
    def full_name(self, person: User) -> str:
        """First and last name."""
        return person.get_full_name()

    @column(_("groups"))
    def group_names(self, person: User) -> str:
        """What they belong to."""
        return group_names_of(person)

    @column(_("may sign in"), ordering="is_active")
    def active(self, person: User) -> SafeString:
        """Whether the account is open."""
        return status_badge("yes", _("yes"), "good") if person.is_active else status_badge("no", _("no"), "neutral")

    @column(_("second factor"), ordering="has_second_factor")
    def second_factor(self, person: Any) -> SafeString:
        """Whether a second factor is set up."""
        if person.has_second_factor:
            return status_badge("yes", _("yes"), "good")
        return status_badge("no", _("no"), "attention")

    @column(_("last signed in"), ordering="last_login")
    def last_seen(self, person: User) -> SafeString:
        """When they last signed in."""
        return moment(person.last_login)

    @column(_("account made"), ordering="date_joined")
    def joined(self, person: User) -> SafeString:
        """Since when there is the account."""
        return moment(person.date_joined)


class PeopleGroupAdmin(RecentSignInMixin, FilteredAdmin, GroupAdmin):
    """Groups: their permissions are kept up to date by the code, at every migration."""

    export_columns = ("pk", "name")

    list_filter = ()

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list under its own name, as every other list."""
        return super().changelist_view(request, {"title": _("Groups"), **(extra_context or {})})


def _within_groups(options: Any) -> list[Any]:
    return [name for name in options["fields"] if name not in BEYOND_GROUPS]


def _address_of_confirming(request: HttpRequest) -> str:
    """Where somebody confirms who they are and comes back here; empty where that is not needed."""
    if is_signed_in_recently(request):
        return ""
    return f"{reverse('account_reauthenticate')}?{urlencode({REDIRECT_FIELD_NAME: request.get_full_path()})}"


admin.site.unregister(User)
admin.site.unregister(Group)
admin.site.register(User, PersonAdmin)
admin.site.register(Group, PeopleGroupAdmin)
