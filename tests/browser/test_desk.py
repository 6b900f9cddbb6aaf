"""The desk in a real browser, under the site's own policy: each role's work from signing in to a live page."""

import datetime as dt
from io import BytesIO

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from articles.models import ArticleEdition
from tests.browser.looks import assert_good
from tests.factories import make_article, make_draft, make_editor, make_reference, make_reviewer, make_topic


def sign_in(page, user):
    page.get_by_label("Username").fill(user.username)
    page.get_by_label("Password").fill("a long pass phrase")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("button", name="Log out")).to_be_visible()
    page.wait_for_load_state()  # its script too has begun


def step(page, name, button=None):
    """Take a step: from the edition's page to the page that says what it does, and its button."""
    page.get_by_role("link", name=name).click()
    page.get_by_role("button", name=button or name).click()


@pytest.fixture
def uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def someone(browser, live_server):
    """A function: a page of a browser of their own, signed in and at `path`."""
    contexts = []

    def arrive(user, path="/admin/", **options):
        context = browser.new_context(base_url=live_server.url, **options)
        contexts.append(context)
        page = context.new_page()
        page.goto(path)
        sign_in(page, user)
        return page

    yield arrive
    for context in contexts:
        context.close()


def test_a_new_editor_writes_an_article_with_a_source_a_table_and_a_figure(visit, live_server, client, uploads):
    picture = BytesIO()
    Image.new("RGB", (60, 40), "navy").save(picture, "PNG")
    make_reference("study")
    make_topic(name="Twitching")
    page = visit("/admin/")
    sign_in(page, make_editor())
    page.get_by_role("link", name="Write a new article").click()
    page.get_by_label("Address").fill("calves")
    page.get_by_role("button", name="Go on to write").click()
    page.get_by_label("Title").fill("Why calves twitch")
    page.get_by_label("Topic").select_option("Twitching")
    page.get_by_label("Description").fill("What makes a calf twitch.")
    page.get_by_label("Quick answer").fill("Calves twitch. It passes.")
    table = "Table: Two foods\n\n| Food | Magnesium |\n| --- | ---: |\n| Almonds | 80 mg |"
    page.get_by_label("Body").fill(f"## Why\n\nNobody knows.[^study]\n\n{table}\n\n![](calf)")
    beside = page.get_by_role("region", name="Preview of the text")
    expect(beside.get_by_role("table", name="Two foods")).to_be_visible()  # by itself, after a pause
    page.get_by_role("button", name="Add another Figure").click()
    page.locator("#id_figures-0-name").fill("calf")
    page.locator("#id_figures-0-image").set_input_files(
        {"name": "calf.png", "mimeType": "image/png", "buffer": picture.getvalue()}
    )
    page.locator("#id_figures-0-alt").fill("A calf muscle at rest")
    page.get_by_label("What changed").fill("First published.")
    page.get_by_role("button", name="Save", exact=True).first.click()
    step(page, "Submit for review")
    expect(page.get_by_text("Edition 1: in review")).to_be_visible()
    page.get_by_role("button", name="Log out").click()

    page.goto(f"{live_server.url}/admin/")
    sign_in(page, make_reviewer())
    page.get_by_role("link", name="Why calves twitch").click()
    page.get_by_role("link", name="Mark as reviewed").click()
    page.get_by_label("Note").fill("All of it.")
    page.get_by_label("I have read the whole page").check()
    page.get_by_role("button", name="Mark as reviewed").click()
    step(page, "Approve")
    step(page, "Publish now")
    page.get_by_role("link", name="See it on the site").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Why calves twitch")
    expect(page.get_by_role("img", name="A calf muscle at rest")).to_be_visible()
    assert client.get("/articles/calves/").status_code == 200


def test_a_reviewer_compares_and_schedules_and_the_reader_has_it_on_time(someone, page, live_server):
    live = make_article("calves", title="Calves", body="## Why\n\nOld words.")
    editor, reviewer = make_editor(), make_reviewer()
    desk = someone(editor, f"/admin/articles/articleedition/{live.pk}/change/")
    step(desk, "Start a draft")
    desk.get_by_label("Body").fill("## Why\n\nNew words.")
    desk.get_by_label("What changed").fill("Newer.")
    desk.get_by_role("button", name="Save", exact=True).first.click()
    step(desk, "Submit for review")

    desk = someone(reviewer)
    desk.get_by_role("link", name="Calves (edition 2)").click()
    desk.get_by_role("link", name="Compare with live").click()
    expect(desk.get_by_role("insertion").filter(has_text="New")).to_be_visible()
    expect(desk.get_by_role("deletion").filter(has_text="Old")).to_be_visible()
    desk.get_by_role("link", name="Edition 2", exact=True).click()
    step(desk, "Approve")
    desk.get_by_role("link", name="Schedule for").click()
    expect(desk.get_by_text("Times are Europe/London")).to_be_visible()
    tomorrow = timezone.localtime() + dt.timedelta(days=1)
    desk.get_by_label("Date").fill(f"{tomorrow:%Y-%m-%d}")
    desk.get_by_label("Time").fill(f"{tomorrow:%H:%M}")
    desk.get_by_role("button", name="Schedule").click()
    expect(desk.get_by_text("Edition 2: scheduled")).to_be_visible()

    page.goto(f"{live_server.url}/articles/calves/")
    expect(page.get_by_text("Old words.")).to_be_visible()
    # A day passes: what is live is a question about time, and nothing else has to happen.
    ArticleEdition.objects.filter(number=2).update(published_at=timezone.now() - dt.timedelta(seconds=1))
    page.reload()
    expect(page.get_by_text("New words.")).to_be_visible()


def test_a_second_editor_collides_and_loses_nothing(someone):
    draft = make_article("calves", title="Calves").document.start_draft(make_editor("eve"))
    address = f"/admin/articles/articleedition/{draft.pk}/change/"
    first, second = someone(make_editor("edith"), address), someone(make_editor("emil"), address)
    first.get_by_label("Title").fill("Her title")
    first.get_by_label("Body").fill("Her words.")
    first.get_by_role("button", name="Save", exact=True).first.click()
    second.get_by_label("Body").fill("His words.")
    second.get_by_label("What changed").fill("His note.")
    second.get_by_role("button", name="Save", exact=True).first.click()
    expect(second.get_by_role("heading", name="Two versions of this draft")).to_be_visible()
    expect(second.get_by_label("Title")).to_have_value("Her title")
    expect(second.get_by_label("Body")).to_have_value("His words.")
    expect(second.get_by_label("What changed")).to_have_value("His note.")
    second.get_by_label("Body").fill("Her words. His words.")
    second.get_by_role("button", name="Save", exact=True).first.click()
    expect(second.get_by_role("heading", name="Two versions of this draft")).to_be_hidden()
    draft.refresh_from_db()
    assert (draft.title, draft.body, draft.change_note) == ("Her title", "Her words. His words.", "His note.")


def test_leaving_an_unsaved_form_warns_and_a_saved_one_does_not(someone):
    draft = make_article("calves").document.start_draft(None)
    page = someone(make_editor(), f"/admin/articles/articleedition/{draft.pk}/change/")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_label("Body").fill("Words.")
    page.get_by_role("link", name="Home").click()
    expect(page.get_by_role("heading", name="Drafts in progress")).to_be_visible()
    assert asked == ["beforeunload"]
    page.goto(f"/admin/articles/articleedition/{draft.pk}/change/", wait_until="load")
    page.get_by_label("Body").fill("Words.")
    page.get_by_label("What changed").fill("A note.")
    page.get_by_role("button", name="Save", exact=True).first.click()
    page.get_by_role("link", name="Home").click()
    expect(page.get_by_role("heading", name="Drafts in progress")).to_be_visible()
    assert asked == ["beforeunload"]


def test_a_superuser_takes_all_content_along_without_javascript(someone, superuser):
    make_article("calves")
    page = someone(superuser, java_script_enabled=False)
    page.get_by_role("link", name="Take all content along").click()
    with page.expect_download() as download:
        page.get_by_role("button").filter(has_text="zip").click()
    assert download.value.suggested_filename.endswith(".zip")


def test_the_steps_work_without_javascript_and_with_the_keyboard(someone, live_server):
    draft = make_article("calves", title="Calves").document.start_draft(None)
    page = someone(make_editor(), f"/admin/articles/articleedition/{draft.pk}/change/", java_script_enabled=False)
    page.get_by_label("What changed").fill("Newer.")
    page.get_by_role("button", name="Save", exact=True).first.press("Enter")
    with page.expect_popup() as preview:
        page.get_by_role("button", name="Show what I have typed").press("Enter")
    expect(preview.value.get_by_role("heading", name="Calves")).to_be_visible()
    page.get_by_role("link", name="Submit for review").press("Enter")
    page.get_by_role("button", name="Submit for review").press("Enter")
    expect(page.get_by_text("Edition 2: in review")).to_be_visible()
    page.get_by_role("link", name="Preview links").press("Enter")
    page.get_by_role("button", name="Make a preview link").press("Enter")
    address = page.get_by_label("Your new link").input_value()
    stranger = page.context.browser.new_page()
    stranger.goto(address)
    expect(stranger.get_by_role("heading", level=1)).to_have_text("Calves")
    expect(stranger.get_by_role("status").filter(has_text="Preview")).to_be_visible()
    stranger.close()


def test_saving_that_takes_long_shows_that_it_goes_on(someone):
    page = someone(make_editor(), f"/admin/articles/articleedition/{make_draft().pk}/change/")
    bars = """form => {
        form.addEventListener("submit", event => event.preventDefault());  // the answer never comes
        form.requestSubmit();
        return form.getAnimations({subtree: true}).map(bar => [bar.animationName, bar.effect.getTiming().delay]);
    }"""
    assert page.locator("#content-main form").first.evaluate(bars) == [["grow", 1000]]  # milliseconds


def test_every_page_of_the_desk_obeys_the_policy_and_is_accessible(visit, superuser):
    draft = make_article("toes").document.start_draft(superuser)
    page = visit("/admin/")
    sign_in(page, superuser)
    edition = f"articles/articleedition/{draft.pk}"
    ours = ["", f"{edition}/change/", f"{edition}/do/schedule/", f"{edition}/compare/", f"{edition}/links/"]
    ours += [f"articles/article/{draft.document.pk}/{name}/" for name in ("change", "history", "used")]
    for address in ours:
        visit(f"/admin/{address}")
        assert_good(page, but=".select2-container", looks=("320px dark", "1280px light"))  # that is the stock admin's
    for address in ("articles/article/", "articles/topic/add/", "articles/reference/add/", "auth/user/"):
        visit(f"/admin/{address}")
