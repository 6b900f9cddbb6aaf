from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from articles.editions import Refused
from config import content


class Command(BaseCommand):
    help = "Write everything that is live as files that `seed DIR` loads into an empty site."

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path, metavar="DIR", help="a folder that is empty, or does not exist yet")

    def handle(self, *args, folder, **options):
        try:
            with content.filling(folder) as unfinished:
                warnings = content.write(unfinished, progress=self.stdout.write)
        except (Refused, OSError) as error:
            raise CommandError(f"Nothing was written. {error}") from error
        for warning in warnings:
            self.stderr.write(f"Note: {warning}.")
        self.stdout.write(f"All that is live is in {folder}.")
