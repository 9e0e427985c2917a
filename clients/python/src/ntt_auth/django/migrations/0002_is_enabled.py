"""What the issuer said so far is kept as its word; the site itself has blocked nobody."""

from typing import Any

from django.db import migrations, models


def apart(
    apps: Any,
    schema_editor: Any,
) -> None:
    """Move what stood in the one column to the issuer's."""
    people = apps.get_model("ntt_auth_django", "Person").objects
    people.using(schema_editor.connection.alias).filter(is_active=False).update(
        is_enabled=False, is_active=True
    )


def together(
    apps: Any,
    schema_editor: Any,
) -> None:
    """Move it back: inactive is whom either of the two keeps out."""
    people = apps.get_model("ntt_auth_django", "Person").objects
    people.using(schema_editor.connection.alias).filter(is_enabled=False).update(
        is_active=False
    )


class Migration(migrations.Migration):
    dependencies = [("ntt_auth_django", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="person",
            name="is_enabled",
            field=models.BooleanField(default=True, editable=False),
        ),
        migrations.RunPython(apart, together),
    ]
