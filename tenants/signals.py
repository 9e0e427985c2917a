"""What tenants tells the apps above, inside the transaction that changed it.

`tenant_suspended`       sent with `tenant`.
`application_suspended`  sent with `application` (also when it is deleted or its policy narrows).
`membership_ended`       sent with `user_id`, `tenant` (suspended, removed or expired by hand).
`api_deleted`            sent with `api`, before it goes.
`roles_changed`          sent with `user_ids`, `tenant`: sessions live, older access tokens do not.

All carry `acting_user` (`User | None`) and `reason` (an audit action value). A receiver
that fails rolls the change back.
"""

from django.dispatch import Signal

tenant_suspended = Signal()
application_suspended = Signal()
membership_ended = Signal()
api_deleted = Signal()
roles_changed = Signal()
