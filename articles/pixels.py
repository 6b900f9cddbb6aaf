"""What Pillow does with a picture: reads it to its end, refuses what is no picture, and draws its pixels anew.

Only those who upload one need Pillow, which would take a twentieth of the site's start: `pictures` imports this then.
"""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import PurePosixPath, PureWindowsPath

from django.core.exceptions import ValidationError
from django.core.files.base import File
from PIL import Image, ImageCms, ImageOps

from articles.pictures import REMOVED, TYPES, Picture, smaller_widths

MOST_BYTES = 5 * 1024 * 1024
MOST_PIXELS = 25_000_000
SUFFIXES = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
MODES = {"1", "L", "LA", "P", "RGB", "RGBA", "CMYK"}
# What a file of ours says beside its pixels: how a JPEG and a WebP are made, never where or by whom.
PLAIN_INFO = {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression", "transparency", "loop"}
PLAIN_INFO |= {"background", "timestamp", "duration"}
MARKUP = re.compile(rb"<(?:script|iframe|html|!doctype|\?php|svg[\s>])", re.IGNORECASE)
MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # in a JPEG
PNG_END = b"\0\0\0\0IEND\xaeB\x60\x82"

# Pillow warns above this, and refuses twice as much before it asks for any memory.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS


def prepare(upload: File, name: str = "") -> Picture:
    """Check an uploaded file and make its picture anew. Raises ValidationError with the reason for an editor."""
    name = name or upload.name
    data, image = checked(upload, name)
    drawn, kind = redrawn(image), image.format
    is_drawing = is_lossless(data, kind)
    return Picture(encoded(drawn, kind, is_drawing), suffix_of(name), smaller_files(drawn, is_drawing))


def adopt(file: File, name: str) -> Picture:
    """Check a file from an export, and keep it to the byte if it holds nothing but a picture: drawing a JPEG once more
    would lose a little each time, and give it another name. Raises ValidationError as `prepare` does."""
    data, image = checked(file, name)
    if set(image.info) - PLAIN_INFO or image.getexif():
        return prepare(file, name)
    return Picture(data, suffix_of(name), smaller_files(image, is_lossless(data, image.format)))


def checked(upload: File, name: str) -> tuple[bytes, Image.Image]:
    """The bytes of a file and the picture in it. Raises ValidationError where it is not what it has to be."""
    kind = kind_of(name, getattr(upload, "content_type", None))
    if upload.size > MOST_BYTES:
        raise ValidationError(f"The file is too large: {MOST_BYTES // 1024**2} MB at most.", "size")
    upload.seek(0)
    data = upload.read()
    image = decoded(data, kind)
    if MARKUP.search(data) or any(MARKUP.search(text) for text in hidden_texts(image)):
        raise ValidationError("The file holds the code of a web page. Save the picture anew and try again.", "markup")
    return data, image


def is_lossless(data: bytes, kind: str) -> bool:
    """Whether the smaller ones are to be lossless too: so lines and letters stay crisp."""
    return kind == "PNG" or b"VP8L" in data


def smaller_files(image: Image.Image, is_drawing: bool) -> dict[int, bytes]:
    return {width: encoded(scaled(image, width), "WEBP", is_drawing) for width in smaller_widths(image.width)}


def suffix_of(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def kind_of(name: str, declared: str | None) -> str:
    """What a file says that it is."""
    if (
        REMOVED in name
        or not name.isprintable()
        or name != PurePosixPath(name).name
        or name != PureWindowsPath(name).name
    ):
        raise ValidationError("The file's name holds a folder or a character that cannot be printed.", "name")
    kind = SUFFIXES.get(suffix_of(name))
    if kind is None:
        raise ValidationError("Only PNG, JPEG and WebP pictures can be shown.", "kind")
    if declared and declared != TYPES[kind]:
        raise ValidationError(f"The file's name says {kind}, but it was sent as something else.", "kind")
    return kind


def decoded(data: bytes, kind: str) -> Image.Image:
    """The picture in `data`, read to its end; refused before decoding if it is not what it says, or too large."""
    try:
        image = Image.open(BytesIO(data), formats=tuple(TYPES))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise too_many_pixels() from error
    except Exception as error:  # whatever a decoder makes of a hostile file
        raise ValidationError("The file is not a PNG, JPEG or WebP picture, or is damaged.", "kind") from error
    if image.width * image.height > MOST_PIXELS:
        raise too_many_pixels()
    if getattr(image, "is_animated", False):
        raise ValidationError("The file holds more than one picture. Only still ones can be shown.", "animated")
    if image.format != kind:
        raise ValidationError(f"The file's name says {kind}, but it holds {image.format}.", "kind")
    if image.mode not in MODES:
        raise ValidationError("The picture has an unusual kind of colour. Save it with 8 bits a channel.", "mode")
    end = {"PNG": end_of_png, "JPEG": end_of_jpeg, "WEBP": end_of_webp}[kind](data)
    if end > len(data):
        raise ValidationError("The file breaks off before the picture's end. Upload it again.", "truncated")
    if end < len(data):
        raise ValidationError("Something follows the picture in its file. Save it anew and try again.", "trailing")
    try:
        image.load()
    except Exception as error:
        raise ValidationError("The picture cannot be read to its end. Save it anew and try again.", "broken") from error
    return image


def too_many_pixels() -> ValidationError:
    return ValidationError(f"The picture is too large: {MOST_PIXELS // 1_000_000} megapixels at most.", "pixels")


def end_of_png(data: bytes) -> int:
    """Where a PNG ends; beyond `data` if it does not."""
    return data.find(PNG_END) + len(PNG_END) if PNG_END in data else len(data) + 1


def end_of_webp(data: bytes) -> int:
    size = int.from_bytes(data[4:8], "little")
    return 8 + size + size % 2


def end_of_jpeg(data: bytes) -> int:
    """Where a JPEG ends. Its segments are stepped over, for a preview inside one has an end of its own."""
    place = 2
    while place + 4 <= len(data):
        if data[place] != 0xFF:
            place = following_marker(data, place)
        elif data[place + 1] == 0xFF:
            place += 1
        elif data[place + 1] == 0xDA:
            place = following_marker(data, place + 2)
        else:
            place += 2 + int.from_bytes(data[place + 2 : place + 4])
        if data[place : place + 2] == b"\xff\xd9":
            return place + 2
    return len(data) + 1


def following_marker(data: bytes, place: int) -> int:
    """The next marker after compressed pixels, in which FF is followed by 00 or counts a restart."""
    found = MARKER.search(data, place)
    return found.start() if found else len(data)


def hidden_texts(image: Image.Image) -> Iterator[bytes]:
    """The texts that a file carries beside its pixels; in a PNG they may be compressed."""
    for value in [*image.info.values(), *getattr(image, "text", {}).values()]:
        if isinstance(value, str | bytes):
            yield value.encode(errors="replace") if isinstance(value, str) else value


def redrawn(image: Image.Image) -> Image.Image:
    """The pixels alone: upright, in the colours of the web, with nothing else that the file said."""
    profile = image.info.get("icc_profile")
    image = ImageOps.exif_transpose(image)
    if profile and image.mode != "CMYK":
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    if profile:
        image = in_web_colours(image, profile)
    if image.mode == "CMYK":
        image = image.convert("RGB")
    image.info = {key: value for key, value in image.info.items() if key == "transparency"}
    return image


def in_web_colours(image: Image.Image, profile: bytes) -> Image.Image:
    """Translate from the picture's own colour profile; one that cannot be read is left out."""
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        mode = "RGB" if image.mode == "CMYK" else image.mode
        return ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (OSError, ImageCms.PyCMSError):
        return image


def scaled(image: Image.Image, width: int) -> Image.Image:
    image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    return image.resize((width, max(1, round(image.height * width / image.width))), Image.Resampling.LANCZOS)


def encoded(image: Image.Image, kind: str, is_drawing: bool) -> bytes:
    options = {
        "PNG": {"optimize": False},
        "JPEG": {"quality": 88, "progressive": True, "optimize": True},
        "WEBP": {"lossless": True} if is_drawing else {"quality": 82},
    }
    file = BytesIO()
    image.save(file, kind, **options[kind])
    return file.getvalue()
