"""What the sections about tenants have in common."""

from typing import Any, ClassVar

from django.http import HttpRequest
from typing_extensions import override

from config.admin import display
from config.sections import ConsoleAdmin


class KeptAdmin(ConsoleAdmin):
    """A section whose objects keep some fields from their first day."""

    kept: ClassVar[tuple[str, ...]] = ()
    shown: ClassVar[tuple[str, ...]] = ()

    @override
    def get_readonly_fields(
        self,
        request: HttpRequest,
        obj: Any = None,
    ) -> list[str]:
        return [*self.kept, *self.shown] if obj else []

    @override
    def get_fields(
        self,
        request: HttpRequest,
        obj: Any = None,
    ) -> Any:
        meta = self.form.Meta  # type: ignore[attr-defined]
        return [*meta.fields, *(self.shown if obj else ())]

    @display(description="State", label={"live": "success", "suspended": "danger"})
    def state(self, obj: Any) -> str:
        """Tell whether it is suspended."""
        return "suspended" if obj.suspended_at else "live"
