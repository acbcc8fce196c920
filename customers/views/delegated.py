"""Delegated KYC, step by step: data, document, captures, a second look. Each step keeps what was entered."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.audit.services import record
from backoffice.face.actions import render_form_page
from backoffice.face.badges import page_of
from backoffice.face.cards import Fact
from backoffice.face.parameters import text_in
from backoffice.security.restriction import refuse_restricted
from backoffice.security.stored_files import StoredFileError, read_stored
from customers import services
from customers.captures import has_back, missing_kinds, seal_of
from customers.cautions import Caution, registration_cautions
from customers.forms import ConfirmDelegatedForm, DelegatedDetailsForm, PicturesForm, new_submission
from customers.models import DelegatedVerification, IdentityCapture

from .documents import content_response, in_a_sandbox
from .going_on import go_to_operation, person_behind

Kind = IdentityCapture.Kind
DOCUMENT = (Kind.DOCUMENT_FRONT, Kind.DOCUMENT_BACK)
CAPTURES = (Kind.FACE, Kind.LIVENESS)
STEPS: tuple[tuple[str, str | Promise], ...] = (
    ("details", gettext_lazy("Data")),
    ("document", gettext_lazy("Document")),
    ("captures", gettext_lazy("Face")),
    ("confirm", gettext_lazy("Look and confirm")),
)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One of the steps as the page's header shows it; `url` is empty where it cannot be gone to yet."""

    number: int
    label: str | Promise
    url: str
    is_current: bool


def begin_delegated_kyc(_request: HttpRequest, _model_admin: Any) -> HttpResponseBase:
    """From the list of customers to the first step."""
    return HttpResponseRedirect(reverse("admin:customers_delegatedverification_begin"))


def begin(request: HttpRequest, model_admin: Any) -> HttpResponseBase:
    """The first step of a new draft; nothing is kept before its data are right."""
    form = DelegatedDetailsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        verification = services.begin_delegated_verification(
            typed=form.typed(),
            details=form.to_request(),
            submission=form.cleaned_data["submission"],
            created_by=person_behind(request),
        )
        return _go_to(model_admin, "document", verification)
    return _show_details(request, model_admin, form, None)


def change_details(request: HttpRequest, model_admin: Any, verification: DelegatedVerification) -> HttpResponseBase:
    """The first step again, with what was entered."""
    if gone := _leave_unless_open(request, verification):
        return gone
    if request.method != "POST":
        return _show_details(request, model_admin, DelegatedDetailsForm(initial=verification.typed), verification)
    form = DelegatedDetailsForm(request.POST)
    if not form.is_valid():
        return _show_details(request, model_admin, form, verification)
    try:
        services.change_details(
            verification=verification, typed=form.typed(), details=form.to_request(), by=person_behind(request)
        )
    except services.NotOpenError as problem:
        return _leave(request, verification, problem)
    return _go_to(model_admin, "document", verification)


def take_document(request: HttpRequest, model_admin: Any, verification: DelegatedVerification) -> HttpResponseBase:
    """The second step: the identity document, front and back."""
    return _take(request, model_admin, verification, kinds=DOCUMENT, step="document")


def take_captures(request: HttpRequest, model_admin: Any, verification: DelegatedVerification) -> HttpResponseBase:
    """The third step: the face, and the proof that it was a living one."""
    return _take(request, model_admin, verification, kinds=CAPTURES, step="captures")


def confirm(request: HttpRequest, model_admin: Any, verification: DelegatedVerification) -> HttpResponseBase:
    """The last step: everything again with all that speaks against it; then the operation."""
    if asked := _asked_before(request, verification):
        return go_to_operation(request, asked)
    if gone := _leave_unless_open(request, verification):
        return gone
    captures = list(verification.captures.all())
    details = DelegatedDetailsForm({**verification.typed, "submission": new_submission()})
    missing = missing_kinds(verification.details, captures)
    if missing or not details.is_valid():
        messages.warning(request, _("Something is still missing. Nothing was sent."))
        return _go_to(model_admin, _step_of(missing), verification)
    cautions = registration_cautions(details.cleaned_data)
    form = ConfirmDelegatedForm(request.POST if request.method == "POST" else None)
    confirmed = set(request.POST.getlist("confirmed"))
    is_ticked = all(caution.name in confirmed for caution in cautions)
    if request.method == "POST" and form.is_valid() and is_ticked:
        return _ask(request, model_admin, verification, form)
    return _show_confirm(
        request,
        model_admin,
        verification,
        details=details,
        captures=captures,
        cautions=cautions,
        confirmed=confirmed,
    )


def discard(request: HttpRequest, model_admin: Any, verification: DelegatedVerification) -> HttpResponseBase:
    """Remove data and pictures."""
    try:
        services.discard_delegated_verification(verification=verification, by=person_behind(request))
    except services.NotOpenError as problem:
        return _leave(request, verification, problem)
    messages.success(request, _("Data and pictures were removed here."))
    return HttpResponseRedirect(reverse("admin:customers_delegatedverification_changelist"))


def show_capture(request: HttpRequest, model_admin: Any, verification: DelegatedVerification) -> HttpResponseBase:
    """One of the pictures, as a page of its own that can do nothing; who looked at it is recorded."""
    refuse_restricted(verification)
    capture = verification.captures.filter(kind=text_in(request.GET, "kind")).first()
    if capture is None:
        raise Http404(_("There is no such picture."))
    try:
        content = read_stored(str(capture.file.name), sha256=capture.sha256)
    except StoredFileError as problem:
        raise Http404(str(problem)) from None
    record("capture.viewed", subject=verification, kind=capture.kind)
    return in_a_sandbox(content_response(content, media_type=capture.media_type, disposition="inline"))


def _take(
    request: HttpRequest,
    model_admin: Any,
    verification: DelegatedVerification,
    *,
    kinds: Sequence[IdentityCapture.Kind],
    step: str,
) -> HttpResponseBase:
    """Keep every picture that is right, at once; go on when none is missing."""
    if gone := _leave_unless_open(request, verification):
        return gone
    form = _pictures_form(request, verification, kinds)
    if request.method != "POST":
        return _show_pictures(request, model_admin, verification, form, step=step)
    is_complete = form.is_valid()
    try:
        _keep(request, verification, form)
    except services.NotOpenError as problem:
        return _leave(request, verification, problem)
    if is_complete:
        return _go_to(model_admin, "captures" if step == "document" else "confirm", verification)
    return _show_pictures(request, model_admin, verification, form, step=step)


def _keep(request: HttpRequest, verification: DelegatedVerification, form: PicturesForm) -> None:
    for kind, picture in form.pictures().items():
        services.keep_capture(
            verification=verification,
            kind=kind,
            file=picture.file,
            recognised=picture.recognised,
            by=person_behind(request),
        )
        form.note_handed_in(kind)


def _pictures_form(
    request: HttpRequest, verification: DelegatedVerification, kinds: Collection[IdentityCapture.Kind]
) -> PicturesForm:
    captures = list(verification.captures.all())
    data = (request.POST, request.FILES) if request.method == "POST" else ()
    return PicturesForm(
        *data,
        kinds=kinds,
        needed=missing_kinds(verification.details, captures),
        there={capture.kind for capture in captures},
    )


def _ask(
    request: HttpRequest, model_admin: Any, verification: DelegatedVerification, form: ConfirmDelegatedForm
) -> HttpResponseBase:
    try:
        asked = services.start_delegated_kyc(
            verification=verification,
            seal=form.cleaned_data["seal"],
            submission=form.cleaned_data["submission"],
            requested_by=person_behind(request),
        )
    except services.DelegatedError as problem:
        messages.warning(request, str(problem))
        return _go_to(model_admin, "confirm", verification)
    return go_to_operation(request, asked)


def _show_details(
    request: HttpRequest, model_admin: Any, form: DelegatedDetailsForm, verification: DelegatedVerification | None
) -> HttpResponseBase:
    return render_form_page(
        request,
        model_admin,
        title=_("Delegated KYC: data"),
        row=verification,
        form=form,
        lead=_(
            "A person or a company whose identity you have checked. Of a company, the names are those of the person "
            "whose document and face are sent."
        ),
        submit_label=_("Keep and continue"),
        template="admin/customers/delegated_details.html",
        context={"step_list": _steps(model_admin, verification, "details"), "register_url": request.path},
    )


def _show_pictures(
    request: HttpRequest, model_admin: Any, verification: DelegatedVerification, form: PicturesForm, *, step: str
) -> HttpResponseBase:
    is_document = step == "document"
    one_side = is_document and not has_back(verification.details)
    return render_form_page(
        request,
        model_admin,
        title=_("Delegated KYC: document") if is_document else _("Delegated KYC: face"),
        row=verification,
        form=form,
        lead=_("The page with the photograph is enough: a passport has no back.") if one_side else "",
        submit_label=_("Keep and continue"),
        template="admin/customers/delegated_pictures.html",
        context={
            "step_list": _steps(model_admin, verification, step),
            "captures": verification.captures.filter(kind__in=form.fields),
            "capture_url": model_admin.url_of("capture", verification),
        },
    )


def _show_confirm(
    request: HttpRequest,
    model_admin: Any,
    verification: DelegatedVerification,
    *,
    details: DelegatedDetailsForm,
    captures: list[IdentityCapture],
    cautions: list[Caution],
    confirmed: set[str],
) -> HttpResponseBase:
    seal = seal_of(verification.details, captures)
    submission = request.POST.get("submission") or new_submission()
    is_incomplete = request.method == "POST"
    return render_form_page(
        request,
        model_admin,
        title=_("Register this customer?"),
        row=verification,
        form=ConfirmDelegatedForm(initial={"seal": seal, "submission": submission}),
        facts=[Fact(label=label, value=value) for label, value in details.summary()],
        warnings=[_("Nothing was sent: tick every point below, or correct the data.")] if is_incomplete else [],
        submit_label=_("Register with the provider"),
        template="admin/customers/delegated_confirm.html",
        context={
            "step_list": _steps(model_admin, verification, "confirm"),
            "captures": captures,
            "capture_url": model_admin.url_of("capture", verification),
            "cautions": cautions,
            "confirmed": confirmed,
            "is_incomplete": is_incomplete,
            "correct_url": model_admin.url_of("details", verification),
        },
    )


def _steps(model_admin: Any, verification: DelegatedVerification | None, current: str) -> list[Step]:
    return [
        Step(
            number=number,
            label=label,
            url=model_admin.url_of(name, verification) if verification else "",
            is_current=name == current,
        )
        for number, (name, label) in enumerate(STEPS, start=1)
    ]


def _step_of(missing: Collection[IdentityCapture.Kind]) -> str:
    """The step at which something is missing; the first where it is the data."""
    if not missing:
        return "details"
    return "document" if set(missing) & set(DOCUMENT) else "captures"


def _asked_before(request: HttpRequest, verification: DelegatedVerification) -> services.Asked | None:
    """The operation that this very form has asked for, where it is sent a second time."""
    operation = verification.operation
    if request.method != "POST" or operation is None or operation.requested_by_id != person_behind(request).pk:
        return None
    is_same = operation.submission == request.POST.get("submission")
    return services.Asked(operation=operation, is_new=False) if is_same else None


def _leave_unless_open(request: HttpRequest, verification: DelegatedVerification) -> HttpResponseBase | None:
    """To the verification's page, where it is no draft of this person's any more. Raises PermissionDenied."""
    refuse_restricted(verification)
    if verification.created_by_id == person_behind(request).pk and services.is_open(verification):
        return None
    messages.info(request, _("It was asked for, or is somebody else's: it cannot be changed any more."))
    return HttpResponseRedirect(page_of(verification))


def _leave(request: HttpRequest, verification: DelegatedVerification, problem: Exception) -> HttpResponseBase:
    """To the verification's page, with what is wrong; to the list, where it is not there any more."""
    messages.error(request, str(problem))
    if DelegatedVerification.objects.filter(pk=verification.pk).exists():
        return HttpResponseRedirect(page_of(verification))
    return HttpResponseRedirect(reverse("admin:customers_delegatedverification_changelist"))


def _go_to(model_admin: Any, step: str, verification: DelegatedVerification) -> HttpResponseRedirect:
    return HttpResponseRedirect(model_admin.url_of(step, verification))
