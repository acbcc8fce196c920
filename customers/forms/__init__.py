"""What people fill in: a new person or company, a verification link, a document."""

from .acts import EnhancedVerificationForm, FindCustomerForm, UploadDocumentForm
from .companies import RegisterCompanyForm
from .delegated import ConfirmDelegatedForm, DelegatedDetailsForm, PicturesForm
from .registering import KEY_SEPARATOR, CreateCustomerForm
from .shared import SubmissionForm, new_submission

__all__ = [
    "KEY_SEPARATOR",
    "ConfirmDelegatedForm",
    "CreateCustomerForm",
    "DelegatedDetailsForm",
    "EnhancedVerificationForm",
    "FindCustomerForm",
    "PicturesForm",
    "RegisterCompanyForm",
    "SubmissionForm",
    "UploadDocumentForm",
    "new_submission",
]
