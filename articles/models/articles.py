"""Articles: documents of words, their topics, and what belongs to an edition of one."""

import re
from collections.abc import Iterable
from itertools import chain, repeat

from django.core.validators import MaxLengthValidator
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Prefetch, Q, prefetch_related_objects

from articles import gate, generation, markdown
from articles.drawings import known_drawings
from articles.editions import Document, Edition, EditionQuerySet, Finding, LateApproval, Part, PreviewLink, Review
from articles.marking import is_abbreviation
from articles.models.glossary import Term
from articles.models.references import Reference, source_findings
from articles.paths import path_of
from articles.pictures import PictureField

MOST_KEY_POINTS = 6
SITE_PAGES = ("about", "privacy", "accessibility", "disclaimer")
WORDS_A_MINUTE = 230
ANCHORS = (
    "key-points",
    "contents",
    "questions",
    "sources",
    "related",
    "along",
    "corrections",
    "contact",
)  # of the template


class RenderedField(models.TextField):
    """HTML that `markdown.render` made: safe in a template as it comes from the database, never typed by anybody."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs | {"editable": False, "blank": True, "default": ""})

    def from_db_value(self, value, expression, connection):
        return markdown.trusted(value)


class Topic(models.Model):
    """A heading under which articles are listed."""

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    description = models.CharField(max_length=200, blank=True, help_text="One line below the heading.")
    position = models.PositiveSmallIntegerField(default=0, help_text="Smaller numbers come first.")

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class Article(Document):
    """A page of words: an article in the list of its topic, or a page about the site with an address of its own."""

    is_site_page = models.BooleanField(
        "page about the site",
        default=False,
        help_text=f"One of {', '.join(SITE_PAGES)}: it stands at that address and is not listed among the articles.",
    )

    class Meta(Document.Meta):
        constraints = [
            *Document.Meta.constraints,
            models.CheckConstraint(
                condition=Q(is_site_page=False) | Q(slug__in=SITE_PAGES),
                name="articles_article_site_page_has_an_address",
                violation_error_message=f"The pages about the site are {', '.join(SITE_PAGES)}.",
            ),
        ]

    def get_absolute_url(self) -> str:
        return path_of(f"articles:{self.slug}") if self.is_site_page else path_of("articles:detail", self.slug)


class ArticleEditionQuerySet(EditionQuerySet):
    def articles(self):
        return self.filter(document__is_site_page=False)

    def listed(self):
        """What a list of articles shows: live, with the day of the next review, by topic."""
        return (
            self.strict()
            .live()
            .articles()
            .with_review("next_due")
            .select_related("document", "topic")
            .defer("body", "body_html", "terms")
            .order_by("topic__position", "title")
        )

    def corrections(self):
        """Every published edition that put a mistake right, the latest first."""
        return self.released().filter(is_correction=True).select_related("document").order_by("-published_at")

    def citing(self, reference):
        return self.filter(citations__reference=reference).distinct()

    def for_reading(self):
        return self.strict().select_related("document", "topic")

    def mentioning(self, names: Iterable[str]):
        """What may have one of the names of a term in its text: none is missed, and some have only a part of it."""
        found = Q(pk__in=[])
        for word in {longest_word(name) for name in names}:
            lookup = "regex" if is_abbreviation(word) else "icontains"  # for SQLite, "contains" knows no capitals
            answers = Faq.objects.filter(edition=OuterRef("pk"), **{f"answer_html__{lookup}": word})
            found |= Exists(answers)
            for field in self.model.html_fields:
                found |= Q(**{f"{field}__{lookup}": word})
        return self.filter(found)

    def typeset_again(self, progress=lambda message: None) -> int:
        """Make the derived HTML anew where a source, a term or the renderer changed; returns of how many editions."""
        keys = list(self.order_by("pk").values_list("pk", flat=True))
        for count, key in enumerate(keys, 1):
            progress(f"edition {count} of {len(keys)}")
            self.model.objects.get(pk=key).typeset()
        return len(keys)


class ArticleEdition(Edition):
    parts = ("Faq", "Figure")
    markdown_fields = ("quick_answer", "key_points", "body")
    html_fields = ("quick_answer_html", "key_points_html", "body_html")

    document = models.ForeignKey(Article, models.PROTECT, related_name="editions", verbose_name="article")
    title = models.CharField(max_length=80, help_text="What a reader would ask or look for. No clever wordplay.")
    topic = models.ForeignKey(Topic, models.PROTECT, related_name="+")
    description = models.CharField(
        max_length=160, help_text="One plain sentence for search results: what the reader will know afterwards."
    )
    quick_answer = models.TextField(
        max_length=1200, help_text="The whole answer in 2 or 3 sentences. Reassure before you warn. Cite with [^key]."
    )
    key_points = models.TextField(
        max_length=3000,
        blank=True,
        help_text=f"One a line, {MOST_KEY_POINTS} at most, each a full sentence that stands on its own.",
    )
    body = models.TextField(
        validators=[MaxLengthValidator(markdown.LONGEST)],
        help_text="Markdown, starting with ## headings. Short sentences, one idea each. Every claim has its [^key].",
    )
    related = models.ManyToManyField(
        Article, blank=True, related_name="+", help_text="What a reader would want next: 2 to 4."
    )

    unmarked_terms = models.ManyToManyField(
        Term,
        blank=True,
        related_name="+",
        verbose_name="terms not to be explained",
        help_text="Terms of the glossary that this page explains itself, or means in another sense.",
    )

    quick_answer_html = RenderedField()
    key_points_html = RenderedField()
    body_html = RenderedField()
    contents = models.JSONField(default=list, blank=True, editable=False)
    terms = models.JSONField(default=list, blank=True, editable=False)  # those that are marked, as they are explained
    word_count = models.PositiveIntegerField(default=0, editable=False)
    references = models.ManyToManyField(Reference, through="Citation", related_name="article_editions")

    objects = ArticleEditionQuerySet.as_manager()

    class Meta(Edition.Meta):
        verbose_name = "edition"

    def __str__(self) -> str:
        return f"{self.title} (edition {self.number})"

    @property
    def key_point_list(self) -> list[str]:
        return [line.strip() for line in self.key_points.splitlines() if line.strip()]

    @property
    def reading_minutes(self) -> int:
        return max(1, round(self.word_count / WORDS_A_MINUTE))

    def texts(self) -> list[str]:
        """The Markdown of the page in reading order: quick answer, key points, body, then each answer."""
        points = "\n".join(f"- {point}" for point in self.key_point_list)
        return [self.quick_answer, points, self.body, *(faq.answer for faq in self.faqs.all())]

    def render(self) -> markdown.Rendered:
        return markdown.render(self.texts(), *known_names(self), self.terms_to_mark())

    def terms_to_mark(self) -> list[dict]:
        return Term.objects.exclude(pk__in=self.unmarked_terms.values("pk")).to_mark()

    @transaction.atomic
    def typeset(self) -> None:
        """Render the page again and store its HTML and citations.

        They follow from the words, so that they may change under a published edition when the renderer does.
        """
        rendered = self.render()
        quick_answer, key_points, body, *answers = rendered.html
        type(self).objects.filter(pk=self.pk).update(
            quick_answer_html=quick_answer,
            key_points_html=key_points,
            body_html=body,
            contents=rendered.contents,
            terms=rendered.terms,
            word_count=sum(len(text.split()) for text in self.texts()),
        )
        for faq, answer in zip(self.faqs.all(), answers, strict=True):
            Faq.objects.filter(pk=faq.pk).update(answer_html=answer)
        self.citations.all().delete()
        keys = {reference.key: reference for reference in Reference.objects.filter(key__in=rendered.cited)}
        Citation.objects.bulk_create(
            Citation(edition=self, reference=keys[key], number=number) for number, key in enumerate(rendered.cited, 1)
        )
        if not self.is_open:
            generation.bump()

    def findings(self) -> list[Finding]:
        found = super().findings()
        statuses, figures = known_names(self)
        rendered = markdown.render(self.texts(), statuses, figures)
        found += [Finding(f"“{key}” is cited, but there is no such source.", "body") for key in rendered.unknown]
        found += [Finding(f"The figure “{name}” is missing.", "body") for name in rendered.missing]
        places = chain(("quick_answer", "key_points", "body"), repeat("faqs"))
        texts = [gate.read(html, field) for html, field in zip(rendered.html, places, strict=False)]
        for text in texts:
            found += gate.heading_findings(text, top=2 if text.field == "body" else 3)
        found += gate.box_findings(texts)
        found += gate.figure_findings(self.figures.all(), texts)
        found += gate.link_findings(texts, self.document.get_absolute_url(), ANCHORS)
        prefetch_related_objects([self], with_liveness("related"))
        found += gate.list_findings(self.related.all(), "related")
        found += source_findings(((key, statuses[key]) for key in rendered.cited), "body")
        return found + gate.language_findings(texts, "body")


def longest_word(name: str) -> str:
    """A part of a name that stands in every text that has the name, however that is spelled and spaced."""
    return max(re.findall(r"[A-Za-z0-9]+", name), key=len, default=name)


def with_liveness(relation: str) -> Prefetch:
    """Read along the articles of a list, and whether each is live."""
    return Prefetch(relation, Article.objects.with_is_live())


def known_names(edition: ArticleEdition | None) -> tuple[dict[str, str], dict[str, dict]]:
    """What a text may name: every reference's key, with its status, its edition's figures, and the site's drawings."""
    figures = edition.figures.all() if edition and edition.pk else []
    shown = {figure.name: figure.shown for figure in figures}
    return dict(Reference.objects.values_list("key", "status")), shown | known_drawings()


class Citation(models.Model):
    """A source's number on the page of one edition. Derived: made anew whenever the edition is typeset."""

    edition = models.ForeignKey(ArticleEdition, models.CASCADE, related_name="citations")
    reference = models.ForeignKey(Reference, models.PROTECT, related_name="citations")
    number = models.PositiveSmallIntegerField()

    class Meta:
        default_permissions = ()
        ordering = ["number"]
        constraints = [models.UniqueConstraint("edition", "number", name="articles_citation_number")]

    def __str__(self) -> str:
        return f"[{self.number}] {self.reference.key}"


class Faq(Part):
    named_by = ("question",)
    markdown_fields = ("answer",)
    html_fields = ("answer_html",)

    edition = models.ForeignKey(ArticleEdition, models.CASCADE, related_name="faqs")
    position = models.PositiveSmallIntegerField(default=0)
    question = models.CharField(max_length=160, help_text="In a reader's own words, with a question mark.")
    answer = models.TextField(max_length=3000, help_text="One to three short paragraphs of Markdown. Cite with [^key].")
    answer_html = RenderedField()

    class Meta(Part.Meta):
        verbose_name = "question and answer"
        verbose_name_plural = "questions and answers"
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.question


class Figure(Part):
    named_by = ("name",)

    edition = models.ForeignKey(ArticleEdition, models.CASCADE, related_name="figures")
    name = models.SlugField(max_length=40, help_text="Shown in the body where it says ![](name).")
    image = PictureField(
        upload_to="figures/",
        width_field="width",
        height_field="height",
        help_text="PNG, JPEG or WebP, 5 MB and 25 megapixels at most. What a camera adds to its file is taken out.",
    )
    width = models.PositiveIntegerField(editable=False, default=0)
    height = models.PositiveIntegerField(editable=False, default=0)
    alt = models.CharField(
        "text equivalent", max_length=300, help_text="What the picture tells, for somebody who cannot see it."
    )
    caption = models.CharField(max_length=300, blank=True)

    class Meta(Part.Meta):
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint("edition", "name", name="articles_figure_name"),
            models.CheckConstraint(
                condition=Q(alt__regex=r"\S"),
                name="articles_figure_has_a_text_equivalent",
                violation_error_message="Say what the picture tells, for somebody who cannot see it.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def shown(self) -> dict:
        """What `markdown.render` needs to show the figure."""
        size = {"width": self.width, "height": self.height}
        return {"alt": self.alt, "caption": self.caption} | size | self.image.sources


class ArticleReview(Review):
    edition = models.ForeignKey(ArticleEdition, models.PROTECT, related_name="reviews")

    class Meta(Review.Meta):
        verbose_name = "review"


class ArticleLateApproval(LateApproval):
    edition = models.OneToOneField(ArticleEdition, models.CASCADE, related_name="late_approval")


class ArticlePreviewLink(PreviewLink):
    kind = "a"

    edition = models.ForeignKey(ArticleEdition, models.CASCADE, related_name="preview_links")
