"""Files of a request over REST: add, replace, look at, download, take out."""

from typing import Any

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request as Call
from rest_framework.response import Response

from catalog.services import files
from esm.common.api.pagination import page_of, page_response
from esm.common.api.serializers import PageQuery, Strict
from esm.common.api.views import operation, plain, told
from esm.common.errors import InvalidState
from esm.common.views import download_response
from workflows.api.serializers import FileOut
from workflows.api.views.base import OfRequest, files_of, numbered
from workflows.api.views.submitting import upload_of
from workflows.services import attachments
from workflows.views.files import picture_of

SEQ = ("seq",)


class _FileForm(serializers.Serializer[Any]):
    """One file."""

    file = serializers.FileField()


class _Upload(OfRequest):
    """What takes one file."""

    def upload(self, request: Call) -> Any:
        """The one part `file` of the form. Raises ValidationError for anything else."""
        Strict(data=plain(request)).is_valid(raise_exception=True)
        unknown = sorted(set(request.FILES) - {"file"})
        if unknown:
            raise ValidationError({name: ["This is not asked for here."] for name in unknown})
        uploads = request.FILES.getlist("file")
        if len(uploads) != 1:
            raise ValidationError({"file": ["Send one file."]})
        return uploads[0]


class Files(_Upload):
    """The files of a request."""

    @operation("file_list", tag="requests", answer=FileOut, query=PageQuery, page=True)
    def get(self, request: Call, ref: str) -> Response:
        """List the files of a request; what was taken out is not among them."""
        rows = files_of(request.user, self.find(ref))
        page = page_of(rows, name=f"files {ref}", order=SEQ, query=self.query)
        return page_response(request, page, FileOut)

    @operation(
        "file_add",
        tag="requests",
        answer=FileOut,
        body_schema={"multipart/form-data": _FileForm},
        status=201,
    )
    def post(self, request: Call, ref: str) -> Response:
        """Add a file to an open request: a form with one part `file`."""
        found = self.find(ref)
        upload = self.upload(request)
        if not found.is_open:
            raise InvalidState("Files can be added while the request is open.", allowed=[])
        stored = upload_of(upload)
        added = attachments.add_file(found.pk, file=stored, actor=self.actor())
        return told(FileOut, numbered(files_of(request.user, found), added.seq), status=201)


class File(OfRequest):
    """One file."""

    @operation("file_get", tag="requests", answer=FileOut)
    def get(self, request: Call, ref: str, seq: int) -> Response:
        """What is known of one file."""
        return told(FileOut, numbered(files_of(request.user, self.find(ref)), seq))

    @operation("file_remove", tag="requests", answer=None, status=204)
    def delete(self, request: Call, ref: str, seq: int) -> Response:
        """Take your file out of an open request; the history keeps its hash."""
        found = self.find(ref)
        attachments.remove_file(found.pk, seq, actor=self.actor())
        return Response(status=204)


class FileContent(OfRequest):
    """The content of a file."""

    @extend_schema(
        operation_id="file_content",
        tags=["requests"],
        responses={(200, "*/*"): OpenApiTypes.BINARY, 409: None},
    )
    def get(self, request: Call, ref: str, seq: int) -> FileResponse:
        """The content of one file, always as a download; 409 while it waits for the scanner."""
        row = numbered(files_of(request.user, self.find(ref)), seq)
        return download_response(files.open_stored(row.sha256), row.name, row.content_type)


class FileReplace(_Upload):
    """Another file in the place of one."""

    @operation(
        "file_replace",
        tag="requests",
        answer=FileOut,
        body_schema={"multipart/form-data": _FileForm},
        status=201,
    )
    def post(self, request: Call, ref: str, seq: int) -> Response:
        """Put another file in the place of yours; it gets a number of its own."""
        found = self.find(ref)
        numbered(files_of(request.user, found), seq)
        stored = upload_of(self.upload(request))
        added = attachments.add_file(found.pk, file=stored, replaces=seq, actor=self.actor())
        return told(FileOut, numbered(files_of(request.user, found), added.seq), status=201)


class FilePreview(OfRequest):
    """How a file looks."""

    @extend_schema(
        operation_id="file_preview",
        tags=["requests"],
        responses={(200, "image/webp"): OpenApiTypes.BINARY},
    )
    def get(self, request: Call, ref: str, seq: int) -> FileResponse:
        """A small picture of a picture, drawn anew; 404 where there is none."""
        return picture_of(numbered(files_of(request.user, self.find(ref)), seq).content)
