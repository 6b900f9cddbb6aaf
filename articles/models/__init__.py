"""Articles, and the sources that they and everything else cite."""

from articles.models.articles import (
    ANCHORS,
    MOST_KEY_POINTS,
    SITE_PAGES,
    Article,
    ArticleEdition,
    ArticleLateApproval,
    ArticlePreviewLink,
    ArticleReview,
    Citation,
    Faq,
    Figure,
    RenderedField,
    Topic,
    known_names,
    with_liveness,
)
from articles.models.cited import CitedText, CitesReferences
from articles.models.evidence import EvidenceRow, Misconception
from articles.models.references import Reference, source_findings

__all__ = [
    "ANCHORS",
    "MOST_KEY_POINTS",
    "SITE_PAGES",
    "Article",
    "ArticleEdition",
    "ArticleLateApproval",
    "ArticlePreviewLink",
    "ArticleReview",
    "Citation",
    "CitedText",
    "CitesReferences",
    "EvidenceRow",
    "Faq",
    "Figure",
    "Misconception",
    "Reference",
    "RenderedField",
    "Topic",
    "known_names",
    "source_findings",
    "with_liveness",
]
