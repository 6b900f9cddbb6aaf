"""What stands against words before they are published, from one text and from the whole page."""

from html import escape

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from hypothesis import given, settings
from hypothesis import strategies as st

from articles import gate
from articles.editions import Refused
from articles.markdown import KINDS, LEVELS, render
from articles.models import ANCHORS, Article, ArticleEdition
from tests.articles.test_markdown import NASTY
from tests.articles.test_pictures import make_figure, make_picture, on_commit  # noqa: F401 - a fixture
from tests.factories import make_article, make_draft, make_form, make_form_draft, make_reference
from triage.ladder import Urgency
from triage.templatetags.triage import level

EASY = "We eat it all day. "


def read(markdown, field="body", references=()):
    return gate.read(render([markdown], references).html[0], field)


def blocking(findings):
    return [finding for finding in findings if finding.blocks]


def prose(text):
    return [passage.words for passage in text.passages]


# What is read


def test_prose_is_read_without_what_is_none():
    text = read(
        "## Heading\n\nOne *word*[^a] more.\nSame line.\n\n- Item `code`\n- Two\n\n| a | b |\n|---|---|\n| c | d |\n\n"
        "    pre\n\nTerm\n:   Meaning[^1]\n\n[^1]: Aside.",
        references={"a"},
    )
    assert prose(text) == ["One word more. Same line.", "Item", "Two", "Term", "Meaning", "Aside. back"]


def test_plain_text_is_read_by_lines_without_its_marks():
    text = gate.plain("Cramps.[^a][^b-1]\n\n More. ", "cautions", warns=True)
    assert text.passages == [gate.Passage("Cramps.", True), gate.Passage("More.", True)]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([*NASTY, "!!! emergency\n    ", "](#x)", "# ", "##### "]), max_size=40).map("".join))
def test_any_mixture_of_marks_is_read(text):
    """Whatever an editor types: no crash, every heading in its place, and nothing is left open at the end."""
    seen = read(text)
    reader = gate.Reader(gate.Text())
    reader.feed(render([text]).html[0])
    assert reader.open == []
    assert not +reader.inside
    for finding in [*gate.heading_findings(seen, 2), *gate.box_findings([seen]), *gate.language_findings([seen])]:
        assert finding.message


# Headings


@pytest.mark.parametrize(
    ("markdown", "top", "found"),
    [
        ("## a\n\n### b\n\n#### c\n\n## d", 2, 0),
        ("Words first.\n\n## a", 2, 0),
        ("# a", 2, 0),
        ("### a", 2, 1),
        ("## a\n\n#### b\n\n#### c", 2, 1),
        ("## a\n\n##### b", 2, 1),
        ("## a\n\n### b\n\n## c\n\n#### d", 2, 1),
        ("##\n\nWords.", 2, 1),
        ("## a", 3, 1),
        ("### a\n\n#### b", 3, 0),
        ("#### a", 3, 1),
    ],
)
def test_headings_go_down_one_level_at_a_time(markdown, top, found):
    findings = gate.heading_findings(read(markdown), top)
    assert len(findings) == found, findings
    assert all(finding.blocks and finding.field == "body" for finding in findings)


@given(st.lists(st.integers(2, 4), max_size=8))
def test_headings_pass_exactly_when_no_level_is_left_out(levels):
    text = gate.Text(headings=[(level, "x") for level in levels])
    expected = all(after <= before + 1 for before, after in zip([1, *levels], levels, strict=False))
    assert (gate.heading_findings(text, 2) == []) == expected


# Care cards


@pytest.mark.parametrize("kind", LEVELS)
def test_a_care_card_begins_with_the_words_of_its_level(kind):
    for typed, shown in (
        (' "Call now"', " Call now"),
        (' "**Call** now"', " <strong>Call</strong> now"),
        ("", ""),
        (' ""', ""),
    ):
        html = render([f"!!! {kind}{typed}\n    Text."]).html[0]
        title = f'<p class="admonition-title"><span class="level">{LEVELS[kind]}</span>{shown}</p>'
        assert f'<div class="care-card {kind}">{title}<p>Text.</p></div>' in html.replace("\n", "")


def test_the_checklist_uses_the_same_words():
    assert {urgency.word: level(urgency) for urgency in Urgency} == LEVELS


def test_a_card_of_two_levels_has_the_graver():
    assert 'class="care-card emergency"' in render(["!!! urgent emergency\n    Text."]).html[0]


def test_one_care_card_of_a_level_is_enough():
    one, two = read("!!! urgent\n    A.\n\n!!! emergency\n    B."), read("!!! urgent\n    C.", "faqs")
    assert gate.box_findings([one]) == []
    (finding,) = gate.box_findings([one, two])
    assert (finding.field, finding.blocks) == ("faqs", True)
    assert "urgent" in finding.message


@pytest.mark.parametrize("kind", [*KINDS, *LEVELS])
def test_every_kind_of_box_is_known(kind):
    assert gate.box_findings([read(f'!!! {kind} "Title"\n    Text.')]) == []


@pytest.mark.parametrize("kind", ["doctor", "emergancy", "warning"])
def test_a_box_of_an_unknown_kind_is_not_published(kind):
    assert blocking(gate.box_findings([read(f"!!! {kind}\n    Text.")]))


# Links


@pytest.fixture
def linked(db):
    """A function: what is found about one link in an article at /articles/here/."""

    def findings(address, words="the words", texts=(), anchors=()):
        texts = [*texts, gate.Text(links=[gate.Link(address, words)], field="body")]
        return gate.link_findings(texts, "/articles/here/", anchors)

    return findings


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/x",
        "mailto:desk@example.org",
        "/",
        "/articles/",
        "/articles",
        "/about/#contact",
        "/supplements/?q=citrate",
        "/check/safety/",
        "/articles/toes/",
        "/articles/toes",
        "../toes/#s-why",
        "/articles/toes/history/",
        "/articles/t%6Fes/",
        "/supplements/citrate/",
        "/articles/here/",
        "#known",
        "/articles/here/#known",
        "#sources",
        "?page=2",
        "/media/figures/a.png",
    ],
)
def test_a_link_that_leads_somewhere(address, linked, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    default_storage.save("figures/a.png", ContentFile(b"x"))
    make_article("toes")
    make_article("about", is_site_page=True)
    make_form("citrate")
    assert linked(address, texts=[read("## Known\n\n[x](#s-known)"), gate.Text(ids={"known"})], anchors=ANCHORS) == []


@pytest.mark.parametrize(
    "address",
    [
        "#unknown",
        "/articles/here/#unknown",
        "/nowhere/",
        "/articles/nowhere/",
        "/articles/nowhere",
        "nowhere/",
        "/supplements/toes/",
        "/articles/about/",
        "/check/nothing/",
        "/check/nothing/result/",
        "/articles/draft/",
        "/articles/draft/history/1/",
        "/articles/withdrawn/",
        "/articles/later/",
        "/admin/",
        "/admin/articles/article/1/change/",
        "/static/img/mark.svg",
        "/media/figures/b.png",
        "/media/%2e%2e/%2e%2e/etc/passwd",
        "/media/",
        "/%00",
        "//[",
        "",
        None,
    ],
)
def test_a_link_that_leads_nowhere_is_not_published(address, linked, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    make_article("toes")
    make_article("about", is_site_page=True)
    make_draft(Article.objects.create(slug="draft"))
    make_article("withdrawn").document.withdraw("It was wrong.")
    later = make_draft(Article.objects.create(slug="later"))
    ArticleEdition.objects.filter(pk=later.pk).update(state="published", published_at="2999-01-01T00:00Z")
    (finding,) = linked(address)
    assert finding.blocks
    assert finding.field == "body"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://example.org/", "the words"),
        ("HTTP://example.org/", "the words"),
        ("https://example.org/", "https://example.org/"),
        ("https://example.org/", "www.example.org"),
        ("/articles/", "/articles/"),
        ("/articles/", "here"),
        ("/articles/", "Click  here."),
        ("/articles/", " "),
    ],
)
def test_a_link_that_tells_too_little_is_a_warning(address, words, linked):
    (finding,) = linked(address, words)
    assert not finding.blocks


def test_links_of_citations_and_footnotes_are_not_asked_about(db):
    text = read("A.[^a] Note.[^1]\n\n[^1]: An aside.", references={"a"})
    assert gate.link_findings([text], "/articles/here/") == []


def test_many_links_take_one_query_for_each_kind_of_document(linked, django_assert_num_queries):
    for number in range(5):
        make_article(f"toe-{number}")
    texts = [read("\n\n".join(f"[toe](/articles/toe-{number}/)" for number in range(7)))]
    texts.append(read("[nothing](/supplements/nothing/)"))
    with django_assert_num_queries(2):  # articles, forms
        found = linked("#known", texts=[*texts, gate.Text(ids={"known"})])
    assert len(found) == 3


def test_the_anchors_of_the_template_are_there(client, editor):
    make_reference("ods")
    related = make_article("related")
    draft = make_draft(
        Article.objects.create(slug="about", is_site_page=True), body="## A\n\nA.[^ods]\n\n## B\n\nB.\n\n## C\n\nC."
    )
    draft.faqs.create(question="Why?", answer="Because.")
    draft.related.add(related.document)
    draft.typeset()
    draft.publish(waiver="A test.")
    shown = client.get("/about/").content.decode()
    assert [anchor for anchor in ANCHORS if f'id="{anchor}"' not in shown] == []


# Figures


def test_a_figure_says_what_it_tells_and_is_shown(db, on_commit, settings, tmp_path):  # noqa: F811
    settings.MEDIA_ROOT = tmp_path
    draft = make_draft(body="## Where\n\n![](arm)")
    row = on_commit(make_figure, make_picture(), edition=draft)
    draft.typeset()
    assert draft.findings() == []
    for alt in ("arm.png", "IMG_2041", "image", "Photo 3", "DSC00012.JPG"):
        draft.figures.update(alt=alt)
        assert [finding.field for finding in blocking(draft.findings())] == ["figures"], alt
    draft.figures.update(alt="A photo of an arm at rest")
    draft.body = "## Where\n\nNo picture."
    assert [(finding.field, finding.blocks) for finding in draft.findings()] == [("figures", False)]
    default_storage.delete(row.image.name)
    assert [(finding.field, finding.blocks) for finding in draft.findings()] == [("figures", False)] * 2


# Language


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("cat", 1),
        ("made", 1),
        ("people", 2),
        ("twitches", 2),
        ("helped", 1),
        ("started", 2),
        ("muscle", 2),
        ("nation", 2),
        ("magnesium", 4),
        ("idea", 2),
        ("over-breathing", 4),
        ("don’t", 1),
        ("350", 1),
        ("", 1),
    ],
)
def test_syllables(word, count):
    assert gate.syllables(word) == count


@given(st.text(max_size=60))
def test_every_word_has_a_syllable(word):
    assert gate.syllables(word) >= 1


def test_the_grade_rises_with_long_sentences_and_long_words():
    easy = ["We eat it all day long and then we rest."] * 20
    longer = [" ".join(easy[:4])] * 5
    harder = ["Electrophysiological investigation demonstrates hyperexcitability."] * 30
    grades = [gate.reading_grade(sentences) for sentences in (easy, longer, harder)]
    assert grades == sorted(grades)
    assert grades[0] < 3 < gate.HARDEST_GRADE < grades[1]
    assert gate.reading_grade(easy[:2]) == 0, "too short to tell"
    assert gate.reading_grade([]) == 0


def test_hard_words_are_a_warning_with_their_grade():
    text = gate.plain("Electrophysiological investigation demonstrates hyperexcitability. " * 30)
    (finding,) = gate.language_findings([text], "body")
    assert (finding.field, finding.blocks) == ("body", False)
    assert f"{gate.reading_grade(['Electrophysiological investigation demonstrates hyperexcitability.'] * 30):.1f}" in (
        finding.message
    )


def test_long_sentences_are_named_five_at_most_and_the_rest_counted():
    fits, long = "We " + "go " * 23 + "on. ", "We " + "go " * 24 + "on. "
    assert gate.language_findings([gate.plain(fits)]) == []
    assert len(gate.language_findings([gate.plain(long * 2)])) == 2
    findings = gate.language_findings([gate.plain(long * 8)])
    assert len(findings) == gate.MOST_NAMED + 1
    assert findings[-1].message.startswith("3 ")
    assert not blocking(findings)


def test_a_sentence_ends_where_a_reader_hears_it():
    text = read('He asked "Why?" She said "No." (It was so.) About 3.5 g, e.g. salt. 2 of them stayed')
    assert [len(gate.SENTENCE_END.split(passage.words)) for passage in text.passages] == [5]


@pytest.mark.parametrize("kind", ["caution", *LEVELS])
@pytest.mark.parametrize("word", ["don't", "Can’t", "won't"])
def test_a_contraction_in_a_warning_is_a_warning(kind, word):
    (finding,) = gate.language_findings([read(f'!!! {kind} "Title"\n    {word} go.')])
    assert not finding.blocks
    assert gate.language_findings([read(f'{word} go.\n\n!!! note "Title"\n    {word} go. Cannot go.')]) == []


# On editions


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"body": "### Too deep"}, "body"),
        ({"quick_answer": "## Too high"}, "quick_answer"),
        ({"key_points": "See [there](/nowhere/)."}, "key_points"),
        ({"body": "!!! urgent\n    A.\n\n!!! urgent\n    B."}, "body"),
        ({"body": "## A\n\n[there](#nowhere)"}, "body"),
    ],
)
def test_an_article_is_not_published_with_a_fault_and_names_its_field(changes, field):
    draft = make_draft(**changes)
    (finding,) = blocking(draft.findings())
    assert finding.field == field
    with pytest.raises(Refused):
        draft.publish(waiver="A test.")


def test_an_answer_is_read_too(db):
    draft = make_draft()
    draft.faqs.create(question="Why?", answer="## Too high")
    assert [finding.field for finding in draft.findings()] == ["faqs"]


@pytest.mark.parametrize(("status", "blocks"), [("retracted", True), ("superseded", False)])
def test_what_became_of_a_source_is_found(db, status, blocks):
    source = make_reference("ods")
    article = make_draft(body="## A\n\nA.[^ods]")
    form = make_form_draft(cautions="Ask first.[^ods]")
    source.status = status
    source.save()
    for edition in (article, form):
        (finding,) = edition.findings()
        assert finding.blocks is blocks
        assert "ods" in finding.message


def test_the_cells_of_a_form_are_read_and_its_cautions_are_warnings(db):
    form = make_form_draft(cautions="Don't take it.", best_for="Don't know.")
    (finding,) = form.findings()
    assert (finding.field, finding.blocks) == ("cautions", False)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body",
    ["[a](/articles/{}/)\n\n", "[a](#x{})\n\n", "!!! x{}\n    y\n\n", "## {}\n\n", "Don't " * 9 + "{} . A"],
    ids=["links", "anchors", "boxes", "headings", "words"],
)
def test_a_long_hostile_text_is_read_in_a_moment(body):
    """The texts are as long as a form lets through; reading them takes less time than rendering them did."""
    html = render(["".join(body.format(number) for number in range(2000))[:40_000]]).html[0]
    text = gate.read(html, "body")
    gate.heading_findings(text, 2)
    gate.box_findings([text])
    gate.language_findings([text])
    assert len(gate.link_findings([text], "/articles/here/")) <= 4001


@given(st.text(max_size=300).map(escape))
def test_any_text_has_passages_of_words_only(html):
    for passage in gate.read(f"<p>{html}</p>").passages:
        assert passage.words == " ".join(passage.words.split()) != ""
