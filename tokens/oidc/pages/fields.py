"""Fields of our pages at `/oauth/`."""

from typing import Any

from typing_extensions import override

from accounts.pages.forms import CodeField


class UserCodeField(CodeField):
    """The code that a device shows, however it is typed (RFC 8628 section 6.1)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(digits=False, **kwargs)
        self.widget.attrs["autocomplete"] = "off"  # it comes by no mail and no message

    @override
    def to_python(self, value: Any) -> str:
        return super().to_python(value).upper()
