"""The full-text index, which no model can describe: see `articles.search.sqlite` and `articles.search.postgresql`."""

from django.db import migrations

SQLITE = """
    CREATE VIRTUAL TABLE articles_findable_fts USING fts5(
        title, headings, summary, body, about, tokenize = 'unicode61 remove_diacritics 0'
    )
"""
COLUMNS = ("title_words", "top_words", "main_words", "all_words")


def create(apps, schema_editor):
    apps.get_model("articles", "Findable").objects.all().delete()  # what is in no index yet: it will be made anew
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(SQLITE)
        return
    for column in COLUMNS:
        schema_editor.execute(f"ALTER TABLE articles_findable ADD COLUMN {column} tsvector")
        schema_editor.execute(
            f"CREATE INDEX articles_findable_{column} ON articles_findable USING gin ({column}) WITH (fastupdate = off)"
        )


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TABLE articles_findable_fts")
        return
    for column in COLUMNS:
        schema_editor.execute(f"ALTER TABLE articles_findable DROP COLUMN {column}")


class Migration(migrations.Migration):
    dependencies = [("articles", "0006_search_index")]

    operations = [migrations.RunPython(create, drop)]
