"""The operator console's sign-in: the same door, limits and trail as everybody's."""

from typing import Any

from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.utils import timezone
from typing_extensions import override

from accounts import flows
from accounts.addresses import email_key
from accounts.audit.actions import Action
from accounts.audit.services import record
from accounts.errors import InvalidCredentials
from accounts.models import User
from accounts.pages.forms import later
from config.errors import ServiceError, TooManyRequests, Unavailable

_WRONG = "Please enter the correct e-mail address and password of a staff account."


class ConsoleLoginForm(AdminAuthenticationForm):
    """Signs staff and superusers in through `flows`; others get the same refusal."""

    @override
    def clean(self) -> dict[str, Any]:
        email = self.cleaned_data.get("username")
        password = self.cleaned_data.get("password")
        if email and password:
            try:
                self.user_cache = self._signed_in(email, password)
            except (TooManyRequests, Unavailable) as refusal:
                raise ValidationError(later(refusal), code=refusal.code) from refusal
            except ServiceError as refusal:
                raise ValidationError(_WRONG, code="invalid_login") from refusal
        return self.cleaned_data

    def _signed_in(
        self,
        email: str,
        password: str,
    ) -> User:
        before = _epoch_of(email)
        proof = flows.log_in(
            email=email, password=password, verification_required=False, state={}
        )
        if isinstance(proof, flows.Pending):
            raise InvalidCredentials
        user = User.objects.get(pk=proof.user_id)
        if user.epoch != before:  # what ended meanwhile ended this sign-in too
            raise InvalidCredentials
        if not user.is_active or not (user.is_staff or user.is_superuser):
            record(
                Action.LOGIN_REFUSED,
                acting=user,
                target=user,
                outcome="not a member of staff",
                succeeded=False,
            )
            raise InvalidCredentials
        User.objects.filter(pk=user.pk).update(last_login=timezone.now())
        record(
            Action.LOGIN_SUCCEEDED,
            acting=user,
            target=user,
            outcome="signed in to the console",
        )
        return user


def _epoch_of(email: str) -> int | None:
    try:
        mine = User.objects.filter(email_key=email_key(email))
    except ValueError:
        return None
    return mine.values_list("epoch", flat=True).first()
