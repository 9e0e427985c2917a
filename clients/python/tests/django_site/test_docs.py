"""The blocks of docs/django.md make a site that works."""

import base64
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import databases
from django_site.provider import CLIENT_ID, Provider
from servers import AUDIENCE

READER = Path(__file__).with_name("reader.py")
GUIDE = Path(__file__).parents[2] / "docs" / "django.md"
BLOCK = re.compile(r"```python\n# (\w+\.py)[^\n]*\n(.*?)```", re.S)
BEFORE = """
SECRET_KEY = "of a test"
ALLOWED_HOSTS = ["testserver"]
ROOT_URLCONF = "shop.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
INSTALLED_APPS = [
    "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "shop",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
"""


def test_the_guide_makes_a_site_that_works(
    provider: Provider,
    tmp_path: Path,
) -> None:
    provider.gives_codes()
    site(provider, tmp_path)
    done = subprocess.run(
        [sys.executable, str(READER)],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "shop.settings",
        },
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "plain": "/orders/",
        "weak": "400",
        "back": "/refunds/",
        "lacking": 403,
        "page": "1 order",
        "forged": 400,
        "heard": 204,
        "refunds": {"by": "Ada Lovelace"},
    }


def site(
    provider: Provider,
    folder: Path,
) -> None:
    """Write the site of the guide; only what it leaves open is filled in."""
    shop = folder / "shop"
    (shop / "templates").mkdir(parents=True)
    (shop / "__init__.py").touch()
    (shop / "templates" / "orders.html").write_text("{{ orders.count }} order")
    files: dict[str, str] = {}
    for name, text in BLOCK.findall(GUIDE.read_text()):
        files[name] = files.get(name, "") + text
    assert set(files) == {"settings.py", "urls.py", "models.py", "views.py"}
    own = {
        "ISSUER": provider.url,
        "AUDIENCE": AUDIENCE,
        "CLIENT_ID": CLIENT_ID,
        "CLIENT_SECRET": provider.secret,
    }
    assert all(f'"{name}": "' in files["settings.py"] for name in own)
    after = (
        f"NTT_AUTH |= {own!r}\n"
        f"DATABASES = {{'default': {databases.of(folder)!r}}}\n"
        f"WEBHOOK_SECRET = 'whsec_{base64.b64encode(b'k' * 24).decode()}'\n"
    )
    if databases.IS_MYSQL:
        after += "import pymysql\npymysql.install_as_MySQLdb()\n"
    files["settings.py"] = BEFORE + files["settings.py"] + after
    for name, text in files.items():
        (shop / name).write_text(text)
