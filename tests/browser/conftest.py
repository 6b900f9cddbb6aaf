"""A real Chromium for the tests in this folder, and the reason in a line where there is none."""

import os
import shutil

import pytest

# Playwright's synchronous interface runs an event loop in this thread, which Django takes for a mistake.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


def missing() -> str:
    """Why no browser test can run, or nothing."""
    try:
        import axe_playwright_python  # noqa: F401
        import pytest_playwright  # noqa: F401
    except ImportError:
        return "the browser group is not installed (uv run --group browser pytest)"
    return "" if CHROMIUM else "no Chromium was found (CHROMIUM, chromium, google-chrome)"


def pytest_collection_modifyitems(items):
    reason = missing()
    for item in items:
        if "tests/browser" in item.nodeid:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True))
            if reason:
                if os.environ.get("CI"):
                    raise pytest.UsageError(f"Browser tests may not be skipped here: {reason}.")
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def browser_type_launch_args():
    quiet = ("--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync")
    return {"executable_path": CHROMIUM, "args": [*quiet, "--no-first-run", "--disable-quic"]}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return browser_context_args | {"reduced_motion": "reduce"}  # nothing to wait for between pages


@pytest.fixture
def visit(page, live_server):
    """A function that opens a path; the test fails at its end if the browser complained about anything."""
    complaints = []
    page.on("console", lambda told: complaints.append(told.text) if told.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))

    def goto(path, status=200):
        response = page.goto(live_server.url + path)
        assert response.status == status
        if status != 200:
            complaints[:] = [text for text in complaints if f"status of {status}" not in text]
        return page

    yield goto
    refused = ("status of 403", "status of 422")  # a form was answered with what is wrong, which is no complaint
    overtaken = (
        "htmx:afterRequest",
        "htmx:sendError",
        "htmx:sendAbort",
    )  # the next page came before htmx had its answer
    assert [text for text in complaints if not any(known in text for known in (*refused, *overtaken))] == []


@pytest.fixture
def plain_page(browser, live_server):
    """A page of a browser without JavaScript."""
    context = browser.new_context(java_script_enabled=False, base_url=live_server.url)
    yield context.new_page()
    context.close()
