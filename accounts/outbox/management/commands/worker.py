"""Send what waits in the outbox, and keep house."""

import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from typing_extensions import override

from accounts.outbox.worker import Runner


class Command(BaseCommand):
    """Run a worker until SIGTERM; it finishes the delivery in hand and exits 0."""

    help = "Send what waits in the outbox and purge what has expired, until SIGTERM."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--once",
            action="store_true",
            help="send what is due now, purge once, and exit",
        )

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        runner = Runner()
        if options["once"]:
            self.stdout.write(f"handled: {runner.drain()}")
            return

        def stop(*received: object) -> None:
            runner.stop()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        runner.run()
