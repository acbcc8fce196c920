"""What people see of operations, batches and approvals, and what of them the front page counts."""

from backoffice.attention import register_attention

from .approvals_admin import ApprovalPolicyAdmin, OperationApprovalAdmin
from .attention import ITEMS
from .batches_admin import OperationBatchAdmin
from .operations_admin import OperationAdmin

__all__ = ["ApprovalPolicyAdmin", "OperationAdmin", "OperationApprovalAdmin", "OperationBatchAdmin"]

for item in ITEMS:
    register_attention(item)
