"""Pictures that editors upload: checked for what they are, made anew, and kept in several widths.

Nothing of the uploaded file is stored. Its pixels are drawn into a new file, which leaves behind where and when a
photograph was taken, and whatever else a file can hide. The new file is named after its own content, so that a name
never means two pictures and a browser may keep what it has. `PictureField` sees to all of this wherever a picture is
saved; a form only finds out earlier, and says so beside the field.

Files are written when the transaction commits. A file that no row names any more stays where it is: copies of an
edition share its files, and an old edition goes on showing them.
"""

import hashlib
import html
from functools import partial

from django import forms
from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage
from django.db import models, transaction
from django.db.models.fields.files import ImageFieldFile
from django.http.multipartparser import MultiPartParser

TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
REMOVED = "|"  # stands in a file's name for what had no place there

WIDTHS = (480, 960, 1440)  # once figures are stored, a new width needs its files made for them first
SIZES = "(min-width: 54rem) 50rem, 94vw"  # how wide the column of text is


def prepare(upload: File, name: str = "") -> "Picture":
    """See `pixels.prepare`."""
    from articles import pixels  # with Pillow, which only those who upload need

    return pixels.prepare(upload, name)


class TellingParser(MultiPartParser):
    """Says that a file's name held a folder or a control character, where Django would take it out and say nothing:
    a browser sends neither, so whoever does is refused."""

    def sanitize_file_name(self, file_name):
        name = html.unescape(file_name)
        if name.isprintable() and not set(name) & set("/\\"):
            return super().sanitize_file_name(file_name)
        return "".join(char if char.isprintable() and char not in "/\\" else REMOVED for char in name)


class Picture(ContentFile):
    """A picture that passed: its new file under its new name, and the smaller ones by their width."""

    def __init__(self, content: bytes, suffix: str, smaller: dict[int, bytes]):
        super().__init__(content, name=hashlib.sha256(content).hexdigest()[:32] + suffix)
        self.smaller = smaller


def smaller_widths(width: int) -> list[int]:
    return [smaller for smaller in WIDTHS if smaller < width]


def smaller_name(name: str, width: int) -> str:
    """The name of a picture's file in a smaller width."""
    return f"{name.rpartition('.')[0]}-{width}.webp"


def store(storage: Storage, name: str, picture: Picture) -> None:
    """Write a picture's files, but for those that are there: the same name is the same picture."""
    files = {name: picture.open().read()} | {smaller_name(name, w): data for w, data in picture.smaller.items()}
    for own_name, data in files.items():
        if not storage.exists(own_name):
            storage.save(own_name, ContentFile(data))


class PictureFile(ImageFieldFile):
    """The file of a PictureField: whatever is saved is prepared first."""

    def save(self, name, content, save=True):
        picture = content if isinstance(content, Picture) else prepare(content, name)
        self.name, self.file = self.field.generate_filename(self.instance, picture.name), picture
        self._committed = True
        setattr(self.instance, self.field.attname, self)
        if save:
            self.instance.save()
        transaction.on_commit(partial(store, self.storage, self.name, picture))

    save.alters_data = True

    @property
    def sources(self) -> dict:
        """What an `img` needs beside its words: src, srcset and sizes. The last two are empty for a small picture."""
        width = getattr(self.instance, self.field.width_field)
        files = {w: self.storage.url(smaller_name(self.name, w)) for w in smaller_widths(width)}
        if width <= WIDTHS[-1]:
            files[width] = self.url
        return {
            "src": files.get(WIDTHS[1], self.url),
            "srcset": ", ".join(f"{address} {w}w" for w, address in files.items()) if len(files) > 1 else "",
            "sizes": SIZES if len(files) > 1 else "",
        }


class PictureFormField(forms.FileField):
    def to_python(self, data):
        upload = super().to_python(data)
        return upload if upload is None or isinstance(upload, Picture) else prepare(upload)

    def widget_attrs(self, widget):
        return super().widget_attrs(widget) | {"accept": ", ".join(TYPES.values())}


class PictureField(models.ImageField):
    """An ImageField that keeps no file as it came. It needs a `width_field`."""

    attr_class = PictureFile

    def update_dimension_fields(self, instance, force=False, *args, **kwargs):
        try:
            super().update_dimension_fields(instance, force, *args, **kwargs)
        except FileNotFoundError:  # it is gone from the storage: the row still knows how large it was
            return

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": PictureFormField} | kwargs)
