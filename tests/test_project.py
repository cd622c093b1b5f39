"""What holds the project together: pins, commands, licences, workflows, and what it never says."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib

import pytest
import yaml
from conftest import NOTEBOOKS, ROOT

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
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
    found = [re.fullmatch(r"([A-Za-z0-9._-]+)==([^\s;\\]+)[^#]*", line.strip()) for line in lines]
    return {match[1].lower(): match[2] for match in found if match}


def workflows():
    return sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def targets():
    return set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8")))


def test_requirements_are_exact():
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    named = [line for line in lines if line and not line.startswith("#")]
    assert len(pins("requirements.txt")) == len(named)


def test_the_lock_holds_the_pins_with_hashes():
    locked = pins("requirements.lock")
    assert pins("requirements.txt").items() <= locked.items(), "run `make lock`"
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    for block in re.split(r"\n(?=[a-z0-9])", text):
        assert "--hash=sha256:" in block, block[:80]


def test_binder_has_the_same_pins():
    small, whole = pins("binder/requirements.txt"), pins("requirements.txt")
    assert small
    assert small.items() <= whole.items()


def test_binder_has_what_the_package_needs():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = {re.match(r"[A-Za-z0-9_-]+", line)[0].lower() for line in project["dependencies"]}
    assert needed <= set(pins("binder/requirements.txt"))


def test_binder_scripts():
    assert (ROOT / "binder" / "runtime.txt").read_text(encoding="utf-8").strip() == "python-3.11"
    assert os.access(ROOT / "binder" / "postBuild", os.X_OK)
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_no_registry_and_no_path_of_one_machine():
    this = "tests/" + os.path.basename(__file__)
    rules = {this, "tests/test_notebook_rules.py"}
    for name, text in project_files():
        if name not in rules:
            for pattern in (REGISTRIES, MACHINE_PATH):
                found = pattern.search(text)
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
    for name, text in project_files():
        if name.endswith(".py"):
            calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
            wrong = [call.lineno for call in calls if opens_as_the_machine_does(call)]
            assert not wrong, f"{name}, lines {wrong}: an encoding"


def test_copies_are_passed_by():
    listed = subprocess.run(
        ["make", "-n", "test-notebooks"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    run = re.findall(r"notebooks/[^\s]*", listed.stdout)
    assert {ROOT / path for path in run} == set(NOTEBOOKS)


def test_repository_address_is_set_once():
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    short = config["repository"]["url"].partition("://")[2]
    assert [name for name, text in project_files() if short in text] == ["_config.yml"]


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "book/how-to-use.md"])
def test_named_commands_exist(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    named = set(re.findall(r"(?m)(?:`|^)make ([a-z-]+)", text))
    assert named
    assert named <= targets()


def test_readme_links_lead_somewhere():
    for name in ("README.md", "CONTRIBUTING.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        for link in re.findall(r"\]\((?!https?:)([^)#]+)\)", text):
            assert (ROOT / link).exists(), f"{name}: {link}"


def test_ci_runs_the_test_command_of_the_readme():
    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()[-1] == "make test"
    assert "\nmake test " in (ROOT / "README.md").read_text(encoding="utf-8")


def test_what_runs_without_make_is_there():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    first, *lines = re.search(r"(?s)```powershell\n(.*?)```", readme)[1].splitlines()
    assert first == "py -m venv .venv"
    for line in lines:
        program = re.match(r"\.venv\\Scripts\\(\S+)", line)[1]
        assert shutil.which(program, path=os.path.dirname(sys.executable)), line
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    left_out = re.search(r"(?m)^SITE_TESTS := (.*)", makefile)[1].split()
    for path in ("README.md", ".github/workflows/tests.yml"):
        text = (ROOT / path).read_text(encoding="utf-8")
        assert re.findall(r"--ignore=(\S+)", text) == left_out, path
        assert "--require-hashes -r requirements.lock" in text, path


def test_there_are_workflows():
    assert {path.stem for path in workflows()} == {"tests", "pages", "weekly"}


@pytest.mark.parametrize("path", workflows(), ids=lambda path: path.stem)
def test_workflow_is_pinned_and_modest(path):
    text = path.read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {"contents": "read"}
    assert "concurrency" in workflow
    assert all("timeout-minutes" in job or "needs" in job for job in workflow["jobs"].values())
    used = re.findall(r"uses:\s*(.*)", text)
    assert used
    for action in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("LICENSE", "BSD 3-Clause"),
        ("LICENSE-TEXT", "creativecommons.org/licenses/by/4.0/"),
        ("CHANGELOG.md", "Keep a Changelog"),
    ],
)
def test_licences_and_changes(path, words):
    assert words in (ROOT / path).read_text(encoding="utf-8")


def test_one_version_everywhere():
    import hccbook

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert hccbook.__version__ == project["version"] == citation["version"]
    assert f"## [{hccbook.__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_importing_the_package_loads_no_library():
    code = f"import hccbook, sys; print([name for name in {HEAVY} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_missing_python_is_one_clear_line(tmp_path):
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    command = ["make", "-s", "env", "PYTHON=no-such-python"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode != 0
    said = [line for line in run.stderr.splitlines() if not line.startswith("make")]
    assert len(said) == 1
    assert "3.11" in said[0]
