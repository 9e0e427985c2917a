"""The console's sections about tenants and what belongs to them: one module a noun."""

# In the order of the navigation.
from tenants.admin import tenants  # isort: skip  # noqa: F401
from tenants.admin import applications  # isort: skip  # noqa: F401
from tenants.admin import memberships  # isort: skip  # noqa: F401
from tenants.admin import invitations  # isort: skip  # noqa: F401
from tenants.admin import roles  # isort: skip  # noqa: F401
from tenants.admin import apis  # isort: skip  # noqa: F401
