"""Which small errors in the rules of deciding the fast tests notice: `docs/mutation.md`.

    python benchmarks/mutation.py                         # every module; about ten minutes
    python benchmarks/mutation.py governance.policies     # one
    python benchmarks/mutation.py --survivors             # only those that lived in the last run

The tree is never written to: a child process loads the module from a changed syntax tree, runs the
tests of that module without a database, fastest first, then random rights files against the oracle.
Results are kept by the text of module and tests; an interrupted run goes on where it was.
"""

import argparse
import ast
import gc
import hashlib
import importlib.abc
import importlib.util
import json
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.chdir(ROOT)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "esm.settings.test")

import django  # noqa: E402

django.setup()

import hypothesis  # noqa: E402
import pytest  # noqa: E402

from benchmarks.equivalent import EQUIVALENT  # noqa: E402
from benchmarks.mutants import Mutant, mutants, mutated  # noqa: E402
from tests.oracle.rights import Opinion  # noqa: E402
from tests.oracle.rights_cases import document  # noqa: E402

RIGHTS = "governance.blueprint.rights"
_RIGHTS_TESTS = (
    "test_rights_trace",
    "test_rights",
    "test_rights_people",
    "test_rights_compiled",
    "test_resolve",
)
_POLICY_TESTS = ("test_policy_rules", "test_policies")
# Module: the tests that answer for it, the fastest first. Those of a database are left out.
TESTS: dict[str, tuple[str, ...]] = {
    **{
        f"{RIGHTS}.{name}": _RIGHTS_TESTS
        for name in ("resolver", "people", "money", "facts", "compiled", "answer")
    },
    f"{RIGHTS}.votes": ("test_tally",),
    "governance.policies": _POLICY_TESTS,
}
# Loaded anew in every child: what is changed, and what imported it.
ANEW = (RIGHTS, "governance.policies", "governance.facts", "tests")
FILES = 400
LIMIT_S = 30.0
AT_ONCE = 2
KILLED, LATE, LIVED = "killed", "too long", "lived"
OPTIONS = (
    "-q", "-x", "-s", "--noconftest", "-p", "no:cacheprovider", "-p", "no:django", "-p", "no:xdist",
    "-p", "no:schemathesis", "-p", "no:playwright", "-m", "not django_db", "-W", "ignore",
    "--tb=no", "--no-header",
)  # fmt: skip


class Marks:
    """Knows the mark of tests that need a database, whose plugin is not loaded."""

    def pytest_configure(self, config: pytest.Config) -> None:
        """Declare it."""
        config.addinivalue_line("markers", "django_db: needs a database")


class Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads one module from a syntax tree instead of its file."""

    def __init__(self, name: str, path: Path, tree: ast.Module) -> None:
        self.name, self.path, self.tree = name, path, tree

    def find_spec(self, name: str, path: Any, target: Any = None) -> ModuleSpec | None:
        """For the one module."""
        if name != self.name:
            return None
        return importlib.util.spec_from_file_location(name, self.path, loader=self)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """As usual."""
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Run the changed tree."""
        exec(compile(self.tree, str(self.path), "exec"), vars(module))  # noqa: S102


def path_of(module: str) -> Path:
    """The file of a module."""
    return ROOT.joinpath(*module.split(".")).with_suffix(".py")


def test_files(module: str) -> list[Path]:
    """The files that answer for a module."""
    return [ROOT / "tests" / "governance" / f"{name}.py" for name in TESTS[module]]


class Oracle:
    """Random rights files and what the oracle says of them; it shares no code with the resolver."""

    def __init__(self) -> None:
        self.known = []
        for seed in range(FILES):
            doc = document(seed)
            self.known.append((doc, Opinion(doc, doc["cases"][0]).answer()))

    def agrees(self) -> bool:
        """Whether the resolver as it is loaded says the same of all of them."""
        ours = importlib.import_module("tests.oracle.test_rights").ours
        return all(ours(doc) == expected for doc, expected in self.known)


class Loaded:
    """The functions of a module as they are loaded, wherever somebody holds one of them."""

    def __init__(self, module: str) -> None:
        self.module = module
        self.functions: dict[tuple[str, int], list[FunctionType]] = {}
        space = vars(importlib.import_module(module))
        for one in gc.get_objects():
            if isinstance(one, FunctionType) and one.__globals__ is space:
                self.functions.setdefault(_place(one.__code__), []).append(one)

    def change(self, code: CodeType) -> bool:
        """Give the loaded functions their new code; False where none of them is another now."""
        changed = False
        for new in _inside(code):
            for one in self.functions.get(_place(new), ()):
                if one.__code__ != new:
                    one.__code__ = new
                    changed = True
        return changed


def _place(code: CodeType) -> tuple[str, int]:
    return code.co_qualname, code.co_firstlineno


def _inside(code: CodeType) -> Iterator[CodeType]:
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield one
            yield from _inside(one)


class Trial:
    """Sets one error after the other before the tests of a module, which are collected once."""

    def __init__(self, module: str, oracle: "Oracle") -> None:
        self.module, self.oracle = module, oracle
        self.loaded = Loaded(module)
        self.session: pytest.Session | None = None

    def lives(self, tree: ast.Module) -> bool:
        """In a child. What the tests of the changed functions let pass is loaded anew, since
        constants, defaults and what was made while loading are not in a function."""
        try:
            inside = self.loaded.change(compile(tree, str(path_of(self.module)), "exec"))
        except ValueError:  # The new code closes over other names.
            inside = False
        if inside and not (self.pass_again() and self.agrees()):
            return False
        for name in list(sys.modules):
            if any(name == one or name.startswith(f"{one}.") for one in ANEW):
                del sys.modules[name]
        sys.meta_path.insert(0, Changed(self.module, path_of(self.module), tree))
        return tests_pass(self.module) and self.agrees()

    def pass_again(self) -> bool:
        """Whether the collected tests pass, up to the first that does not."""
        assert self.session is not None
        items = self.session.items
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self.session.testsfailed:
                return False
        return True

    def agrees(self) -> bool:
        """What the oracle says, of the modules that it speaks of."""
        return not self.module.startswith(RIGHTS) or self.oracle.agrees()


def tests_pass(module: str, *plugins: object) -> bool:
    """Run the tests of a module in this process."""
    files = [str(path) for path in test_files(module)]
    return pytest.main([*OPTIONS, *files], plugins=[Marks(), *plugins]) == pytest.ExitCode.OK


def child(trial: Trial, tree: ast.Module) -> None:
    """Never returns: ends with 0 where the error lived."""
    with open(os.devnull, "w") as nothing:
        os.dup2(nothing.fileno(), 1)
        os.dup2(nothing.fileno(), 2)
    try:
        lived = trial.lives(tree)
    except BaseException:
        lived = False
    os._exit(0 if lived else 1)


class Pool:
    """A few children at a time, each with a limit."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self.running: dict[int, tuple[Any, float]] = {}

    def start(self, ticket: Any, tree: ast.Module) -> None:
        """One more child."""
        pid = os.fork()
        if not pid:
            child(self.trial, tree)
        self.running[pid] = (ticket, time.monotonic())

    def ended(self) -> list[tuple[Any, str]]:
        """Those that ended by now or were ended for taking too long."""
        found = []
        for pid, (ticket, since) in list(self.running.items()):
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                found.append((ticket, KILLED if status else LIVED))
            elif time.monotonic() - since > LIMIT_S:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
                found.append((ticket, LATE))
            else:
                continue
            del self.running[pid]
        return found

    def stop(self) -> None:
        """End what still runs."""
        for pid in self.running:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


class Kept:
    """Results by the text of module and tests, outside the repository."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.all: dict[str, dict[str, str]] = json.loads(path.read_text()) if path.exists() else {}

    def of(self, module: str) -> dict[str, str]:
        """Results of a module as it is now. What was killed stays killed by more tests."""
        return self.all.setdefault(f"{module} {digest([path_of(module)])}", {})

    def save(self) -> None:
        """Whole or not at all."""
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps(self.all))
        fresh.replace(self.path)


def digest(paths: Sequence[Path]) -> str:
    """A short mark of some files' text."""
    text = b"".join(path.read_bytes() for path in paths)
    return hashlib.sha256(text).hexdigest()[:12]


class Session:
    """Takes the place of the tests: once they passed as they are, they run against every error."""

    def __init__(self, module: str, kept: Kept, oracle: Oracle, again: bool) -> None:
        self.module, self.kept, self.again = module, kept, again
        self.trial = Trial(module, oracle)
        self.ends: Counter[str] | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """The errors of the module, two at a time."""
        self.trial.session = session
        if not (self.trial.pass_again() and self.trial.agrees()):
            sys.exit(f"The tests of {self.module} fail without any error planted.")
        gc.freeze()
        source = path_of(self.module).read_text()
        found = mutants(source)
        done = self.kept.of(self.module)
        waiting = [m for m in found if done.get(m.name) in (None, LIVED if self.again else None)]
        pool = Pool(self.trial)
        try:
            while waiting or pool.running:
                while waiting and len(pool.running) < AT_ONCE:
                    one = waiting.pop(0)
                    pool.start(one, mutated(source, one))
                for one, end in pool.ended():
                    done[one.name] = end
                    self.kept.save()
                    if end == LIVED and one.name not in EQUIVALENT.get(self.module, {}):
                        print(f"  lived: {self.module} {one.name}", flush=True)
                time.sleep(0.005)
        finally:
            pool.stop()
            self.kept.save()
        self.ends = count(self.module, found, done)
        return True


def count(module: str, found: list[Mutant], done: dict[str, str]) -> Counter[str]:
    """How the errors of a module ended; one that changes nothing is neither killed nor alive."""
    same = EQUIVALENT.get(module, {})
    ends: Counter[str] = Counter(mutants=len(found))
    for one in found:
        ends["equivalent" if done[one.name] == LIVED and one.name in same else done[one.name]] += 1
    for name in same:
        if done.get(name) != LIVED:
            print(f"  not equivalent: {module} {name}")
    return ends


def rate(ends: Counter[str]) -> float:
    """Share of errors noticed, of those that change anything; in percent."""
    real = ends["mutants"] - ends["equivalent"]
    return round(100 * (ends[KILLED] + ends[LATE]) / real, 1) if real else 100.0


def table(results: dict[str, Counter[str]]) -> str:
    """For `docs/mutation.md`."""
    lines = ["| module | mutants | killed | too long | survived | equivalent | killed % |"]
    lines.append("| --- | --- | --- | --- | --- | --- | --- |")
    whole: Counter[str] = sum(results.values(), Counter())
    for name, ends in [*results.items(), ("all", whole)]:
        cells = [ends["mutants"], ends[KILLED], ends[LATE], ends[LIVED], ends["equivalent"]]
        lines.append(f"| `{name}` | {' | '.join(map(str, cells))} | {rate(ends)} |")
    return "\n".join(lines)


def main() -> None:
    """Run, print the table and one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("modules", nargs="*", metavar="module", help=f"of {', '.join(TESTS)}")
    parser.add_argument("--survivors", action="store_true", help="try again those that lived")
    parser.add_argument(
        "--results", type=Path, default=Path(tempfile.gettempdir()) / "esm-mutation.json"
    )
    options = parser.parse_args()
    os.nice(10)
    hypothesis.settings.register_profile(
        "mutation", derandomize=True, deadline=None, max_examples=25, database=None
    )
    hypothesis.settings.load_profile("mutation")
    oracle, kept = Oracle(), Kept(options.results)
    started, results = time.monotonic(), {}
    for module in options.modules or TESTS:
        session = Session(module, kept, oracle, options.survivors)
        tests_pass(module, session)
        if session.ends is None:
            sys.exit(1)
        results[module] = session.ends
    print(table(results))
    seconds = round(time.monotonic() - started)
    rows = {name: {**ends, "rate": rate(ends)} for name, ends in results.items()}
    print(json.dumps({"mutation": rows, "seconds": seconds, "oracle_files": FILES}))


if __name__ == "__main__":
    main()
