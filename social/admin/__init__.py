"""The console's sections about providers and who is known to them: one module a noun."""

# In the order of the navigation.
from social.admin import connections  # isort: skip  # noqa: F401
from social.admin import identities  # isort: skip  # noqa: F401
