"""What may be uploaded as a figure, what becomes of it, and that nothing is left of what is refused."""

import re
import struct
import subprocess
import sys
import zlib
from io import BytesIO

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from PIL import ExifTags, Image, ImageCms, ImageDraw, PngImagePlugin

from articles import pictures, pixels
from articles.models import Figure
from tests.articles.test_admin import form, page
from tests.factories import make_draft

pytestmark = pytest.mark.django_db

TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}
FORMATS = {"png": "PNG", "jpg": "JPEG", "webp": "WEBP"}


@pytest.fixture(autouse=True)
def storage(settings, tmp_path):
    """An empty storage of the test's own, and a folder of its own for uploads under way."""
    settings.MEDIA_ROOT, settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "media", tmp_path / "uploads"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()
    return default_storage


def make_picture(suffix="png", size=(40, 30), mode="RGB", colour=None, **options) -> bytes:
    file = BytesIO()
    Image.new(mode, size, colour if colour is not None else 0).save(file, FORMATS[suffix], **options)
    return file.getvalue()


def make_upload(data, name="arm.png", kind=None):
    return SimpleUploadedFile(name, data, kind or TYPES[name.rpartition(".")[2]])


def figure(upload, **changes):
    fields = {"name": "arm", "alt": "An arm at rest", "caption": "", "image": upload} | changes
    return {f"figures-0-{name}": value for name, value in fields.items()} | {"figures-TOTAL_FORMS": 1}


def files(folder) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def huge_png() -> bytes:
    """A bomb: 100 megapixels in a few kilobytes."""
    header = struct.pack(">IIBBBBB", 10_000, 10_000, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes(10_001) * 10_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def huge_webp() -> bytes:
    """A header that claims 16,383 by 16,383 pixels, with a small picture behind it."""
    small = make_picture("webp", lossless=True)[12:]
    extended = b"VP8X" + struct.pack("<I", 10) + bytes(4) + (16_382).to_bytes(3, "little") * 2
    return b"RIFF" + struct.pack("<I", 4 + len(extended + small)) + b"WEBP" + extended + small


def with_text(text, **options) -> bytes:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", text, **options)
    return make_picture(pnginfo=notes)


def moving(suffix) -> bytes:
    file = BytesIO()
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    frames[0].save(file, FORMATS[suffix], save_all=True, append_images=frames[1:])
    return file.getvalue()


def with_preview() -> bytes:
    """A JPEG as cameras make it: with a small JPEG, and so an end of its own, inside its EXIF."""
    exif = b"Exif\0\0" + Image.Exif().tobytes().removeprefix(b"Exif\0\0") + make_picture("jpg", (4, 4))
    return make_picture("jpg", exif=exif)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HOSTILE = {
    "svg": (SVG, "a.svg", "image/svg+xml", "kind"),
    "svg called png": (SVG, "a.png", None, "kind"),
    "gif": (b"GIF89a" + bytes(40), "a.gif", "image/gif", "kind"),
    "gif called png": (b"GIF89a" + bytes(40), "a.png", None, "kind"),
    "no picture": (b"not a picture", "a.png", None, "kind"),
    "jpeg called png": (make_picture("jpg"), "a.png", None, "kind"),
    "png declared as jpeg": (make_picture(), "a.png", "image/jpeg", "kind"),
    "png declared as a page": (make_picture(), "a.png", "text/html", "kind"),
    "two suffixes": (make_picture(), "a.png.html", "image/png", "kind"),
    "too many bytes": (make_picture() + bytes(pixels.MOST_BYTES), "a.png", None, "size"),
    "a bomb": (huge_png(), "a.png", None, "pixels"),
    "a bomb in webp": (huge_webp(), "a.webp", None, "pixels"),
    "just too many pixels": (make_picture("jpg", (5001, 5000), "L"), "a.jpg", None, "pixels"),
    "png that breaks off": (make_picture("png", (200, 200))[:-20], "a.png", None, "truncated"),
    "jpeg that breaks off": (make_picture("jpg", (200, 200))[:-20], "a.jpg", None, "truncated"),
    "webp that breaks off": (make_picture("webp", (200, 200))[:-20], "a.webp", None, None),
    "damaged pixels": (make_picture("png", (99, 99)).replace(b"IDAT", b"IDAT\0", 1), "a.png", None, None),
    "moving png": (moving("png"), "a.png", None, "animated"),
    "moving webp": (moving("webp"), "a.webp", None, "animated"),
    "zip after png": (make_picture() + b"PK\3\4", "a.png", None, "trailing"),
    "page after jpeg": (make_picture("jpg") + b"<html>", "a.jpg", None, "trailing"),
    "picture after jpeg": (make_picture("jpg") * 2, "a.jpg", None, "trailing"),
    "more after webp": (make_picture("webp") + b"xx", "a.webp", None, "trailing"),
    "script in a text": (with_text("<sCript>alert(1)</script>"), "a.png", None, "markup"),
    "php in a compressed text": (with_text("<?php exit();" + "x" * 400, zip=True), "a.png", None, "markup"),
    "page in a comment": (make_picture("jpg", comment=b"<html><body>"), "a.jpg", None, "markup"),
    "page in metadata": (make_picture("webp", xmp=b"<svg onload=x>"), "a.webp", None, "markup"),
}


@pytest.mark.parametrize(("data", "name", "kind", "code"), HOSTILE.values(), ids=list(HOSTILE))
def test_a_hostile_upload_is_refused_at_its_field_and_nothing_is_stored(
    data, name, kind, code, editor, sign_in, storage, tmp_path, django_capture_on_commit_callbacks
):
    draft = make_draft()
    upload = SimpleUploadedFile(name, data, kind or TYPES[name.rpartition(".")[2]])
    with django_capture_on_commit_callbacks(execute=True):
        response = sign_in(editor).post(page(draft), form(draft, **figure(upload)))
    assert response.status_code == 200
    errors = response.context["inline_admin_formsets"][1].formset.forms[0].errors
    assert list(errors) == ["image"]
    assert code in (None, errors.as_data()["image"][0].code)
    assert not Figure.objects.exists()
    assert files(tmp_path) == []


CHILD = """
import resource, sys
from io import BytesIO
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from articles import pixels
upload = ContentFile(sys.stdin.buffer.read(), name=sys.argv[1])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    pixels.prepare(upload)
except ValidationError as refusal:
    print(refusal.code, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize(
    ("data", "name"),
    [(huge_png(), "a.png"), (huge_webp(), "a.webp"), (make_picture("jpg", (5001, 5000)), "a.jpg")],
    ids=["png", "webp", "just too many"],
)
def test_a_bomb_is_refused_without_the_memory_it_asks_for(data, name):
    child = [sys.executable, "-W", "ignore", "-c", CHILD, name]
    done = subprocess.run(child, input=data, cwd=settings.BASE_DIR, capture_output=True, check=True)
    code, kilobytes = done.stdout.split()
    assert code == b"pixels"
    assert int(kilobytes) < 20_000, "decoded it would be 75,000 or more"


def test_a_file_that_is_too_large_for_memory_leaves_no_temporary_file(editor, sign_in, tmp_path, settings):
    draft = make_draft()
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1000
    client = sign_in(editor)
    for data, status in ((bytes(9000), 200), (make_picture("png", (99, 99)) + bytes(9000), 200)):
        assert client.post(page(draft), form(draft, **figure(make_upload(data)))).status_code == status
    assert files(tmp_path) == []


def raw(fields: dict, filename: str, data: bytes, kind: str) -> bytes:
    """A form as another program would post it: the test client would take folders out of the name itself."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="figures-0-image"; filename="{filename}"\r\n'
    return f"{head}Content-Type: {kind}\r\n\r\n".encode() + data + b"\r\n" + encode_multipart(BOUNDARY, fields)


@pytest.mark.parametrize(
    "filename", ["../arm.png", "../../../arm.png", "/etc/arm.png", "C:\\arm.png", "a\x00rm.png", "a\x1brm.png"]
)
def test_a_name_with_a_folder_or_control_character_is_refused(
    filename, editor, sign_in, tmp_path, storage, django_capture_on_commit_callbacks
):
    draft = make_draft()
    fields = form(draft, **figure(""))
    del fields["figures-0-image"]
    with django_capture_on_commit_callbacks(execute=True):
        body = raw(fields, filename, make_picture(), "image/png")
        response = sign_in(editor).generic("POST", page(draft), body, MULTIPART_CONTENT)
    assert response.status_code == 200
    assert "image" in response.context["inline_admin_formsets"][1].formset.forms[0].errors
    assert not draft.figures.exists()
    assert files(tmp_path) == []


@pytest.mark.parametrize("name", ["../arm.png", "a/arm.png", "a\\arm.png", "C:arm.png", "a\nrm.png", "\u202egnp.png"])
def test_a_name_with_a_folder_or_control_character_is_refused_where_it_reaches_us(name):
    with pytest.raises(ValidationError) as refusal:
        pixels.prepare(ContentFile(make_picture(), name=name))
    assert refusal.value.code == "name"


@pytest.mark.parametrize("alt", ["", "   "])
def test_a_text_equivalent_is_required(alt, editor, sign_in, tmp_path, django_capture_on_commit_callbacks):
    draft = make_draft()
    with django_capture_on_commit_callbacks(execute=True):
        response = sign_in(editor).post(page(draft), form(draft, **figure(make_upload(make_picture()), alt=alt)))
    assert "alt" in response.context["inline_admin_formsets"][1].formset.forms[0].errors
    assert files(tmp_path) == [], "nothing is stored where another field is wrong"
    with pytest.raises(IntegrityError), transaction.atomic():
        Figure.objects.create(edition=draft, name="arm", alt=alt, image=make_upload(make_picture()))


def test_nothing_is_stored_where_the_transaction_rolls_back(tmp_path, django_capture_on_commit_callbacks):
    draft = make_draft()
    with django_capture_on_commit_callbacks(execute=True):
        with transaction.atomic():
            Figure.objects.create(edition=draft, name="arm", alt="An arm", image=make_upload(make_picture()))
            transaction.set_rollback(True)
        assert not Figure.objects.exists()
    assert files(tmp_path) == []


def make_figure(data, name="arm.png", edition=None, **fields) -> Figure:
    """A figure as a program saves it, without a form."""
    row = Figure(edition=edition or make_draft(), **{"name": "arm", "alt": "An arm at rest"} | fields)
    row.image.save(name, ContentFile(data))
    return Figure.objects.get(pk=row.pk)


def stored_picture(storage, name) -> Image.Image:
    with storage.open(name) as file:
        return Image.open(BytesIO(file.read()))


@pytest.fixture
def on_commit(django_capture_on_commit_callbacks):
    """A function that calls another one, and then what waits for the end of its transaction."""

    def committed(function, *args, **names):
        with django_capture_on_commit_callbacks(execute=True):
            return function(*args, **names)

    return committed


def test_nothing_that_a_camera_adds_is_kept(on_commit, storage, tmp_path):
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "CAMERA-MAKER"
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (51.0, 30.0, 0.0), 3: "W", 4: (0.0, 7.0, 0.0)})
    data = make_picture("jpg", (1000, 40), exif=exif, comment=b"A-COMMENT", xmp=b"<x>AN-XMP</x>")
    assert b"CAMERA-MAKER" in data
    assert Image.open(BytesIO(data)).getexif().get_ifd(ExifTags.IFD.GPSInfo)
    row = on_commit(make_figure, data, "arm.jpg")
    for path in (tmp_path / "media").rglob("*.*"):
        image = stored_picture(storage, f"figures/{path.name}")
        assert not image.getexif()
        assert not image.info.keys() & {"exif", "comment", "xmp", "icc_profile"}
        assert not re.search(rb"CAMERA-MAKER|A-COMMENT|AN-XMP|Exif", path.read_bytes())
    assert row.image.name.endswith(".jpg")


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp"])
def test_a_picture_stands_upright(suffix, on_commit, storage):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6  # to be turned by a quarter
    image = Image.new("RGB", (60, 20), "white")
    image.paste("red", (0, 0, 20, 20))
    file = BytesIO()
    image.save(file, FORMATS[suffix], exif=exif, **({} if suffix == "png" else {"quality": 95}))
    row = on_commit(make_figure, file.getvalue(), f"arm.{suffix}")
    assert (row.width, row.height) == (20, 60)
    shown = stored_picture(storage, row.image.name).convert("RGB")
    assert shown.size == (20, 60)
    red, green, blue = shown.getpixel((10, 5))
    assert red > 200, "the left end is now at the top"
    assert max(green, blue) < 60


def swapped(profile: bytes) -> bytes:
    """The profile of a world in which red and green have each other's name."""
    return profile.replace(b"rXYZ", b"swap").replace(b"gXYZ", b"rXYZ").replace(b"swap", b"gXYZ")


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp"])
@pytest.mark.parametrize(
    ("change", "colour"),
    [(bytes, (10, 200, 30)), (swapped, (200, 10, 30)), (lambda profile: profile[:60], (10, 200, 30))],
    ids=["of the web", "another", "broken"],
)
def test_colours_are_translated_to_those_of_the_web(suffix, change, colour, on_commit, storage):
    profile = change(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    row = on_commit(make_figure, make_picture(suffix, colour=(10, 200, 30), icc_profile=profile), f"arm.{suffix}")
    shown = stored_picture(storage, row.image.name).convert("RGB").getpixel((5, 5))
    assert shown == pytest.approx(colour, abs=6)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_every_usual_kind_of_png_is_kept_to_the_pixel(mode, on_commit, storage):
    image = Image.new("RGBA", (600, 50), (255, 255, 255, 0))
    ImageDraw.Draw(image).line((0, 0, 599, 49), fill=(0, 0, 0, 255))
    image = image.convert(mode)
    file = BytesIO()
    image.save(file, "PNG")
    row = on_commit(make_figure, file.getvalue())
    before, after = (picture.convert("RGBA") for picture in (image, stored_picture(storage, row.image.name)))
    assert before.tobytes() == after.tobytes()


def test_print_colours_become_those_of_a_screen(on_commit, storage):
    row = on_commit(make_figure, make_picture("jpg", mode="CMYK", colour=(0, 0, 0, 0)), "arm.jpg")
    assert stored_picture(storage, row.image.name).mode == "RGB"


def test_a_picture_comes_in_the_widths_that_it_has_the_pixels_for(on_commit, storage, tmp_path):
    row = on_commit(make_figure, make_picture("png", (1200, 600)))
    stem = row.image.name.removesuffix(".png")
    sizes = {f"{stem}.png": (1200, 600), f"{stem}-480.webp": (480, 240), f"{stem}-960.webp": (960, 480)}
    assert {f"figures/{name}" for name in files(tmp_path / "media")} == sizes.keys()
    assert {name: stored_picture(storage, name).size for name in sizes} == sizes
    shown = row.shown
    assert shown["srcset"] == f"/media/{stem}-480.webp 480w, /media/{stem}-960.webp 960w, /media/{stem}.png 1200w"
    assert (shown["src"], shown["width"], shown["height"]) == (f"/media/{stem}-960.webp", 1200, 600)


def test_readers_are_not_sent_more_than_the_widest(on_commit):
    shown = on_commit(make_figure, make_picture("png", (3000, 30))).shown
    assert [part.split()[1] for part in shown["srcset"].split(", ")] == ["480w", "960w", "1440w"]


def test_line_art_stays_crisp(on_commit, storage):
    drawing = on_commit(make_figure, make_picture("png", (600, 600)))
    photograph = on_commit(make_figure, make_picture("jpg", (600, 600)), "arm.jpg")
    for row, kind in ((drawing, b"VP8L"), (photograph, b"VP8 ")):
        with storage.open(pictures.smaller_name(row.image.name, 480)) as file:
            assert file.read()[12:16] == kind, "VP8L is the lossless kind"


def test_names_are_made_from_the_picture_and_shared(on_commit, tmp_path, editor):
    first = on_commit(make_figure, make_picture("png", (500, 10)), "My holiday.png")
    same = on_commit(make_figure, make_picture("png", (500, 10)), "other.png")
    other = on_commit(make_figure, make_picture("png", (500, 11)), "My holiday.png")
    assert first.image.name == same.image.name != other.image.name
    assert len(files(tmp_path)) == 4
    assert "holiday" not in first.image.name


def test_a_copied_edition_shows_the_same_file_and_a_discarded_one_leaves_it(on_commit, storage, editor):
    draft = make_draft(body="## Where\n\n![](arm)")
    row = on_commit(make_figure, make_picture("png", (500, 10)), edition=draft)
    draft.typeset()
    draft.publish(waiver="A test.")
    copy = on_commit(draft.document.start_draft, editor)
    assert copy.figures.get().image.name == row.image.name
    on_commit(copy.delete)
    assert storage.exists(row.image.name)
    assert storage.exists(pictures.smaller_name(row.image.name, 480))


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp"])
def test_a_reader_gets_the_picture_in_a_fitting_width(
    suffix, editor, sign_in, client, django_capture_on_commit_callbacks
):
    draft = make_draft()
    upload = make_upload(make_picture(suffix, (1000, 500)), f"arm.{suffix}")
    with django_capture_on_commit_callbacks(execute=True):
        response = sign_in(editor).post(page(draft), form(draft, **figure(upload), body="## Where\n\n![](arm)"))
    assert response.status_code == 302
    draft.refresh_from_db()
    draft.publish(waiver="A test.")
    shown = client.get(draft.document.get_absolute_url()).content.decode()
    image = dict(re.findall(r'([\w-]+)="([^"]*)"', re.search(r"<figure>\s*<img ([^>]*)>", shown)[1]))
    assert image.keys() == {"src", "srcset", "sizes", "width", "height", "alt", "loading"}
    assert (image["alt"], image["width"], image["height"]) == ("An arm at rest", "1000", "500")
    for source in image["srcset"].split(", "):
        address, width = source.split()
        served = client.get(address)
        data = b"".join(served.streaming_content)
        assert Image.open(BytesIO(data)).width == int(width.removesuffix("w"))
        assert served["X-Content-Type-Options"] == "nosniff"
        assert "immutable" in served["Cache-Control"]
        assert served["Content-Type"] in TYPES.values()


@pytest.mark.parametrize("data", [with_preview(), make_picture("jpg", (300, 200), progressive=True)])
def test_what_cameras_make_is_accepted(data):
    assert pixels.prepare(make_upload(data, "arm.jpg")).size


def test_a_picture_made_anew_is_the_same_the_next_time():
    once = pixels.prepare(make_upload(make_picture("png", (500, 300))))
    again = pixels.prepare(ContentFile(once.read(), name=once.name))
    assert once.name == again.name


def test_a_refused_save_names_the_file_as_it_was_chosen(editor, sign_in):
    """A browser does not send it a second time, so whoever chose it has to know."""
    draft = make_draft()
    response = sign_in(editor).post(page(draft), form(draft, title="", **figure(make_upload(make_picture()))))
    assert response.status_code == 200
    assert response.context["lost_files"] == [make_upload(make_picture()).name]
