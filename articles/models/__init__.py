"""Articles, the terms that they explain, and the sources that they and everything else cite."""

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
from articles.models.generation import Generation
from articles.models.glossary import Term, clash
from articles.models.references import Reference, source_findings
from articles.models.search import Findable, KnownWord, Slip, Synonym

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
    "Findable",
    "Generation",
    "KnownWord",
    "Misconception",
    "Reference",
    "RenderedField",
    "Slip",
    "Synonym",
    "Term",
    "Topic",
    "clash",
    "known_names",
    "source_findings",
    "with_liveness",
]
