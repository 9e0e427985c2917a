"""The console's sections about what applications were let have: one module a noun."""

# In the order of the navigation.
from tokens.oidc.admin import consents  # isort: skip  # noqa: F401
from tokens.oidc.admin import devices  # isort: skip  # noqa: F401
