from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from articles import seeding as articles
from articles.gate import going_live_together
from supplements import seeding as supplements
from triage import seeding as triage


class Command(BaseCommand):
    help = "Load the content that the site begins with: whatever is missing, and nothing that exists."

    def handle(self, *args, **options):
        words = articles.read()
        forms = supplements.read(words)
        checks = triage.read(words)
        if faults := [*words.faults, *forms.faults, *checks.faults]:
            raise CommandError("Nothing was loaded.\n" + "\n".join(map(str, faults)))
        with transaction.atomic(), going_live_together():
            new_words = articles.load(words, progress=self.stdout.write)
            new_forms = supplements.load(forms, progress=self.stdout.write)
            new_checks = triage.load(checks, progress=self.stdout.write)
        self.stdout.write(
            f"New: {new_words} of {len(words.articles)} articles, {new_forms} of {len(forms.forms)} forms, "
            f"{new_checks} of {len(checks.checklists)} checklists."
        )
