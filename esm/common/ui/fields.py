"""A form field as plain values, from a mapping, an object or a bound Django field."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from esm.common.ui.parts import read

# Types drawn as one line of text, with the input type and mode a browser needs for them.
LINES: dict[str, tuple[str, str]] = {
    "text": ("text", ""),
    "email": ("email", ""),
    "password": ("password", ""),
    "number": ("text", "decimal"),
    "money": ("text", "decimal"),
    "date": ("date", ""),
    "time": ("time", ""),
    "datetime": ("datetime-local", ""),
    "search": ("search", ""),
    "code": ("text", "numeric"),
}
RADIOS_UP_TO = 6


@dataclass(frozen=True)
class Option:
    """One choice: what is sent, what is read, a line below it."""

    key: str
    label: str
    note: str = ""
    chosen: bool = False


@dataclass(frozen=True)
class Field:
    """All that ``components/field.html`` draws."""

    name: str
    label: str
    type: str = "text"
    id: str = ""
    value: Any = ""
    help: str = ""
    errors: tuple[str, ...] = ()
    required: bool = True
    options: tuple[Option, ...] = ()
    placeholder: str = ""
    prefix: str = ""
    suffix: str = ""
    width: str = ""
    rows: int = 4
    max_length: int | None = None
    accept: str = ""
    autocomplete: str = ""
    multiple: bool = False
    files: tuple[Any, ...] = ()
    attrs: Mapping[str, str] = field(default_factory=dict)

    @property
    def control(self) -> str:
        """line, textarea, radios, select, checks, switch, file or hidden."""
        if self.type in LINES:
            return "line"
        if self.type == "choice":
            return "radios" if len(self.options) <= RADIOS_UP_TO else "select"
        named = {"choices": "checks", "boolean": "switch"}
        return named.get(self.type, self.type)

    @property
    def grouped(self) -> bool:
        """Whether the controls need a fieldset with a legend."""
        return self.control in ("radios", "checks")

    @property
    def input_type(self) -> str:
        """Type of the input element."""
        return LINES.get(self.type, ("text", ""))[0]

    @property
    def input_mode(self) -> str:
        """Keyboard a phone shows."""
        return LINES.get(self.type, ("", ""))[1]

    @property
    def help_id(self) -> str:
        """Id of the help text."""
        return f"{self.id}-h"

    @property
    def error_id(self) -> str:
        """Id of the error."""
        return f"{self.id}-e"

    @property
    def described_by(self) -> str:
        """Ids that describe the control, help before error."""
        found = [(self.help, self.help_id), (self.errors, self.error_id)]
        return " ".join(name for there, name in found if there)


def _texts(value: Any) -> tuple[str, ...]:
    if not value:
        return ()
    return (str(value),) if isinstance(value, str) else tuple(str(v) for v in value)


def _options(found: Iterable[Any], value: Any) -> tuple[Option, ...]:
    chosen = {str(v) for v in value} if isinstance(value, list | tuple | set) else {str(value)}
    result = []
    for option in found:
        if isinstance(option, tuple):
            key, label, note = str(option[0]), str(option[1]), ""
        else:
            key, label = str(read(option, "key")), str(read(option, "label"))
            note = str(read(option, "note") or read(option, "help"))
        result.append(Option(key, label, note, key in chosen))
    return tuple(result)


def plain(source: Any) -> Field:
    """A field from a mapping or an object with the names of ``Field``; ``key`` serves as name."""
    if isinstance(source, Field):
        return source
    if isinstance(source, BoundField):
        return bound(source)
    name = str(read(source, "name") or read(source, "key"))
    value = read(source, "value", "")
    texts = ("label", "type", "help", "placeholder", "prefix", "suffix", "width", "accept")
    given = {key: str(read(source, key)) for key in texts if read(source, key)}
    return Field(
        name=name,
        **({"label": name} | given),
        id=str(read(source, "id")) or f"f-{name}",
        value=value,
        errors=_texts(read(source, "errors", ())),
        required=bool(read(source, "required", False)),
        options=_options(read(source, "options", ()), value),
        rows=int(read(source, "rows", 4)),
        max_length=read(source, "max_length", None),
        autocomplete=str(read(source, "autocomplete")),
        multiple=bool(read(source, "multiple", False)),
        files=tuple(read(source, "files", ())),
        attrs=read(source, "attrs", {}),
    )


def _type_of(widget: forms.Widget) -> str:
    """Our type for Django's widget; the narrower widgets come first."""
    kinds: list[tuple[type[forms.Widget], str]] = [
        (forms.PasswordInput, "password"),
        (forms.EmailInput, "email"),
        (forms.HiddenInput, "hidden"),
        (forms.NumberInput, "number"),
        (forms.DateInput, "date"),
        (forms.DateTimeInput, "datetime"),
        (forms.TimeInput, "time"),
        (forms.FileInput, "file"),
        (forms.Textarea, "textarea"),
        (forms.CheckboxSelectMultiple, "choices"),
        (forms.SelectMultiple, "choices"),
        (forms.CheckboxInput, "boolean"),
        (forms.RadioSelect, "choice"),
        (forms.Select, "choice"),
    ]
    return next((name for kind, name in kinds if isinstance(widget, kind)), "text")


def bound(source: BoundField) -> Field:
    """A field of a Django form."""
    widget = source.field.widget
    value = source.value()
    choices = getattr(source.field, "choices", ()) or ()
    attrs = {k: str(v) for k, v in widget.attrs.items()}
    return Field(
        name=source.html_name,
        label=str(source.label),
        type=attrs.pop("data-type", "") or _type_of(widget),
        id=source.id_for_label or f"f-{source.html_name}",
        value="" if value is None else value,
        help=str(source.help_text),
        errors=_texts(list(source.errors)),
        required=source.field.required,
        options=_options([c for c in choices if c[0] != ""], value),
        placeholder=attrs.pop("placeholder", ""),
        prefix=attrs.pop("data-prefix", ""),
        suffix=attrs.pop("data-suffix", ""),
        width=attrs.pop("data-width", ""),
        rows=int(attrs.pop("rows", 4)),
        max_length=getattr(source.field, "max_length", None),
        accept=attrs.pop("accept", ""),
        autocomplete=attrs.pop("autocomplete", ""),
        multiple=bool(getattr(widget, "allow_multiple_selected", False)),
        attrs=attrs,
    )
