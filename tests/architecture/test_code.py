"""Rules of the code that no linter of ours checks."""

import ast
import re

import pytest
from django.core.management import call_command

from tests.architecture.code import (
    APPS,
    FUNCTION,
    dotted,
    files,
    functions,
    modules,
    name,
    product,
    tree,
)

FILE_LINES = 400
FUNCTION_LINES = 60
PYTHON = files(*APPS, "tests", "benchmarks")
WRITTEN = [
    *PYTHON,
    *files("templates", suffix=".html"),
    *files("esm/static", suffix=".css"),
    *files("esm/static", suffix=".js"),
]
TELLS_TIME = re.compile(
    r"(^|\.)(datetime\.(now|utcnow|today)|date\.today|timezone\.(now|localtime|localdate)"
    r"|time\.(time|time_ns|localtime|gmtime))$"
)
# Key, code or name of the demo organisation: no line of the product may know it.
DEMO_WORDS = re.compile(r"quillmere|contract.?review|counsel|VS4|\bD01\b", re.I)


def test_files_are_short() -> None:
    long = {name(p): n for p in WRITTEN if (n := p.read_text().count("\n")) > FILE_LINES}
    assert long == {}, "split them by topic"


def test_functions_are_short() -> None:
    long = {
        f"{name(path)}:{node.lineno} {node.name}": length
        for path in PYTHON
        for node in functions(path)
        if (length := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_LINES
    }
    assert long == {}


def test_imports_stand_at_the_top() -> None:
    """Only AppConfig.ready imports inside a function: Django must have loaded the models."""
    inner = [
        f"{name(path)}:{node.lineno} in {function.name}"
        for path in PYTHON
        for function in functions(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
        and not (path.name == "apps.py" and function.name == "ready")
    ]
    assert inner == []


def test_one_module_tells_the_time() -> None:
    asked = [
        f"{name(path)}:{node.lineno} {dotted(node)}"
        for path in product()
        if name(path) != "esm/common/clock.py"
        for node in ast.walk(tree(path))
        if TELLS_TIME.search(dotted(node))
    ]
    assert asked == [], "use esm.common.clock.now()"


def test_one_module_reads_the_environment() -> None:
    """``setdefault`` of what must be known before Django starts is no reading."""
    start = {"esm/asgi.py", "esm/wsgi.py", "esm/settings/test.py", "esm/settings/env.py"}
    read = [
        f"{name(path)}:{node.lineno}"
        for path in product()
        if name(path) not in start
        for node in ast.walk(tree(path))
        if dotted(node) in {"os.environ", "os.getenv"}
    ]
    assert read == [], "settings come through esm/settings/env.py"


def test_no_signals_of_django() -> None:
    """Whoever wants to know of a change subscribes to its event."""
    found = [
        f"{name(path)}:{node.lineno}"
        for path in product()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith(("django.dispatch", "django.db.models.signals"))
    ]
    assert found == []


def test_rows_are_locked_in_locks_alone() -> None:
    """The order of locks can be read in one module of each app."""
    found = [
        f"{name(path)}:{node.lineno}"
        for path in product()
        if path.name != "locks.py"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr == "select_for_update"
    ]
    assert found == []


def test_delayed_celery_messages_do_not_exist() -> None:
    """Moments are rows with a due time; a message only wakes a sweep."""
    found = [
        f"{name(path)}:{node.value.lineno}"
        for path in product()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.keyword) and node.arg in {"eta", "countdown"}
    ]
    assert found == []


def test_services_take_keywords_and_are_typed() -> None:
    """A public verb has at most its object by position; who acts is always named."""
    loose = []
    for module, path in modules().items():
        if ".services." not in module:
            continue
        for node in tree(path).body:
            if isinstance(node, FUNCTION) and not node.name.startswith("_"):
                plain = [a.arg for a in [*node.args.posonlyargs, *node.args.args]]
                if "actor" in plain or node.returns is None:
                    loose.append(f"{name(path)}:{node.lineno} {node.name}")
    assert loose == []


def test_public_services_and_selectors_say_what_they_do() -> None:
    silent = [
        f"{name(path)}:{node.lineno} {node.name}"
        for module, path in modules().items()
        if re.search(r"\.(services|selectors|policies|locks|grants)(\.|$)", module)
        for node in tree(path).body
        if isinstance(node, (*FUNCTION, ast.ClassDef))
        and not node.name.startswith("_")
        and ast.get_docstring(node) is None
    ]
    assert silent == []


def test_no_word_of_the_demo_organisation_in_the_code() -> None:
    places = ("esm", "governance", "catalog", "workflows", "valueflow", "templates")
    found = [
        f"{name(path)}:{number}: {line.strip()[:80]}"
        for path in files(*places, suffix="")
        if path.is_file() and path.suffix not in {".pyc", ".woff2", ".png", ".gz"}
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if DEMO_WORDS.search(line)
    ]
    assert found == []


@pytest.mark.django_db
def test_migrations_are_complete() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
