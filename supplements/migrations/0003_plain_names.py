"""What the desk calls two kinds of plain rows; nothing is stored differently."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("supplements", "0002_desk"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="intakereference",
            options={"ordering": ["position"], "verbose_name": "daily need"},
        ),
        migrations.AlterModelOptions(
            name="routecaution",
            options={"verbose_name": "caution by way of taking", "verbose_name_plural": "cautions by way of taking"},
        ),
    ]
