"""The content as files: out of one site and into another, and nothing lost on the way."""

import datetime as dt
import re
from contextlib import contextmanager
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client, TestCase, override_settings
from django.utils import timezone
from PIL import Image

from articles.models import Article, ArticleEdition, EvidenceRow, Figure, Misconception, Reference, Synonym, Term, Topic
from articles.seeding.reading import parts_of
from config import content
from supplements.models import Food, IntakeReference, Interaction, RouteCaution, Supplement, SupplementEdition, Use
from tests.factories import (
    make_answer,
    make_article,
    make_draft,
    make_form,
    make_interaction,
    make_reference,
    make_stage,
    make_term,
    make_user,
)
from triage import models as triage
from triage.ladder import Urgency

pytestmark = pytest.mark.django_db

CANARY = "a-canary-sang-in-the-draft"
NASTY = (
    'Say “no” to "quotes", \\backslashes\\, \t tabs, {braces}, # marks, [[tables]], '
    "''' and \"\"\" 🙂 שלום \u202eabc\u202c"
)
FENCES = "Before.\r\n+++\r\ntitle = 'not a title'\r\n+++   \r\n\r\nAfter."
VOLATILE = re.compile(
    r"""<time.*?</time> | edition[ ]\d+(,[ ]\d+[ ]\w+[ ]\d{4})? | /media/\S+ | history/\d+/
    | "(edition|published)":[ ]"\S+" | "(datePublished|dateModified|version)":[^,]*
    | share-\d+
    | (value|id|for|aria-labelledby)="[^"]*(-\d+|\w{64})" | <option[ ]value="\d+" """,
    re.IGNORECASE | re.VERBOSE,
)
MODELS = (Topic, Reference, Term, EvidenceRow, Misconception, Synonym, Use, RouteCaution, Interaction, Food)
MODELS += (IntakeReference,)
LIVE = (ArticleEdition, SupplementEdition, triage.ChecklistEdition)
NOT_TYPED = {
    *("id", "document", "edition", "state", "version", "number", "saved_at", "published_at", "approved_by"),
    *("published_by", "recorded_by", "moved_at", "waiver", "contents", "terms", "image", "word_count"),
}
PAGES = """/articles/ /glossary/ /about/ /privacy/ /supplements/ /supplements.json /supplements/compare/
/supplements/medicines/ /supplements/foods/ /supplements/dose/ /check/twitching/ /check/safety/ /articles/toe-twitching/
/articles/eyelid-twitching/ /articles/twitching-and-worry/ /supplements/citrate/ /supplements/oxide/
/evidence/ /sources/ /sources/ods-mg-hp/""".split()  # noqa: SIM905


def photograph():
    """One that would change with every time that it is drawn anew, and wide enough to have smaller ones."""
    file = BytesIO()
    Image.effect_noise((600, 400), 80).convert("RGB").save(file, "JPEG", quality=70)
    return SimpleUploadedFile("upload.jpg", file.getvalue(), "image/jpeg")


def picture(colour="red"):
    file = BytesIO()
    Image.new("RGB", (40, 30), colour).save(file, "PNG")
    return SimpleUploadedFile("upload.PNG", file.getvalue(), "image/png")


@contextmanager
def site(media: Path):
    """A site of its own: an empty database, which is forgotten afterwards, and its own uploads."""
    triage.ladder_of.cache_clear()
    triage.proof_of.cache_clear()
    triage.diff_of.cache_clear()
    with override_settings(MEDIA_ROOT=media), transaction.atomic():
        yield
        transaction.set_rollback(True)


def run(command, *arguments):
    """What the command says, and what it warns of."""
    out, err = StringIO(), StringIO()
    with TestCase.captureOnCommitCallbacks(execute=True):
        call_command(command, *map(str, arguments), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def change_articles(editor):
    draft = Article.objects.get(slug="toe-twitching").start_draft(editor)
    draft.title, draft.description, draft.change_note = "Toes\\\t“x” = 🙂 ", NASTY, "Mended =1+1."
    draft.quick_answer, draft.key_points = f"  {FENCES} \r\n", "One.\r\n\r\n  Two \\ three. \r\n"
    words = ["", "## Why?", NASTY, FENCES, "![](map)", "[Gone](/articles/twitching-and-worry/).[^kim-2021]", " "]
    draft.body, draft.is_correction = "\r\n\r\n".join(words), True
    draft.save()
    for position, faq in enumerate(draft.faqs.all()):
        faq.position, faq.answer = 40 - 10 * position, f" {faq.answer}\r\n\r\n{FENCES}"
        faq.save()
    with TestCase.captureOnCommitCallbacks(execute=True):  # their files are written when all is stored
        draft.figures.create(name="map", image=picture(), alt=NASTY, caption="")
        draft.figures.create(name="second", image=photograph(), alt="Unused", caption='"A" caption')
    review = {"reviewed_on": dt.date(2026, 11, 24), "next_due": dt.date(2028, 2, 29)}
    draft.reviews.create(reviewer="Dr =O’Neil \\ 🙂", note=NASTY, **review)
    draft.reviews.create(reviewed_on=dt.date(2026, 11, 23), next_due=dt.date(2027, 1, 1), note="An earlier one.")
    draft.typeset()
    draft.take_over("A test.")
    draft.unmarked_terms.set(Term.objects.filter(slug__in=["cramp", "spasm"]))
    term = Term.objects.get(slug="tremor")
    term.definition, term.other_names = f"{NASTY}\r\n\r\nMore.", "“tremors”\r\n\r\n  T\\R \r\n"
    term.save()
    term.references.set(Reference.objects.filter(key__in=["kim-2021", "nhs-cramps"]))
    Topic.objects.filter(slug="help").update(position=0, description="")
    Topic.objects.create(slug="later", name='Quite "late"', position=900)
    Reference.objects.filter(key="kim-2021").update(title="=HYPERLINK()\r\nKim", status="retracted", checked="citation")
    ArticleEdition.objects.citing(Reference.objects.get(key="kim-2021")).typeset_again()
    EvidenceRow.objects.filter(slug="glycinate-for-sleep").update(position=300, people=f"{NASTY}\r\n=1")
    make_answer("added", position=2, question="-1?", answer="+2 'No'.[^kim-2021]")
    Misconception.objects.filter(slug="bone-broth").update(position=0, claim=f"@{NASTY}")
    make_reference("new", authors='O"Neil, J;\tX', year=None, url="", doi="10.1000/a,b", status="superseded")


def change_supplements(editor):
    draft = Supplement.objects.get(slug="citrate").start_draft(editor)
    draft.name, draft.label_note, draft.gut_note = "=Citrate, “new”", "", ""
    draft.cautions, draft.change_note, draft.is_correction = f"{NASTY}\r\nSecond line.[^kim-2021]", "Mended.", True
    draft.elemental_low = "3.0"
    draft.save()
    draft.uses.set(Use.objects.filter(slug__in=["heartburn", "constipation"]))
    draft.note_references()
    draft.reviews.create(reviewed_on=dt.date(2026, 11, 24), next_due=dt.date(2027, 11, 24), reviewer="Dr A")
    draft.take_over("A test.")
    Use.objects.filter(slug="topping-up").update(position=99)
    bath = RouteCaution.objects.get(route="bath")
    bath.cautions = f"+1 {NASTY}"
    bath.save()
    bath.note_references()
    Interaction.objects.filter(slug="tetracyclines").update(position=300, examples="", hours_apart="")
    make_interaction("added", kind="condition", position=2, name="-1")
    Food.objects.filter(name__startswith="Banana").update(note='@x, "y"\r\n=2+3')
    make_stage("Adults, “others”", upper_mg=None, position=1, is_adequate_intake=True)


def change_checklist(editor):
    draft = triage.Checklist.objects.get().start_draft(editor)
    draft.title, draft.introduction = "Twitch “check” \\ 🙂", f"First.\r\n\r\n  {NASTY} \r\nThird."
    draft.change_note = "Clearer."
    draft.save()
    draft.references.clear()
    for place, question in enumerate(draft.questions.all()):
        question.position = 10 * place + 7
        question.save()
    emergency, where = draft.questions.get(slug="emergency"), draft.questions.get(slug="where")
    emergency.hint = ""
    emergency.save()
    emergency.words.create(term="=Term", meaning=NASTY)
    for place, option in enumerate(reversed(where.options.all())):
        option.position = place
        option.save()
    outcome = draft.outcomes.get(urgency=Urgency.SELF_CARE.word)
    outcome.self_help, outcome.text = "One.\r\n\r\nTwo.", ""
    outcome.save()
    advice = draft.advices.get(slug="caffeine")
    advice.text, advice.position = f"{NASTY}\r\n\r\nMore.", 500
    advice.save()
    draft.reviews.create(reviewed_on=dt.date(2026, 11, 25), next_due=dt.date(2027, 11, 25))
    triage.ChecklistEdition.objects.filter(pk=draft.pk).update(version=draft.version + 1)  # what it was is cached
    draft.refresh_from_db()
    draft.take_over("A test.")


def hide_canaries(editor):
    """Words that nobody may read yet, or any more: drafts, a scheduled edition, a withdrawn page and its reason."""
    make_draft(title=CANARY, body=CANARY)
    for document in (Article.objects.get(slug="eyelid-twitching"), Article.objects.get(slug="privacy")):
        draft = document.start_draft(editor)
        draft.title = draft.body = draft.quick_answer = draft.change_note = CANARY
        draft.save()
        draft.faqs.create(question=CANARY, answer=CANARY)
        with TestCase.captureOnCommitCallbacks(execute=True):
            draft.figures.create(name=CANARY[:40], image=picture(), alt=CANARY)
    draft.take_over(CANARY)
    type(draft).objects.filter(pk=draft.pk).update(published_at=timezone.now() + dt.timedelta(days=1))
    draft = Supplement.objects.get(slug="oxide").start_draft(editor)
    draft.name = draft.cautions = CANARY
    draft.save()
    draft = triage.Checklist.objects.get().start_draft(editor)
    draft.title = CANARY
    draft.save()
    draft.questions.create(slug=CANARY[:40], kind="one", text=CANARY, position=900)
    Article.objects.get(slug="twitching-and-worry").withdraw(CANARY)


def stored() -> dict:
    """Everything that somebody typed and that is live, by field, with texts as they are written."""
    found = {}
    for model in MODELS:
        found[model.__name__] = sorted((values(row) for row in model.objects.all()), key=repr)
    for model in LIVE:
        for edition in model.objects.live():
            row = values(edition)
            for name in edition.parts:
                part = next(part for part in edition._meta.app_config.get_models() if part.__name__ == name)
                row[name] = [values(each) for each in part.objects.filter(**{part.edition_path: edition})]
                row[name].sort(key=repr)
            found[edition.document.slug] = row
    return found


def values(row) -> dict:
    """The typed fields of a row and the names that it links to; an order may have other numbers after loading."""
    own = {
        field.name: getattr(row, field.name) for field in row._meta.concrete_fields if not field.name.endswith("html")
    }
    linked = {
        field.name: sorted(str(name_of(other)) for other in getattr(row, field.name).all())
        for field in row._meta.many_to_many
        if field.name != "authors"
    }
    ordered = {"position"} if isinstance(row, (triage.Question, triage.Option, triage.Advice)) else set()
    return {name: tidy(name_of(value)) for name, value in (own | linked).items() if name not in NOT_TYPED | ordered}


def name_of(value):
    """How files name a row: by its slug or key; an option with its question's."""
    if isinstance(value, triage.Option):
        return f"{value.question.slug}/{value.slug}"
    return getattr(value, "slug", None) or getattr(value, "key", None) or value


def tidy(value):
    """The text as an export writes it; in lists of lines no line is empty."""
    if not isinstance(value, str):
        return value
    return "\n".join(line.strip() for line in value.strip().splitlines() if line.strip())


def pages() -> dict[str, str]:
    """What a reader sees, but for numbers and times of editions, addresses of uploads, and blank space."""
    found = {}
    for path in PAGES:
        response = Client().get(path)
        text = f"{response.status_code} {response.content.decode()}"
        text = VOLATILE.sub("", text)
        text = re.sub(r"\s*(<[^>]*>)\s*", r"\1", re.sub(r"(\\r\\n|\\n|\s)+", " ", text))
        # A file keeps no blank space at the end of a text, wherever on the page it stands.
        found[path] = re.sub(r'\s+(”, and the sign of Twitchwise)?("[>,])', r"\1\2", text)
    return found


@pytest.fixture(scope="module")
def trip(django_db_setup, django_db_blocker, tmp_path_factory):
    """The site's own content, changed in every way that is hard to write down, exported, loaded into an empty site,
    and exported again. What became of it at both ends."""
    place = tmp_path_factory.mktemp("trip")
    with django_db_blocker.unblock():
        with site(place / "media-1"):
            editor = make_user()
            run("seed")
            findings = [finding for model in LIVE for row in model.objects.live() for finding in row.findings()]
            for change in (change_articles, change_supplements, change_checklist, hide_canaries):
                change(editor)
            said, warned = run("export_content", place / "first")
            start = {"stored": stored(), "pages": pages(), "said": said, "warned": warned, "findings": findings}
        with site(place / "media-2"):
            run("seed", place / "first")
            run("export_content", place / "second")
            end = {"stored": stored(), "pages": pages()}
    return place, start, end


def what_was_loaded_exports_to_the_same_bytes(trip):
    place, _, _ = trip
    assert files(place / "second") == files(place / "first")
    assert len(files(place / "first")) == 15 + 6 + 2 + 4 + 1  # articles, their lists, figures, supplements, checklist


def what_was_typed_is_stored_again(trip):
    _, start, end = trip
    assert end["stored"].keys() == start["stored"].keys() - {"twitching-and-worry"}
    for name, rows in end["stored"].items():
        assert rows == without_dead_links(start["stored"][name]), name


def without_dead_links(value):
    match value:
        case dict():
            return {name: without_dead_links(item) for name, item in value.items()}
        case list():
            return [without_dead_links(item) for item in value if item != "twitching-and-worry"]
    return value


def readers_see_the_same_pages(trip):
    _, start, end = trip
    for path, text in start["pages"].items():
        if path == "/articles/twitching-and-worry/":
            assert (text[:3], end["pages"][path][:3]) == ("410", "404")  # why it went is not content
        else:
            assert text.startswith("200"), path
            assert end["pages"][path] == text, path


def the_words_of_drafts_are_in_no_file(trip):
    place, _, _ = trip
    for name, data in files(place / "first").items():
        assert CANARY.encode() not in data, name
        assert CANARY not in name


def links_to_what_is_not_live_are_named(trip):
    place, start, _ = trip
    assert "article toe-twitching: its words link to “twitching-and-worry”" in start["warned"]
    assert "article eyelid-twitching: the link to “twitching-and-worry”" in start["warned"]
    assert b'dead_links = [\n    "twitching-and-worry",\n]' in files(place / "first")["articles/toe-twitching.md"]


def nothing_stands_against_what_the_site_begins_with(trip):
    """It is taken over from files; but it would also pass the gate that new editions pass."""
    _, start, _ = trip
    assert [finding for finding in start["findings"] if finding.blocks] == []


def the_latest_review_goes_along(trip):
    place, _, _ = trip
    front, _ = parts_of((place / "second/articles/toe-twitching.md").read_text(encoding="utf-8"))
    review = {"reviewed_on": dt.date(2026, 11, 24), "next_due": dt.date(2028, 2, 29)}
    assert front["review"] == review | {"reviewer": "Dr =O’Neil \\ 🙂", "note": NASTY}


def progress_is_shown(trip):
    _, start, _ = trip
    assert "article 15 of 15" in start["said"]
    assert "checklist: twitching" in start["said"]


def test_out_and_in_again(trip, subtests):
    """One test, for the trip takes long and each process that runs a part of it would make one of its own."""
    for check in (
        what_was_loaded_exports_to_the_same_bytes,
        what_was_typed_is_stored_again,
        readers_see_the_same_pages,
        the_words_of_drafts_are_in_no_file,
        links_to_what_is_not_live_are_named,
        nothing_stands_against_what_the_site_begins_with,
        the_latest_review_goes_along,
        progress_is_shown,
    ):
        with subtests.test(check.__name__):
            check(trip)


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def small(db, media):
    """A small site: an article with a figure, a form, a source, two terms."""
    make_reference("ods")
    draft = make_draft(Article.objects.create(slug="toes"), body="## Why?\n\n![](foot)\n\nText.[^ods]")
    with TestCase.captureOnCommitCallbacks(execute=True):
        draft.figures.create(name="foot", image=picture(), alt="A foot")
    cramp = make_term("cramp", "cramps")
    cramp.references.add(Reference.objects.get())
    make_term("spasm")
    draft.unmarked_terms.add(cramp)
    draft.typeset()
    draft.publish(waiver="A test.")
    make_form("citrate", cautions="Ask.[^ods]")
    make_interaction()
    return draft


@pytest.mark.parametrize("kept", ["a file.txt", ".hidden"])
def test_a_folder_that_is_not_empty_is_refused(small, tmp_path, kept):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / kept).write_text("mine")
    with pytest.raises(CommandError, match="not empty"):
        run("export_content", tmp_path / "out")
    assert files(tmp_path / "out") == {kept: b"mine"}


def test_a_file_in_the_way_is_refused(small, tmp_path):
    (tmp_path / "out").write_text("mine")
    for path in ("out", "out/deeper"):
        with pytest.raises(CommandError, match="Nothing was written"):
            run("export_content", tmp_path / path)
    assert (tmp_path / "out").read_text() == "mine"


def test_a_folder_is_made_and_an_empty_one_is_used(small, tmp_path, monkeypatch):
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    for path in ("empty", "new/deep"):
        run("export_content", path)
    assert files(tmp_path / "empty") == files(tmp_path / "new/deep")
    assert {path.name for path in (tmp_path / "empty").iterdir()} == {"articles", "supplements", "triage"}


@pytest.mark.parametrize("exists", [True, False])
def test_a_picture_that_is_gone_is_named_and_nothing_is_left_behind(small, tmp_path, exists):
    if exists:
        (tmp_path / "out").mkdir()
    Path(small.figures.get().image.path).unlink()
    with pytest.raises(CommandError, match=r"article toes: the picture of “foot” is gone from the storage"):
        run("export_content", tmp_path / "out")
    assert (tmp_path / "out").exists() == exists
    assert files(tmp_path) == {}


@pytest.fixture
def folder(small, tmp_path):
    """What the small site exports, to be broken."""
    run("export_content", tmp_path / "out")
    return tmp_path / "out"


def test_loading_what_is_there_changes_nothing(folder):
    Reference.objects.update(title="Changed by an editor")
    before = stored()
    run("seed", folder)
    run("seed", folder)
    assert stored() == before
    assert ArticleEdition.objects.count() == Figure.objects.count() == 1


def test_two_exports_are_the_same(folder, tmp_path):
    run("export_content", tmp_path / "again")
    assert files(tmp_path / "again") == files(folder)


@pytest.mark.parametrize(
    ("path", "old", "new", "says"),
    [
        ("articles/toes.md", "[^ods]", "[^nobody]", r"toes.md, line \d+: there is no reference “nobody”"),
        ("articles/toes.md", "![](foot)", "![](hand)", r"toes.md, line \d+: there is no figure “hand”"),
        ("articles/toes.md", '"A foot"', '""', r"toes.md, line \d+: alt"),
        ("articles/toes.md", 'name = "foot"', 'name = "foot", width = 7', r"toes.md, line \d+: “width” is not known"),
        ("articles/toes.md", "+++", 'related = ["toes", 5]\n+++', r"toes.md"),
        ("articles/references.csv", ",trial,", ",gossip,", r"references.csv, line 2: kind"),
        ("articles/references.csv", ",current", ",current,more", r"references.csv, line 2: “a cell without a column”"),
        ("articles/glossary.toml", "What cramp means.", " ", r"glossary.toml, line \d+: Say what"),
        ("articles/glossary.toml", '"cramps"', "5", r"glossary.toml, line \d+: “terms” is not the kind"),
        ("articles/glossary.toml", '"cramps"', '"SPASM"', r"glossary.toml, line \d+: “spasm” is a name of “cramp”"),
        ("articles/glossary.toml", '"ods"', '"nobody"', r"glossary.toml, line \d+: there is no reference “nobody”"),
        ("articles/glossary.toml", 'name = "spasm"', 'hue = "red"', r"glossary.toml, line \d+: “hue” is not known"),
        ("articles/glossary.toml", 'slug = "spasm"', 'slug = "cramp"', r"glossary.toml, line \d+: there are two terms"),
        ("articles/toes.md", '"cramp"', '"nothing"', r"toes.md, line \d+: there is no term “nothing”"),
        ("articles/topics.toml", 'slug = "topic"', 'slug = "a topic"', r"topics.toml, line \d+: slug"),
        ("supplements/forms.toml", "[forms.review]", "[forms.look]", r"forms.toml, line \d+: “look” is not known"),
        ("supplements/forms.toml", "next_due = 20", "next_due = 19", r"forms.toml, line \d+: .*due after"),
        ("supplements/forms.toml", "[^ods]", "[^nobody]", r"forms.toml, line \d+: there is no reference “nobody”"),
        ("supplements/forms.toml", "[[forms]]", "[[form]]", r"forms.toml, line \d+: “form” is not known"),
        ("supplements/interactions.toml", '"Lithium"', "[5]", r"interactions.toml, line \d+: “name” has to be a text"),
        ("supplements/interactions.toml", '"lithium"', '"li thium"', r"interactions.toml, line \d+: slug"),
    ],
)
def test_a_broken_folder_is_named_and_nothing_is_loaded(folder, path, old, new, says):
    text = (folder / path).read_text(encoding="utf-8")
    assert old in text
    (folder / path).write_text(text.replace(old, new), encoding="utf-8")
    before = Article.objects.count(), Reference.objects.count()
    Reference.objects.create(
        key="there", title="x", authors="x", publisher="x", kind="trial", url="https://example.org"
    )
    with pytest.raises(CommandError, match=f"(?s)Nothing was loaded.*{says}"):
        run("seed", folder)
    assert (Article.objects.count(), Reference.objects.count()) == (before[0], before[1] + 1)


@pytest.mark.parametrize(
    "file",
    ["../figures/toes.foot.png", "/etc/hostname", "deep/toes.foot.png", "", ".hidden.png", "a\\b.png", "gone.png"],
)
def test_a_figures_file_is_a_plain_name_beside_its_article(folder, file):
    path = folder / "articles/toes.md"
    text = path.read_text(encoding="utf-8").replace('"toes.foot.png"', f"'{file}'")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CommandError, match=r"toes.md, line \d+: .*(plain file name|under figures)"):
        run("seed", folder)


@pytest.mark.parametrize("data", [b"", b"not a picture", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"])
def test_a_figures_file_is_a_picture(folder, data):
    (folder / "articles/figures/toes.foot.png").write_bytes(data)
    with pytest.raises(CommandError, match=r"toes.md, line \d+: “toes.foot.png”"):
        run("seed", folder)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CommandError, match="Nothing was loaded"):
        run("seed", tmp_path / "nowhere")
    assert [fault.file for fault in content.read(tmp_path).faults][-1] == "triage"


def test_what_would_not_load_again_is_not_exported(small, tmp_path):
    make_article("knees")
    ArticleEdition.objects.filter(document__slug="knees").update(body="Text.[^nobody]")
    with pytest.raises(CommandError, match=r"(?s)would not load again.*knees.md, line \d+: .*nobody"):
        run("export_content", tmp_path / "out")
    assert not (tmp_path / "out").exists()
