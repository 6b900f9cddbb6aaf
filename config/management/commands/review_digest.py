"""A weekly mail about pages whose next review is due: to each owner, and to the reviewers for what nobody owns."""

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.core.management.base import BaseCommand, CommandError
from django.template.loader import render_to_string
from django.utils import timezone

from articles.desk.board import SOON, due, edition_kinds


class Command(BaseCommand):
    help = "Mail each owner the pages that are due for review, or overdue. Run it once a week; it repeats until done."

    def add_arguments(self, parser):
        parser.add_argument(
            "--site", default=default_site(), help="where the site stands, for the mails' links (%(default)s)"
        )
        parser.add_argument("--dry-run", action="store_true", help="show the mails, send none")

    def handle(self, *args, site, dry_run, **options):
        editions = [edition for kind in edition_kinds() for edition in due(kind, timezone.localdate() + SOON)]
        editions.sort(key=lambda edition: edition.next_due)
        if not editions:
            self.stdout.write(f"Nothing is due in the next {SOON.days} days.")
            return
        letters = self.letters(editions)
        if not letters:
            raise CommandError(f"{len(editions)} pages are due, and nobody who could be told has an e-mail address.")
        failed = [user for user, pages in letters.items() if not self.send(user, pages, site.rstrip("/"), dry_run)]
        self.stdout.write(
            f"{len(editions)} pages are due; {len(letters) - len(failed)} of {len(letters)} people were told."
        )
        if failed:
            raise CommandError(f"No mail could be sent to {', '.join(map(str, failed))}.")

    def letters(self, editions) -> dict[User, dict[str, list]]:
        """What each person is told: of `mine` and, for reviewers, of `unowned`."""
        letters: dict[User, dict[str, list]] = {}
        unowned = []
        for edition in editions:
            owner = edition.document.owner
            if owner and owner.is_active and owner.email:
                letters.setdefault(owner, {"mine": [], "unowned": []})["mine"].append(edition)
            else:
                unowned.append(edition)
        may_review = User.objects.with_perm("articles.review_articleedition", backend="config.rights.GroupsBackend")
        for reviewer in may_review.exclude(email="") if unowned else ():
            letters.setdefault(reviewer, {"mine": [], "unowned": []})["unowned"] = unowned
        return letters

    def send(self, user, pages, site, dry_run) -> bool:
        count = len(pages["mine"]) + len(pages["unowned"])
        subject = f"Twitchwise: {count} page{'s' if count > 1 else ''} to check again"
        body = render_to_string("mail/review_digest.txt", pages | {"user": user, "site": site})
        if dry_run:
            self.stdout.write(f"To: {user.email}\nSubject: {subject}\n\n{body}")
            return True
        self.stdout.write(f"  {user} ({count})")
        try:
            return bool(EmailMessage(subject, body, to=[user.email]).send())
        except OSError as error:
            self.stderr.write(f"  {user}: {error}")
            return False


def default_site() -> str:
    host = next((host for host in settings.ALLOWED_HOSTS if host != "*"), "localhost").removeprefix(".")
    return f"{'https' if settings.SSL_REDIRECT else 'http'}://{host}"
