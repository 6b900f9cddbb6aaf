from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config import load


class Command(BaseCommand):
    help = "Add many published articles and forms that nobody wrote. In debug only: it is no content for readers."

    def add_arguments(self, parser):
        parser.add_argument("--articles", type=int, default=0, metavar="N")
        parser.add_argument("--supplements", type=int, default=0, metavar="N")

    def handle(self, *args, articles, supplements, **options):
        if not settings.DEBUG:
            raise CommandError("This is for developing only: nobody may read what nobody wrote. Debug is off.")
        if min(articles, supplements) < 0:
            raise CommandError("A number of articles or supplements is 0 or more.")
        load.make(articles, supplements, progress=self.stderr.write)
        self.stdout.write(f"Made: {articles:,} articles, {supplements:,} forms of magnesium.")
