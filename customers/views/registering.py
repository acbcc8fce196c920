"""Registering a customer: type, look at it again with all that speaks against it, confirm."""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backoffice.face.actions import render_form_page
from backoffice.face.cards import Fact
from customers import services
from customers.cautions import Caution, company_cautions, registration_cautions
from customers.forms import CreateCustomerForm, RegisterCompanyForm, new_submission
from customers.services import Asked

from .going_on import go_to_operation, person_behind


@dataclass(frozen=True, kw_only=True)
class Registration:
    """The pages on which one sort of customer is registered, and what is done once it is confirmed.

    `view_name` and `correct_view_name` are those of the list views; `cautions` takes the form's cleaned data.
    """

    title: str | Promise
    question: str | Promise
    lead: str | Promise
    view_name: str
    correct_view_name: str
    form_class: Any
    cautions: Callable[[Mapping[str, Any]], list[Caution]]
    ask: Callable[[Any, User], Asked]

    def register(self, request: HttpRequest, model_admin: Any) -> HttpResponseBase:
        """The form; then the same data to be looked at again; then the operation."""
        if request.method != "POST":
            return self._show_form(request, model_admin, self.form_class())
        form = self.form_class(request.POST)
        if not form.is_valid():
            return self._show_form(request, model_admin, form)
        cautions = self.cautions(form.cleaned_data)
        confirmed = set(request.POST.getlist("confirmed"))
        if "confirm" not in request.POST:
            return self._show_again(request, model_admin, self._with_new_submission(request), cautions)
        if any(caution.name not in confirmed for caution in cautions):
            return self._show_again(request, model_admin, form, cautions, confirmed=confirmed, is_incomplete=True)
        return go_to_operation(request, self.ask(form, person_behind(request)))

    def correct(self, request: HttpRequest, model_admin: Any) -> HttpResponseBase:
        """Back from the second look to the form, with everything that was typed."""
        form = self.form_class(request.POST) if request.method == "POST" else self.form_class()
        return self._show_form(request, model_admin, form)

    def _show_form(self, request: HttpRequest, model_admin: Any, form: Any) -> HttpResponseBase:
        return render_form_page(
            request,
            model_admin,
            title=self.title,
            lead=self.lead,
            form=form,
            submit_label=_("Continue"),
            template="admin/customers/register.html",
            context={"register_url": model_admin.url_of(self.view_name)},
        )

    def _show_again(
        self,
        request: HttpRequest,
        model_admin: Any,
        form: Any,
        cautions: list[Caution],
        *,
        confirmed: AbstractSet[str] = frozenset(),
        is_incomplete: bool = False,
    ) -> HttpResponseBase:
        return render_form_page(
            request,
            model_admin,
            title=self.question,
            form=form,
            facts=[Fact(label=label, value=value) for label, value in form.summary()],
            warnings=[_("Nothing was sent: tick every point below, or correct the form.")] if is_incomplete else [],
            submit_label=_("Register with the provider"),
            template="admin/customers/register_confirm.html",
            context={
                "cautions": cautions,
                "confirmed": confirmed,
                "is_incomplete": is_incomplete,
                "register_url": model_admin.url_of(self.view_name),
                "correct_url": model_admin.url_of(self.correct_view_name),
            },
        )

    def _with_new_submission(self, request: HttpRequest) -> Any:
        """The same data as a form of its own: going back and typing somebody else is another wish."""
        data = request.POST.copy()
        data["submission"] = new_submission()
        form = self.form_class(data)
        form.full_clean()
        return form


def _ask_for_person(form: CreateCustomerForm, person: User) -> Asked:
    return services.register_customer(
        person=form.to_request(), submission=form.cleaned_data["submission"], requested_by=person
    )


def _ask_for_company(form: RegisterCompanyForm, person: User) -> Asked:
    return services.register_company(
        company=form.to_request(), submission=form.cleaned_data["submission"], requested_by=person
    )


PERSON = Registration(
    title=_("Register a customer"),
    question=_("Register this customer?"),
    lead=_("A person. Name and e-mail are enough; nothing is sent before you have confirmed it."),
    view_name="register",
    correct_view_name="correct-registration",
    form_class=CreateCustomerForm,
    cautions=registration_cautions,
    ask=_ask_for_person,
)
COMPANY = Registration(
    title=_("Register a company"),
    question=_("Register this company?"),
    lead=_(
        "The provider answers with the link and the password of a form that the company fills in before it ends. It "
        "shows both only once; they are kept here, encrypted. Nothing is sent before you have confirmed it."
    ),
    view_name="register-company",
    correct_view_name="correct-company",
    form_class=RegisterCompanyForm,
    cautions=company_cautions,
    ask=_ask_for_company,
)
register_customer, correct_registration = PERSON.register, PERSON.correct
register_company, correct_company = COMPANY.register, COMPANY.correct
