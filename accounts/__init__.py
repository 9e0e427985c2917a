"""WHO YOU ARE: users, their credentials, and the flows that prove who somebody is.

Owns `User`, the password policy, sign-up and sign-in (`flows.py`, the only module that
talks to allauth), limits and lockouts. Does not know what a JWT, a tenant or a client
application is: those live above and learn of changes through `signals.py`.
"""
