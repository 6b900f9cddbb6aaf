"""Where a row is used: by relations and by links in texts, live or in work, and not in what is long superseded."""

import pytest

from articles.models import ArticleEdition
from articles.usage import claims_of, is_used, live_pages_naming, mentions_of
from tests.articles.typing import take
from tests.factories import make_article, make_draft, make_form, make_interaction, make_reference
from triage.models import Checklist, ChecklistEdition

pytestmark = pytest.mark.django_db


def test_a_source_is_used_by_rows_of_every_kind():
    source = make_reference("study")
    article = make_article(body="Some words.[^study]")
    form = make_form(cautions="Careful.[^study]")
    lithium = make_interaction("lithium", what_to_do="Ask.[^study]")
    document = Checklist.objects.create(slug="check")
    checklist = ChecklistEdition.objects.create(document=document, number=1, title="Check")
    advice = checklist.advices.create(slug="rest", kind="cause", title="Rest", text="Sleep.")
    advice.references.add(source)
    found = {(mention.row, mention.part) for mention in mentions_of(source)}
    assert found == {(article, None), (form, None), (lithium, None), (checklist, advice)}
    assert is_used(source)
    assert not is_used(make_reference("other"))


def test_what_is_superseded_counts_no_more_but_still_holds_its_source(editor, reviewer):
    source = make_reference("study")
    old = make_article(body="Some words.[^study]")
    new = old.document.start_draft(editor)
    ArticleEdition.objects.filter(pk=new.pk).update(body="Other words.", change_note="Better.")
    new.refresh_from_db()
    new.typeset()
    assert [mention.row for mention in mentions_of(source)] == [old]
    new.publish(reviewer, waiver="A test.")
    assert mentions_of(source) == []
    assert is_used(source)


def test_an_article_is_used_by_links_and_by_lists():
    target = make_article("calves").document
    linking = make_article(body="See [calves](/articles/calves/).")
    draft = make_draft(body="See [a part](/articles/calves/#s-why).")
    listing = make_article()
    listing.related.add(target)
    form = make_form()
    form.articles.add(target)
    make_article("calves-and-toes")
    similar = make_article(body="See [others](/articles/calves-and-toes/).")
    found = {mention.row for mention in mentions_of(target)}
    assert found == {linking, draft, listing, form}
    assert set(live_pages_naming(target)) == {linking, listing, form}
    assert similar not in found


def test_an_answer_that_links_is_found_inside_its_page():
    target = make_form("citrate").document
    draft = make_draft()
    faq = draft.faqs.create(question="Which?", answer="Try [citrate](/supplements/citrate/).")
    draft.typeset()
    faq.refresh_from_db()
    (mention,) = mentions_of(target)
    assert (mention.row, mention.part, mention.standing) == (draft, faq, "draft")


def test_each_sentence_that_rests_on_a_source_is_listed():
    source = make_reference("study")
    make_reference("other")
    edition = make_article(
        key_points="One.[^other]\nTwo things.[^study]",
        body="First.[^other] The second is this.[^other][^study] The third is not.\n\n- A line of a list[^study]",
    )
    ((mention, sentences),) = claims_of(source)
    assert mention.row == edition
    assert sentences == ["Two things.", "The second is this.", "- A line of a list"]


def test_withdrawing_a_page_names_those_that_lead_to_it_and_asks(reviewer, sign_in):
    target = make_article("calves")
    linking = make_article(title="Toes", body="See [calves](/articles/calves/).")
    client = sign_in(reviewer)
    address = f"/admin/articles/articleedition/{target.pk}/do/withdraw/"
    assert client.get(address).context["linking"] == [linking]
    assert take(client, target, "withdraw", {"reason": "Wrong."}).status_code == 200
    assert target.standing == "live"
    assert take(client, target, "withdraw", {"reason": "Wrong.", "knows_links": "on"}).status_code == 302
    assert target.document.live_edition is None
