"""The desk in a real browser, under the site's own policy: an article from nothing to its readers."""

from playwright.sync_api import expect

from tests.factories import make_article, make_editor, make_reference, make_reviewer, make_topic


def sign_in(page, user):
    page.get_by_label("Username").fill(user.username)
    page.get_by_label("Password").fill("a long pass phrase")
    page.get_by_role("button", name="Log in").click()


def test_an_article_from_nothing_to_its_readers(visit, browser, live_server, client):
    make_reference("study")
    make_topic(name="Twitching")
    page = visit("/admin/articles/article/add/")
    sign_in(page, make_editor())
    page.get_by_label("Address").fill("calves")
    page.get_by_role("button", name="Save", exact=True).first.click()
    page.get_by_label("Article").select_option("calves")
    page.get_by_label("Title").fill("Why calves twitch")
    page.get_by_label("Topic").select_option("Twitching")
    page.get_by_label("Description").fill("What makes a calf twitch.")
    page.get_by_label("Quick answer").fill("Calves twitch. It passes.")
    page.get_by_label("Body").fill("## Why\n\nNobody knows.[^study]")
    page.get_by_label("What changed").fill("First published.")
    page.get_by_role("button", name="Save and continue editing").first.click()
    page.get_by_role("link", name="Submit for review").click()
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_text("Edition 1: in review")).to_be_visible()
    page.get_by_role("button", name="Log out").click()

    page.goto(f"{live_server.url}/admin/articles/article/")
    sign_in(page, make_reviewer())
    page.get_by_role("link", name="calves").click()
    page.get_by_role("link", name="1: Why calves twitch").click()
    page.get_by_role("link", name="Mark as reviewed").click()
    page.get_by_label("Next review due").fill("2099-01-01")
    page.get_by_role("button", name="Mark as reviewed").click()
    for step in ("Approve", "Publish now"):
        page.get_by_role("link", name=step).click()
        page.get_by_role("button", name=step).click()
    page.get_by_role("link", name="See it on the site").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Why calves twitch")
    assert client.get("/articles/calves/").status_code == 200


def test_every_page_of_the_desk_obeys_the_policy(visit, superuser):
    draft = make_article("toes").document.start_draft(superuser)
    page = visit("/admin/")
    sign_in(page, superuser)
    addresses = ["", "articles/article/", "articles/topic/add/", "articles/reference/add/", "auth/user/"]
    addresses += [f"articles/articleedition/{draft.pk}/change/", f"articles/articleedition/{draft.pk}/do/schedule/"]
    addresses += [f"articles/article/{draft.document.pk}/change/", f"articles/articleedition/{draft.pk}/history/"]
    for address in addresses:
        visit(f"/admin/{address}")
