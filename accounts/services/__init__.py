"""What can be done to a user: every page, endpoint, admin action and command calls these.

Leaving, erasing and deleting are `accounts.privacy.services`.

Each owns its transaction, records its event and tells the apps above by a signal, the
last thing before the commit. `acting_user` None is the system or the command line.
"""

from accounts.services.access import (
    disable_user,
    enable_user,
    lift_lockouts,
    sign_out_everywhere,
)
from accounts.services.exporting import export_users
from accounts.services.factors import (
    add_passkey,
    add_totp,
    new_recovery_codes,
    remove_factor,
    rename_factor,
    reset_factors,
)
from accounts.services.importing import import_users
from accounts.services.inviting import invite_user
from accounts.services.setup import claim_setup_link, create_setup_link
from accounts.services.users import change_password, change_profile, create_user

__all__ = [
    "add_passkey",
    "add_totp",
    "new_recovery_codes",
    "remove_factor",
    "rename_factor",
    "reset_factors",
    "change_password",
    "change_profile",
    "claim_setup_link",
    "create_setup_link",
    "create_user",
    "disable_user",
    "enable_user",
    "export_users",
    "import_users",
    "invite_user",
    "lift_lockouts",
    "sign_out_everywhere",
]
