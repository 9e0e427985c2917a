"""The console's sections about tenants and what belongs to them: one module a noun."""

from tenants.admin import (
    tenants,
    applications,
    apis,
    roles,
    memberships,
)  # noqa: F401, isort: skip
