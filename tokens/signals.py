"""What tokens tells the app above, inside the transaction that changed it.

`sessions_ended`  sent with `sids` (a list of the sessions that this very call ended, at most
                  some hundreds, several times for more) and `reason` (an audit action value).
                  Their rows are still there. A receiver that fails rolls the ending back.
"""

from django.dispatch import Signal

sessions_ended = Signal()
