import logging
import logging.config
from collections.abc import Iterator

import pytest

from config.logs import JsonFormatter
from config.settings.logs import configure


@pytest.fixture
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    kept, level = list(root.handlers), root.level
    yield
    root.handlers, root.level = kept, level


@pytest.mark.parametrize(
    ("format", "level", "named"),
    [("xml", "INFO", "LOG_FORMAT"), ("json", "LOUD", "LOG_LEVEL")],
)
def test_a_word_that_is_none_names_its_setting(
    format: str,
    level: str,
    named: str,
) -> None:
    with pytest.raises(ValueError, match=named):
        configure(format=format, level=level)


def test_every_line_passes_the_one_redacting_handler(_restored: None) -> None:
    gunicorn = logging.getLogger("gunicorn.error")
    gunicorn.addHandler(logging.NullHandler())
    gunicorn.propagate = False
    logging.config.dictConfig(configure(format="json", level="INFO"))
    handlers = logging.getLogger().handlers
    assert [type(handler.formatter) for handler in handlers] == [JsonFormatter]
    for name in ("django", "django.request", "django.server", "gunicorn.error"):
        logger = logging.getLogger(name)
        assert (logger.handlers, logger.propagate) == ([], True)
