"""What templates keep for the next page: a piece for its values and nothing else, paths, dates."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template, TemplateSyntaxError, defaultfilters
from django.template.base import Template as Compiled
from django.urls import NoReverseMatch
from django.utils.safestring import SafeString
from django.utils.timezone import template_localtime

from articles.templatetags import once

MOMENT = dt.datetime(2026, 7, 1, 23, 30, tzinfo=dt.UTC)  # the next day already, in summer time


class Told:
    """A value that knows how often it was written."""

    times = 0

    def __str__(self):
        self.times += 1
        return "told"


def render(text: str | Compiled, **values) -> str:
    return (Template(text) if isinstance(text, str) else text).render(Context(values))


def test_a_piece_is_made_once_for_the_same_values():
    piece, value = Template("{% once shown=value how=how %}{{ shown }} {{ how }}{% endonce %}"), Told()
    assert [render(piece, value=value, how=how) for how in (1, 1, 2, 1)] == ["told 1", "told 1", "told 2", "told 1"]
    assert value.times == 2


def test_a_piece_knows_nothing_but_its_values():
    text = "{% once shown=value %}{{ shown }}{{ value }}{{ request }}{% endonce %}"
    assert render(text, value="A", request="secret") == "A"


def test_a_piece_tells_apart_what_is_equal_and_is_written_otherwise():
    piece = Template("{% once shown=value %}{{ shown }}{% endonce %}")
    values = ["<b>", SafeString("<b>"), 1, True, 1.0]
    assert [render(piece, value=value) for value in values] == ["&lt;b&gt;", "<b>", "1", "True", "1.0"]
    assert piece.render(Context({"value": "<b>"}, autoescape=False)) == "<b>"


def test_no_more_pieces_are_kept_than_there_is_room_for(monkeypatch):
    monkeypatch.setattr(once, "MOST_KEPT", 3)
    piece = Template("{% once shown=value %}{{ shown }}{% endonce %}")
    assert [render(piece, value=value) for value in range(10)] == [*"0123456789"]
    assert len(piece.nodelist[0].kept) <= 3


@pytest.mark.parametrize("values", ["value", "shown=value value"])
def test_a_value_without_a_name_is_a_mistake(values):
    with pytest.raises(TemplateSyntaxError):
        Template(f"{{% once {values} %}}{{{{ value }}}}{{% endonce %}}")


def test_no_block_stands_in_a_piece():
    with pytest.raises(TemplateSyntaxError):
        Template("{% once %}{% if yes %}{% block name %}{% endblock %}{% endif %}{% endonce %}")


def test_a_path_is_the_one_that_django_finds():
    assert render("{% url 'articles:detail' slug %}", slug="a-b") == "/articles/a-b/"
    assert render("{% url 'articles:detail' slug=slug %}", slug="a-b") == "/articles/a-b/"
    numbered = render("{% url 'articles:edition' 'a' number as found %}-{{ found }}", number=2)
    assert numbered == "-/articles/a/history/2/"
    assert render("{% url 'articles:nowhere' as found %}-{{ found }}") == "-"
    with pytest.raises(NoReverseMatch):
        render("{% url 'articles:nowhere' %}")
    with pytest.raises(NoReverseMatch):
        render("{% url 'articles:detail' '' %}")
    assert render("{% url 'articles:detail' slug as found %}-{{ found }}", slug=["a list"]) == "-"


@pytest.mark.parametrize("value", [MOMENT, MOMENT.date(), None, "", "no date"])
@pytest.mark.parametrize("how", ["j F Y", "c", "Y-m-d"])
def test_a_date_is_written_as_django_writes_it(value, how, settings):
    settings.TIME_ZONE = "Europe/London"
    expected = defaultfilters.date(template_localtime(value), how)
    assert render(f"{{{{ value|date:'{how}' }}}}", value=value) == str(expected)


def test_a_moment_is_written_as_it_is_in_the_zone_that_is_asked_for(settings):
    settings.TIME_ZONE = "Europe/London"
    how = 'date:"j H:i T"'
    text = "{% load tz %}{{ v|" + how + " }}, {{ v|utc|" + how + " }}, {{ v|timezone:'Asia/Tokyo'|" + how + " }}"
    assert render(text, v=MOMENT) == "2 00:30 BST, 1 23:30 UTC, 2 08:30 JST"
    hour = dt.datetime(2026, 10, 25, 1, 30, tzinfo=ZoneInfo("Europe/London"))  # which comes twice
    assert render("{{ v|date:'c' }}", v=hour) == "2026-10-25T01:30:00+01:00"
    assert render("{{ v|date:'c' }}", v=hour.replace(fold=1)) == "2026-10-25T01:30:00+00:00"


def test_a_date_without_a_way_to_write_it_has_the_usual_one():
    assert render("{{ value|date }}", value=MOMENT.date()) == defaultfilters.date(MOMENT.date())
