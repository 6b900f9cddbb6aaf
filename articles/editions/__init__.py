"""Documents keep an address for ever; editions hold the words. The one module that knows what "live" means.

A `Document` has a slug and any number of numbered `Edition`s. An edition is written as a draft and moves through review
to publication; from then on it never changes again, and a newer edition takes its place. "Live", "scheduled" and
"superseded" are not states but questions about time, so nothing has to run when a scheduled moment comes.

Everything here is abstract and knows nothing of articles: a kind of document subclasses `Document`, `Edition`, `Review`
and, for rows that belong to an edition's content, `Part`; the foreign keys between them are the subclass's own and are
called `document` (related name `editions`) and `edition` (related name `reviews` for reviews).
"""

from articles.editions.copying import copy_content, copy_parts
from articles.editions.document import Document
from articles.editions.edition import Edition, EditionQuerySet, is_overdue, is_withdrawn, strictly
from articles.editions.parts import Part
from articles.editions.records import LateApproval, PreviewLink, Review
from articles.editions.states import OPEN_STATES, Finding, Immutable, Refused, State, public_change

__all__ = [
    "OPEN_STATES",
    "Document",
    "Edition",
    "EditionQuerySet",
    "Finding",
    "Immutable",
    "LateApproval",
    "Part",
    "PreviewLink",
    "Refused",
    "Review",
    "State",
    "copy_content",
    "copy_parts",
    "is_overdue",
    "is_withdrawn",
    "public_change",
    "strictly",
]
