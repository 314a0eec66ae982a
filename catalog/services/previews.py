"""How a file looks before it is downloaded: a picture drawn anew, or the first lines of a text.

Nothing of the upload is passed on: a picture is decoded within limits and encoded again, a text is
shown as text. Everything else has an icon.
"""

import warnings
from io import BytesIO
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageOps

from catalog.models import Content
from catalog.services import files

# What is larger is not decoded: a picture of few bytes can fill the memory.
MAX_PIXELS = 40_000_000
SIDE = 320
FORMATS = {"image/png": ("PNG",), "image/jpeg": ("JPEG",), "image/gif": ("GIF",)}
TEXTS = frozenset({"text/plain", "text/csv", "text/markdown"})
TYPE = "image/webp"
READ_BYTES, MAX_LINES, MAX_COLUMNS = 8192, 12, 160


def place_of(sha256: str) -> str:
    """The name of a content's small picture in the storage."""
    return f"previews/{files.place_of(sha256)}"


def make(content: Content) -> None:
    """Draw the preview of a scanned content, or note that there is none."""
    content.preview, content.excerpt = Content.Preview.NONE, ""
    if content.content_type in FORMATS:
        with files.open_place(files.place_of(content.sha256)) as source:
            drawn = thumbnail(source, FORMATS[content.content_type])
        if drawn is not None:
            place = place_of(content.sha256)
            if not default_storage.exists(place):
                default_storage.save(place, ContentFile(drawn))
            content.preview = Content.Preview.PICTURE
    elif content.content_type in TEXTS:
        with files.open_place(files.place_of(content.sha256)) as source:
            content.excerpt = first_lines(source.read(READ_BYTES))
        content.preview = Content.Preview.TEXT if content.excerpt else Content.Preview.NONE
    content.save(update_fields=["preview", "excerpt"])


def thumbnail(source: IO[bytes], formats: tuple[str, ...]) -> bytes | None:
    """A small picture of the first frame as WebP; None for what is too large or broken."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(source, formats=formats) as opened:
                if opened.width * opened.height > MAX_PIXELS:
                    return None
                opened.draft("RGB", (2 * SIDE, 2 * SIDE))
                turned = ImageOps.exif_transpose(opened)
                small = turned.convert("RGBA" if turned.has_transparency_data else "RGB")
                small.thumbnail((SIDE, SIDE))
                target = BytesIO()
                small.save(target, "WEBP", quality=80)
    except (OSError, ValueError, SyntaxError, MemoryError, Image.DecompressionBombError):
        return None
    return target.getvalue()


def first_lines(head: bytes) -> str:
    """The first lines of a text, each cut to what fits beside it."""
    text = head.decode("utf-8", "ignore").lstrip("\ufeff").replace("\x00", "")
    lines = text.splitlines()[:MAX_LINES]
    return "\n".join(line[:MAX_COLUMNS] for line in lines).strip("\n")
