"""What the desk says of fields, in plainer words; nothing is stored differently."""

import django.core.validators
from django.db import migrations, models

import articles.models.cited


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0007_full_text"),
    ]

    operations = [
        migrations.AlterField(
            model_name="evidencerow",
            name="answer",
            field=articles.models.cited.CitedText(
                help_text="What trials have shown and what not, in short sentences. Cite with [^key], the key of a source, as in [^kim-2021].",
                max_length=1000,
            ),
        ),
        migrations.AlterField(
            model_name="evidencerow",
            name="people",
            field=articles.models.cited.CitedText(
                help_text="How many, in which trial, or “We have not counted them”. Cite with [^key], the key of a source, as in [^kim-2021].",
                max_length=300,
                verbose_name="people studied",
            ),
        ),
        migrations.AlterField(
            model_name="evidencerow",
            name="slug",
            field=models.SlugField(
                help_text="The last part of its address on the page: /evidence/#answer-cramps",
                max_length=60,
                unique=True,
                verbose_name="address",
            ),
        ),
        migrations.AlterField(
            model_name="misconception",
            name="right",
            field=articles.models.cited.CitedText(
                help_text="In one or two short sentences. Cite with [^key], the key of a source, as in [^kim-2021].",
                max_length=1000,
                verbose_name="what is right",
            ),
        ),
        migrations.AlterField(
            model_name="misconception",
            name="slug",
            field=models.SlugField(
                help_text="The last part of its address on the page: /evidence/#mistake-cramps",
                max_length=60,
                unique=True,
                verbose_name="address",
            ),
        ),
        migrations.AlterField(
            model_name="reference",
            name="doi",
            field=models.CharField(
                blank=True,
                help_text="The lasting number of a paper, such as 10.1186/s12937-021-00747-9, without https:// before it.",
                max_length=120,
                validators=[django.core.validators.RegexValidator("^10\\.\\d{4,}/\\S+$", "A DOI begins with 10.")],
                verbose_name="DOI",
            ),
        ),
        migrations.AlterField(
            model_name="reference",
            name="key",
            field=models.SlugField(
                help_text="Its name in texts: [^kim-2021] cites the source with the key kim-2021.",
                max_length=60,
                unique=True,
            ),
        ),
        migrations.AlterField(
            model_name="reference",
            name="kind",
            field=models.CharField(
                choices=[
                    ("guideline", "guideline"),
                    ("systematic-review", "systematic review"),
                    ("trial", "randomised controlled trial"),
                    ("crossover", "crossover trial"),
                    ("pilot", "small or uncontrolled trial"),
                    ("observation", "observational study"),
                    ("animal", "animal study"),
                    ("laboratory", "laboratory study"),
                    ("review", "review article"),
                    ("commentary", "commentary"),
                    ("report", "expert report"),
                    ("regulator", "regulator’s notice"),
                    ("product", "product information"),
                    ("fact-sheet", "health fact sheet"),
                    ("data", "data set"),
                ],
                max_length=20,
                verbose_name="kind of evidence",
            ),
        ),
        migrations.AlterField(
            model_name="reference",
            name="pmid",
            field=models.CharField(
                blank=True,
                help_text="Its number in PubMed, a public list of medical papers. Digits only.",
                max_length=12,
                validators=[django.core.validators.RegexValidator("^\\d+$", "A PMID is a number.")],
                verbose_name="PMID",
            ),
        ),
        migrations.AlterField(
            model_name="reference",
            name="status",
            field=models.CharField(
                choices=[("current", "current"), ("superseded", "superseded"), ("retracted", "retracted")],
                default="current",
                help_text="Superseded: a newer version has taken its place; add that one as a source too. Retracted: its publisher has taken it back. Readers see either word wherever the source is cited.",
                max_length=12,
            ),
        ),
    ]
