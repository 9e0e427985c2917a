"""What accounts tells the apps above, inside the transaction that changed it.

`account_disabled`    user was disabled or deleted: everything of theirs ends.
`credentials_changed` password (or factor) of user changed: every login ends but `keep_login`.
`signed_out_everywhere` every login of user ends.
`taken_over`          user proved the address of an account that somebody else made with it:
                      what its maker let in (consents, identities) goes. Sent with `user` alone.

Sent with `user` (the `User`), `acting_user` (`User | None`), `reason` (an audit action value)
and, for `credentials_changed`, `keep_login` (`UUID | None`). A receiver that fails rolls
the change back: nothing is disabled on paper only.
"""

from django.dispatch import Signal

account_disabled = Signal()
credentials_changed = Signal()
signed_out_everywhere = Signal()
taken_over = Signal()
