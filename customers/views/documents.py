"""Handing in a document for a customer, and getting one back out."""

import base64
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from backoffice.audit.services import record
from backoffice.face.actions import render_form_page
from backoffice.security.restriction import refuse_restricted
from backoffice.security.stored_files import StoredFileError, read_stored
from backoffice.security.uploads import PDF
from customers import services
from customers.forms import UploadDocumentForm
from customers.models import Customer, Document

from .going_on import go_to_operation, person_behind

CONTENT_POLICY = "sandbox; default-src 'none'; style-src 'self'; img-src data:; frame-ancestors 'self'"
"""Of the response that is a document: an origin of its own, without scripts, forms or windows.

The frame of a PDF has no `sandbox` attribute, because Chromium's viewer refuses to work in one; the policy of the
response is the same sandbox, which it accepts.
"""


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


def preview_document(request: HttpRequest, model_admin: Any, document: Document) -> HttpResponseBase:
    """The page with the document in a frame; the frame asks for the content itself, which is what is recorded."""
    refuse_restricted(document)
    return render_form_page(
        request,
        model_admin,
        title=document.get_type_display(),
        row=document,
        template="admin/customers/preview.html",
        context={
            "content_url": model_admin.url_of("content", document),
            "download_url": model_admin.url_of("download", document),
            "is_image": document.media_type != PDF,
        },
    )


def show_content(request: HttpRequest, model_admin: Any, document: Document) -> HttpResponseBase:
    """The document for the frame of its page, in a sandbox of its own: nothing in it can run or be fetched.

    A picture stands in a page of one element, because browsers show a bare one in a frame as large as it is.
    """
    response = _content(document, action="document.viewed", media_type=document.media_type, disposition="inline")
    if document.media_type != PDF:
        encoded = base64.b64encode(response.content).decode()
        address = f"data:{document.media_type};base64,{encoded}"
        page = render_to_string("admin/customers/picture.html", {"address": address, "name": document.download_name})
        response.content = page.encode()
        response["Content-Type"] = "text/html; charset=utf-8"
    return in_a_sandbox(response)


def download_document(request: HttpRequest, model_admin: Any, document: Document) -> HttpResponseBase:
    """The file as an attachment, never to be shown by the browser or kept by anything between."""
    return _content(
        document, action="document.downloaded", media_type="application/octet-stream", disposition="attachment"
    )


def _content(document: Document, *, action: str, media_type: str, disposition: str) -> HttpResponse:
    """The bytes, after it is on record that somebody gets them."""
    refuse_restricted(document)
    if document.purged_at:
        raise Http404(_("The file is no longer in our storage."))
    try:
        content = read_stored(str(document.file.name), sha256=document.sha256)
    except StoredFileError as problem:
        raise Http404(str(problem)) from None
    record(action, subject=document, operation_id=document.operation_id, customer=document.customer_id)
    return content_response(
        content, media_type=media_type, disposition=f'{disposition}; filename="{document.download_name}"'
    )


def content_response(content: bytes, *, media_type: str, disposition: str) -> HttpResponse:
    """A stored file as an answer that nothing between may keep or take for something else."""
    return HttpResponse(
        content,
        content_type=media_type,
        headers={
            "Content-Disposition": disposition,
            "Cache-Control": "no-store, private",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
        },
    )


def in_a_sandbox(response: HttpResponse) -> HttpResponse:
    """The answer with a sandbox of its own: nothing in it can run or be fetched."""
    response["Content-Security-Policy"] = CONTENT_POLICY
    response["X-Frame-Options"] = "SAMEORIGIN"
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
