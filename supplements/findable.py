"""What of this app a search can find: forms of magnesium, and the tools with the rows that they show."""

from django.urls import reverse

from articles.citations import plain
from articles.search.index import register
from articles.search.kinds import Entry, Kind, coming_and_live, source_of
from supplements.models import Food, Interaction, Supplement, SupplementEdition, Use


def form_entries(documents):
    for edition, starts_at, ends_at in coming_and_live(SupplementEdition, documents):
        yield Entry(
            source=source_of(edition.document),
            address=edition.document.get_absolute_url(),
            title=edition.name,
            summary=[plain(edition.key_benefit), plain(edition.best_for)],
            headings=[edition.formula, *(f"Taken for {use.name}" for use in edition.uses.all())],
            body=map(plain, edition.texts),
            starts_at=starts_at,
            ends_at=ends_at,
        )


def tool_entries(rows):
    """The pages of the plain rows. Each is made of all of its rows, so it does not matter which has changed."""
    yield Entry(
        source="medicines",
        address=reverse("supplements:medicines"),
        title="What does magnesium clash with?",
        summary=["Medicines and conditions that do not go with magnesium, and how many hours to leave between."],
        body=[plain(f"{named(row)}. {row.what_happens}") for row in Interaction.objects.all()],
    )
    yield Entry(
        source="foods",
        address=reverse("supplements:foods"),
        title="Magnesium in foods",
        summary=["How much magnesium is in a serving, and what part of a day’s need that is."],
        body=[f"{row.name}, {row.serving}" for row in Food.objects.all()],
    )
    yield Entry(
        source="dose",
        address=reverse("supplements:dose"),
        title="How much magnesium is in it?",
        summary=["From the number on a label to elemental magnesium, beside the daily need and the upper limit."],
    )


def named(row: Interaction) -> str:
    return f"{row.name}: {row.examples}" if row.examples else row.name


def register_all() -> None:
    register(
        Kind(
            "forms",
            "Forms of magnesium",
            form_entries,
            (Supplement,),
            weight=0.95,
            touched_by=(Use,),
            named_by=lambda use: Supplement.objects.filter(editions__uses=use).distinct(),
        ),
        Kind("tools", "Tables and tools", tool_entries, made_of_all=(Interaction, Food), weight=0.8),
    )
