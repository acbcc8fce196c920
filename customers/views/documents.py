"""Handing in a document for a customer, and getting one back out."""

from typing import Any

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from backoffice.face.actions import render_form_page
from customers import services
from customers.forms import UploadDocumentForm
from customers.models import Customer, Document

from .going_on import go_to_operation, person_behind


def upload_document(request: HttpRequest, model_admin: Any, customer: Customer) -> HttpResponseBase:
    """Take the file, look at what it is, and send it; a known one only when it is said that it is meant."""
    if request.method != "POST":
        return _show(request, model_admin, customer, UploadDocumentForm())
    form = UploadDocumentForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, model_admin, customer, form)
    try:
        asked = services.upload_document(
            customer=customer,
            document_type=form.cleaned_data["type"],
            file=form.cleaned_data["file"],
            recognised=form.recognised,
            submission=form.cleaned_data["submission"],
            send_again=request.POST.get("again") == form.recognised.sha256,
            requested_by=person_behind(request),
        )
    except services.KnownDocumentError as known:
        return _show(request, model_admin, customer, form, known=known.documents)
    return go_to_operation(request, asked)


def download_document(request: HttpRequest, model_admin: Any, document: Document) -> HttpResponseBase:
    """The file as an attachment, never to be shown by the browser or kept by anything between."""
    if not default_storage.exists(str(document.file.name)):
        raise Http404(_("The file is no longer in our storage."))
    response = FileResponse(
        document.file.open("rb"),
        as_attachment=True,
        filename=document.download_name,
        content_type="application/octet-stream",
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _show(
    request: HttpRequest,
    model_admin: Any,
    customer: Customer,
    form: UploadDocumentForm,
    known: list[Document] | None = None,
) -> HttpResponseBase:
    warning = _("This file was handed in for this customer before. Nothing was sent.")
    return render_form_page(
        request,
        model_admin,
        title=_("Upload a document"),
        row=customer,
        form=form,
        lead=_("The provider confirms a document but never lists it: what is kept here is the only record."),
        warnings=[warning] if known else [],
        submit_label=_("Send to the provider"),
        template="admin/customers/upload.html",
        context={"known": known or [], "sha256": form.recognised.sha256 if known else ""},
    )
