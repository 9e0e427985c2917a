"""What people may ask of what is held about them: their data, and to be forgotten."""

from accounts.privacy.services.erasure import delete_user, erase_due, erase_user
from accounts.privacy.services.export import export_data
from accounts.privacy.services.leaving import keep_account, request_erasure

__all__ = [
    "delete_user",
    "erase_due",
    "erase_user",
    "export_data",
    "keep_account",
    "request_erasure",
]
