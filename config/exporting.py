"""All content as a zip, for those who may see everything: a copy to keep, or to start another site with."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import FileResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from articles.editions import Refused
from articles.models import ArticleEdition, EvidenceRow, Misconception, Reference, Synonym, Term
from supplements.models import Food, Interaction, SupplementEdition
from triage.models import ChecklistEdition

LEFT_OUT = "left-out.txt"


@require_http_methods(["GET", "HEAD", "POST"])
def export(request):
    """Say what the zip holds; on POST hand it over. What cannot be exported is named, and nothing is sent."""
    if not request.user.is_superuser:
        raise PermissionDenied
    refusal = ""
    if request.method == "POST":
        try:
            file = zipped()
        except Refused as error:
            refusal = str(error)
        else:
            name = f"twitchwise-content-{timezone.localdate().isoformat()}.zip"
            return FileResponse(file, as_attachment=True, filename=name, headers={"Cache-Control": "no-store"})
    context = admin.site.each_context(request) | {
        "title": "Export all content",
        "counts": counts(),
        "refusal": refusal.splitlines(),
    }
    return render(request, "admin/export.html", context, status=409 if refusal else 200)


def counts() -> list[tuple[str, int]]:
    """How much of everything the zip holds."""
    return [
        ("Articles and pages about the site", ArticleEdition.objects.live().count()),
        ("Forms of magnesium", SupplementEdition.objects.live().count()),
        ("Checklists", ChecklistEdition.objects.live().count()),
        ("Medicines and conditions", Interaction.objects.count()),
        ("Foods", Food.objects.count()),
        ("Sources", Reference.objects.count()),
        ("Terms of the glossary", Term.objects.count()),
        ("Answers about the evidence", EvidenceRow.objects.count()),
        ("Common mistakes", Misconception.objects.count()),
        ("What readers call things", Synonym.objects.count()),
    ]


def zipped() -> BinaryIO:
    """A zip of everything that is live, on disk and open at its start; it goes when it is closed."""
    from config import content  # with all that reads and writes seeds, which no reader's request needs

    with TemporaryDirectory() as name:
        if left_out := content.write(Path(name)):
            Path(name, LEFT_OUT).write_text("\n".join([*left_out, ""]), encoding="utf-8")
        file = TemporaryFile()  # noqa: SIM115 - the response closes it
        pack(Path(name), file)
    file.seek(0)
    return file


def pack(folder: Path, file: BinaryIO) -> None:
    """Zip the folder so that the same files always give the same bytes: in order, and without their times."""
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.is_dir():
                archive.mkdir(name, 0o755)
                continue
            entry = ZipInfo(name)
            entry.compress_type = ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            with path.open("rb") as source, archive.open(entry, "w") as target:
                shutil.copyfileobj(source, target)
