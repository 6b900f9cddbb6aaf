"""The forms, medicines, foods and intake rows that the site begins with."""

import shutil

import pytest
from django.core.management import call_command

from articles import seeding as articles
from supplements import seeding
from supplements.models import Food, IntakeReference, Interaction, SupplementEdition

pytestmark = pytest.mark.django_db


@pytest.fixture
def words():
    return articles.read()


def test_the_files_have_no_faults(words):
    seeds = seeding.read(words)
    assert [str(fault) for fault in seeds.faults] == []
    assert (len(seeds.forms), len(seeds.interactions), len(seeds.foods), len(seeds.intake)) == (16, 23, 44, 19)
    assert {row.kind for row in seeds.interactions} == {"medicine", "condition"}


def test_loading_publishes_every_form_with_its_sources(client):
    call_command("seed", verbosity=0)
    live = SupplementEdition.objects.live()
    assert live.count() == 16
    assert not live.filter(references=None).exists()
    for model in (Interaction, Food, IntakeReference):
        assert not model.objects.filter(references=None).exists(), model
    for edition in live:
        assert client.get(edition.document.get_absolute_url()).status_code == 200
    Food.objects.filter(name__startswith="Banana").update(serving="1 large")
    call_command("seed", verbosity=0)
    assert Food.objects.get(name__startswith="Banana").serving == "1 large"


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        ("forms.toml", 'route = "oral"', 'route = "moon"', "route"),
        ("forms.toml", "[^walker-2003]", "[^nobody]", "nobody"),
        ("forms.toml", 'slug = "citrate"', 'slug = "dose"', "address of another page"),
        ("forms.toml", 'slug = "citrate"', 'slug = "citrate', "cannot be read"),
        ("interactions.toml", 'severity = "important"', 'severity = "dire"', "severity"),
        ("foods.csv", ",156,", ",lots,", "magnesium_mg"),
        ("intake.csv", ",350,", ",soon,", "upper_mg"),
    ],
)
def test_a_broken_file_is_named_with_its_reason(words, tmp_path, name, old, new, says):
    shutil.copytree(seeding.HERE, tmp_path / "seeds")
    path = tmp_path / "seeds" / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    faults = seeding.read(words, tmp_path / "seeds").faults
    assert faults
    assert faults[0].file == name
    assert any(says in fault.reason for fault in faults)
