"""What holds the project together: pins, commands, data, examples, and what it never says."""

import ast
import doctest
import hashlib
import os
import pkgutil
import re
import shutil
import subprocess
import sys
import tomllib
from importlib import import_module
from importlib.metadata import distributions

import pytest
import yaml
from conftest import NOTEBOOKS, ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import hccbook
from hccbook import reported

#: Parts of names of package registries; joined here so that this file holds none of them.
REGISTRIES = re.compile(
    r"\b(?:pypi|npmjs|anaconda|debian|conda-forge)\.(?:org|com)|files\.pythonhosted|unpkg|jsdelivr"
)
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|root|home|Users)/\w+")
HEAVY = ("numpy", "pandas", "scipy", "lifelines", "sklearn", "statsmodels", "matplotlib")
SKIPPED_FOLDERS = {"_build", "build", "__pycache__", "node_modules", "hccbook.egg-info"}


def project_files():
    """Return every file of the project that is text and not made by a tool."""
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [
            name
            for name in folders
            if name not in SKIPPED_FOLDERS and (name[0] != "." or name in {".ci", ".github"})
        ]
        for name in names:
            path = ROOT / os.path.relpath(os.path.join(folder, name), ROOT)
            # Not the project's: a reader's copy, and what a second working tree of git has.
            if (path.suffix == ".ipynb" and path not in NOTEBOOKS) or name == ".git":
                continue
            try:
                yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


def pins(path):
    lines = text(path).splitlines()
    found = [re.fullmatch(r"([A-Za-z0-9._-]+)==([^\s;\\]+)[^#]*", line.strip()) for line in lines]
    return {match[1].lower(): match[2] for match in found if match}


def text(path):
    return (ROOT / path).read_text(encoding="utf-8")


def project():
    return tomllib.loads(text("pyproject.toml"))["project"]


def test_pins():
    whole, small = pins("requirements.txt"), pins("binder/requirements.txt")
    lines = text("requirements.txt").splitlines()
    assert len(whole) == len([line for line in lines if line and not line.startswith("#")])
    assert whole.items() <= pins("requirements.lock").items(), "run `make lock`"
    for block in re.split(r"\n(?=[a-z0-9])", text("requirements.lock")):
        assert "--hash=sha256:" in block, block[:80]
    # Binder has what the package needs and what that needs in turn, all as the lock has it.
    locked = set(re.findall(r"(?m)^(\S+==\S+)", text("requirements.lock")))  # some for one Python
    assert {f"{name}=={version}" for name, version in small.items()} <= locked, "run `make lock`"
    asked = {x for x in text("binder/requirements.in").splitlines() if not x.startswith("#")}
    assert {Requirement(x).name for x in project()["dependencies"]} <= asked <= set(small)
    there = {"python_version": "3.11", "python_full_version": "3.11.0"}
    there |= {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"}
    known = {canonicalize_name(x.name): x.requires or () for x in distributions()}
    assert asked <= set(known)
    for name in set(small) & set(known):
        for needed in map(Requirement, known[name]):
            if not needed.marker or needed.marker.evaluate(there | {"extra": ""}):
                assert canonicalize_name(needed.name) in small, f"{name} needs {needed}"
    assert text("binder/runtime.txt").strip() == "python-3.11"


def test_no_registry_and_no_path_of_one_machine():
    this = "tests/" + os.path.basename(__file__)
    rules = {this, "tests/test_notebook_rules.py"}
    for name, content in project_files():
        if name not in rules:
            for pattern in (REGISTRIES, MACHINE_PATH):
                found = pattern.search(content)
                assert not found, f"{name} holds {found[0]!r}"


def opens_as_the_machine_does(call):
    """Whether a call reads or writes text in the encoding of this machine."""
    name = getattr(call.func, "attr", getattr(call.func, "id", None))
    given = {keyword.arg for keyword in call.keywords}
    words = [argument.value for argument in call.args if isinstance(argument, ast.Constant)]
    if name == "open":  # of a file: with a mode, or the name of a file
        binary = any("b" in str(word) for word in words if len(str(word)) <= 3)
        return bool(call.args or given) and not binary and "encoding" not in given
    return name in {"read_text", "write_text"} and not {"encoding"} & given and "utf-8" not in words


def test_text_is_read_and_written_as_utf_8():
    for name, content in project_files():
        if name.endswith(".py"):
            calls = [node for node in ast.walk(ast.parse(content)) if isinstance(node, ast.Call)]
            wrong = [call.lineno for call in calls if opens_as_the_machine_does(call)]
            assert not wrong, f"{name}, lines {wrong}: an encoding"


def test_copies_are_passed_by():
    listed = subprocess.run(
        ["make", "-n", "test-notebooks"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    run = re.findall(r"notebooks/[^\s]*", listed.stdout)
    assert {ROOT / path for path in run} == set(NOTEBOOKS)


def test_repository_address_is_set_once():
    """A notebook that was downloaded alone names it too, in its second cell; so do badges."""
    short = yaml.safe_load(text("_config.yml"))["repository"]["url"].partition("://")[2]
    named = {name: content.count(short) for name, content in project_files() if short in content}
    notebooks = {path.relative_to(ROOT).as_posix(): 1 for path in NOTEBOOKS}
    assert named == {"_config.yml": 1, "README.md": 1} | notebooks


def test_what_the_pages_name_is_there():
    targets = set(re.findall(r"(?m)^([a-z-]+):", text("Makefile")))
    for name in ("README.md", "CONTRIBUTING.md", "book/how-to-use.md"):
        named = set(re.findall(r"(?m)(?:`|^)make ([a-z-]+)", text(name)))
        assert named, name
        assert named <= targets, name
    for name in ("README.md", "CONTRIBUTING.md"):
        for link in re.findall(r"\]\((?!https?:)([^)#]+)\)", text(name)):
            assert (ROOT / link).exists(), f"{name}: {link}"
    for program in ("binder/postBuild", ".ci/run"):
        assert os.access(ROOT / program, os.X_OK)
    assert text(".ci/run").splitlines()[-1] == "make test"
    assert "\nmake test " in text("README.md")


def test_what_runs_without_make_is_there():
    block = re.search(r"(?s)```powershell\n(.*?)```", text("README.md"))[1]
    first, *lines = block.splitlines()
    assert first == "py -m venv .venv"
    for line in lines:
        program = re.match(r"\.venv\\Scripts\\(\S+)", line)[1]
        assert shutil.which(program, path=os.path.dirname(sys.executable)), line
    left_out = re.search(r"(?m)^SITE_TESTS := (.*)", text("Makefile"))[1].split()
    for path in ("README.md", ".github/workflows/tests.yml"):
        assert re.findall(r"--ignore=(\S+)", text(path)) == left_out, path
        assert "--require-hashes -r requirements.lock" in text(path), path


def test_workflows_are_pinned_and_modest():
    paths = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
    assert {path.stem for path in paths} == {"tests", "pages", "weekly", "release"}
    for path in paths:
        workflow = yaml.safe_load(text(path))
        assert workflow["permissions"] == {"contents": "read"}
        assert "concurrency" in workflow
        assert all("timeout-minutes" in job or "needs" in job for job in workflow["jobs"].values())
        used = re.findall(r"uses:\s*(.*)", text(path))
        assert used
        for action in used:
            if action == "./.github/workflows/pages.yml":  # after the tests, and only then
                assert workflow["jobs"]["publish"]["needs"] == ["test", "elsewhere"]
                continue
            assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action


@pytest.mark.skipif(sys.platform == "win32", reason="releases are made on Linux")
def test_a_deployment_is_not_interrupted_and_a_release_has_its_version(tmp_path):
    """The tests of main call the deployment, so they must not be cancelled either."""
    group = yaml.safe_load(text(".github/workflows/tests.yml"))["concurrency"]
    assert group["cancel-in-progress"] == "${{ github.event_name == 'pull_request' }}"
    steps = yaml.safe_load(text(".github/workflows/release.yml"))["jobs"]["release"]["steps"]
    (check,) = (step["run"] for step in steps if "changelog" in step.get("name", ""))
    dated = re.sub(r"(?m)^(## \[[^]]+\]) - .*", r"\1 - 2026-12-01", text("CHANGELOG.md"), count=1)
    undated = re.sub(r"(?m)^(## \[[^]]+\]) - .*", r"\1 - unreleased", dated, count=1)
    for tag, changes, good in (
        (f"v{hccbook.__version__}", dated, True),
        (f"v{hccbook.__version__}", undated, False),
        ("v99.0.0", dated.replace(f"[{hccbook.__version__}]", "[99.0.0]"), False),
    ):
        shutil.copy(ROOT / "pyproject.toml", tmp_path)
        (tmp_path / "CHANGELOG.md").write_text(changes, encoding="utf-8")
        run, env = ["bash", "-e", "-c", check], os.environ | {"TAG": tag}
        assert (subprocess.run(run, cwd=tmp_path, env=env).returncode == 0) == good, tag


def test_licences_and_one_version():
    assert "BSD 3-Clause" in text("LICENSE")
    assert "creativecommons.org/licenses/by/4.0/" in text("LICENSE-TEXT")
    citation = yaml.safe_load(text("CITATION.cff"))
    assert hccbook.__version__ == project()["version"] == citation["version"]
    for words in ("Keep a Changelog", f"## [{hccbook.__version__}]"):
        assert words in text("CHANGELOG.md")


def test_importing_the_package_loads_no_library():
    for room, heavy in (
        ("", HEAVY),
        (".accuracy", ("pandas", "scipy", "lifelines", "statsmodels")),
        (".survival", ("pandas", "scipy", "lifelines", "statsmodels")),
    ):
        code = f"import hccbook{room}, sys; print([x for x in {heavy} if x in sys.modules])"
        run = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        assert run.stdout.strip() == "[]", room


def test_missing_python_is_one_clear_line(tmp_path):
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    command = ["make", "-s", "env", "PYTHON=no-such-python"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode != 0
    said = [line for line in run.stderr.splitlines() if not line.startswith("make")]
    assert len(said) == 1
    assert "3.11" in said[0]


LIST = reported.DATA / "checksums.sha256"


def test_every_data_file_is_listed_once_in_order_and_its_checksum_is_true():
    files = (path for path in reported.DATA.rglob("*") if path.is_file() and path != LIST)
    names = sorted(path.relative_to(reported.DATA).as_posix() for path in files)
    sums = [hashlib.sha256((reported.DATA / name).read_bytes()).hexdigest() for name in names]
    lines = [f"{found}  {name}\n" for found, name in zip(sums, names, strict=True)]
    # To the byte: no carriage return, one newline at the end.
    assert LIST.read_bytes().decode().splitlines(keepends=True) == lines


MODULES = [
    module.name
    for module in pkgutil.walk_packages(hccbook.__path__, "hccbook.")
    if not module.name.endswith("__main__")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    assert doctest.testmod(import_module(name)).failed == 0


def test_there_are_examples():
    finder = doctest.DocTestFinder()
    assert sum(bool(x.examples) for m in MODULES for x in finder.find(import_module(m))) > 40
