"""The console's sections about tenants and what belongs to them: one module a noun."""

from tenants.admin import (  # noqa: F401, isort: skip
    apis,
    applications,
    memberships,
    roles,
    tenants,
)
