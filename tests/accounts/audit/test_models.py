"""Events are written once."""

import pytest
from django.db import transaction

from accounts.audit.actions import Action
from accounts.audit.models import AppendOnly, Event
from accounts.audit.services import Party, record

pytestmark = pytest.mark.django_db


@pytest.fixture
def event() -> Event:
    return record(Action.USER_CREATED, acting=None, target=Party("user", "7", "a@b.c"))


def untouched(event: Event) -> bool:
    """Tell whether the stored event still says what it said."""
    stored = Event.objects.get(pk=event.pk)
    return stored.outcome == "user created" and Event.objects.count() == 1


def test_an_event_cannot_be_saved_again(event: Event) -> None:
    event.outcome = "nothing happened"
    with pytest.raises(AppendOnly):
        event.save()
    with pytest.raises(AppendOnly):
        Event(pk=event.pk, outcome="nothing happened").save(force_update=True)
    with pytest.raises(AppendOnly), transaction.atomic():
        event.save_base(force_update=True)
    assert untouched(event)


def test_an_event_cannot_be_deleted(event: Event) -> None:
    with pytest.raises(AppendOnly):
        event.delete()
    assert untouched(event)


def test_a_queryset_cannot_change_events(event: Event) -> None:
    event.outcome = "nothing happened"
    with pytest.raises(AppendOnly):
        Event.objects.update(outcome="nothing happened")
    with pytest.raises(AppendOnly):
        Event.objects.filter(pk=event.pk).bulk_update([event], ["outcome"])
    with pytest.raises(AppendOnly):
        Event.objects.update_or_create(pk=event.pk, defaults={"outcome": "nothing"})
    with pytest.raises(AppendOnly):
        Event._base_manager.update(outcome="nothing happened")
    assert untouched(event)


def test_a_queryset_cannot_delete_events(event: Event) -> None:
    with pytest.raises(AppendOnly):
        Event.objects.all().delete()
    with pytest.raises(AppendOnly):
        Event.objects.all()._raw_delete(using="default")
    with pytest.raises(AppendOnly):
        Event._base_manager.all().delete()
    assert untouched(event)


def test_bulk_create_adds_and_never_overwrites(event: Event) -> None:
    again = Event(pk=event.pk, outcome="nothing happened")
    with pytest.raises(AppendOnly):
        Event.objects.bulk_create(
            [again],
            update_conflicts=True,
            update_fields=["outcome"],
            unique_fields=["id"],
        )
    with pytest.raises(AppendOnly):
        Event.objects.bulk_create([again], ignore_conflicts=True)
    assert untouched(event)
    Event.objects.bulk_create([Event(action=Action.USER_CHANGED, actor_type="system")])
    assert Event.objects.count() == 2


def test_about_finds_an_id_as_target_and_as_actor(event: Event) -> None:
    acted = record(Action.TENANT_CREATED, acting=Party("user", "7", "a@b.c"))
    record(Action.USER_CREATED, acting=None, target=Party("user", "8", "x@y.z"))
    assert set(Event.objects.all().about("7")) == {acted, event}


def test_a_mask_replaces_what_tells_a_person_and_nothing_else(event: Event) -> None:
    other = record(Action.USER_CREATED, acting=None, target=Party("user", "8", "x@y.z"))
    assert Event.objects.filter(pk=event.pk).mask(target_label="[erased]", ip=None) == 1
    assert Event.objects.get(pk=event.pk).target_label == "[erased]"
    assert Event.objects.get(pk=other.pk).target_label == "x@y.z"
    for column in ("action", "created_at", "actor_id", "target_id", "succeeded", "pk"):
        with pytest.raises(AppendOnly, match=column):
            Event.objects.filter(pk=event.pk).mask(target_label="", **{column: "x"})
    assert Event.objects.count() == 2
