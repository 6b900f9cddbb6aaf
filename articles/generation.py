"""The stamp that changes with everything that readers see.

Whatever changes a public page adds a row to `Generation`, in the same transaction; the stamp is made of the newest
rows. It is a new row and not a number that is raised, so that two who publish at once never wait for each other: a row
that both have to write would be held from the first change until the commit, and whoever takes it and the rows of
editions in another order would wait for ever. Tokens are random, so that a database that is put back from a copy never
returns to a stamp that was used for something else.

After the commit a file grows by a byte, so that every process of this machine notices at once; other machines read the
rows. A change that no signal tells (`QuerySet.update`, `bulk_create`) calls `bump()` itself.
"""

import hashlib
import logging
import os
from datetime import datetime

from django.apps import AppConfig, apps
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.db.models import Min
from django.db.models.signals import m2m_changed, post_delete, post_save

from articles.editions import Edition, Part, PreviewLink, public_change

NEWEST = 100  # rows in the stamp: a transaction may be this many changes late and is still noticed
KEPT = 1_000
DERIVED = {"Citation", "Findable", "Generation", "KnownWord", "Slip"}  # of articles: they change with what they follow

logger = logging.getLogger(__name__)


def bump(using: str = DEFAULT_DB_ALIAS) -> None:
    """Note in the transaction at hand that something public changes: one row, however much it changes.

    That it is noted already is known by what waits for the commit: a savepoint that is rolled back takes that along.
    """
    waiting = connections[using].run_on_commit
    if not any(function is announce for _, function, *_ in waiting):
        rows().using(using).create()
        transaction.on_commit(announce, using)


def announce() -> None:
    """Let every process on this machine know. It is no fault of a save's if that fails: they find out in a second.

    The file grows, for two changes within one tick of the clock would leave the same time. A byte for each is little,
    and one that is only said to be there takes no place on a full disk.
    """
    file = settings.GENERATION_FILE
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("ab") as grown:
            grown.write(b".")
    except OSError as error:
        try:
            os.truncate(file, file.stat().st_size + 1)
        except OSError:
            logger.warning("%s cannot be touched (%s): changes are seen a second later.", file, error)


def stamp() -> str:
    """What stands for the present state of everything public, or nothing if nobody knows. One query.

    Raises DatabaseError.
    """
    tokens = rows().order_by("-pk").values_list("token", flat=True)[:NEWEST]
    text = ".".join(tokens)
    return hashlib.sha256(text.encode()).hexdigest()[:16] if text else ""


def next_moment() -> datetime | None:
    """When the next scheduled edition comes out. One query for each kind of document."""
    kinds = [model for model in apps.get_models() if issubclass(model, Edition)]
    moments = [model.objects.scheduled().aggregate(first=Min("published_at"))["first"] for model in kinds]
    return min(filter(None, moments), default=None)


def follow(app: AppConfig) -> None:
    """Have every change of the public rows of an app change the stamp."""
    public_change.connect(changed, dispatch_uid="articles.generation")
    for model in app.get_models(include_auto_created=True):
        if not is_public(model):
            continue
        if model._meta.auto_created:
            m2m_changed.connect(links_changed, sender=model, dispatch_uid="articles.generation")
        for signal in (post_save, post_delete):
            signal.connect(changed, sender=model, dispatch_uid="articles.generation")


def is_public(model: type[models.Model]) -> bool:
    """Whether readers see a row as soon as it is saved. Of an edition they do not: `public_change` tells when."""
    owner = model._meta.auto_created or model
    return not issubclass(owner, Edition | Part | PreviewLink) and owner.__name__ not in DERIVED


def changed(sender, using: str = DEFAULT_DB_ALIAS, **kwargs) -> None:
    bump(using)


def links_changed(sender, action: str, using: str, **kwargs) -> None:
    if action.startswith("post_"):
        bump(using)


def begin(using: str, **kwargs) -> None:
    """Give a site its first stamp, and one that was migrated a new one; forget changes of long ago."""
    table = apps.get_model("articles", "Generation")._meta.db_table
    if table not in connections[using].introspection.table_names():
        return  # on the way back
    old = rows().using(using).order_by("-pk").values_list("pk", flat=True)[KEPT : KEPT + 1]
    rows().using(using).filter(pk__lte=max(old, default=0)).delete()
    bump(using)


def rows() -> models.QuerySet:
    """Asked of the registry, because rows that change the stamp are models of this app too."""
    return apps.get_model("articles", "Generation").objects.all()
