"""Mail that waits to be sent."""

from accounts.outbox.models import Delivery
from accounts.outbox.services import enqueue_mail


def left(to: str = "alice@example.com") -> Delivery:
    """Leave one mail."""
    return enqueue_mail(to=to, subject="Hi", text="secret-link")
