"""A reader's way through JupyterLab: open a notebook, restart, run all, see it succeed."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from conftest import ROOT

#: The notebook that JupyterLab opens, and one whose links are tried.
START, LINKED = "notebooks/00-start-here.ipynb", "notebooks/magnesium-replication.ipynb"
TOKEN = "a-token-for-one-test"
PATIENCE = 900  # seconds; only a JupyterLab that hangs reaches it
SETTINGS = {
    # Lab would ask its maker for news, and ask the reader whether it may.
    "apputils-extension/notification": {
        "checkForUpdates": False,
        "doNotDisturbMode": True,
        "fetchNews": "false",
    },
}

#: JupyterLab's own: a menu that closes while a busy machine still draws it.
MENU_CLOSED = {"Cannot read properties of undefined (reading 'node')"}


def wait_for(what, ask):
    """Ask until the answer is true."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if answer := ask():
            return answer
        time.sleep(0.5)
    pytest.fail(f"waited {PATIENCE} s for {what}", pytrace=False)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def lab(tmp_path):
    """Start JupyterLab in a folder of its own, with copies of the notebooks and the pages."""
    work, port = tmp_path / "work", free_port()
    for folder in ("notebooks", "book"):
        shutil.copytree(ROOT / folder, work / folder)
    notebook = work / START
    strip(notebook)
    for name, values in SETTINGS.items():
        file = tmp_path / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values), encoding="utf-8")
    folders = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
    }
    environment = os.environ | {name: str(tmp_path / folder) for name, folder in folders.items()}
    # The notebook compares its results with the stored ones and writes none.
    environment["HCCBOOK_RESULTS"] = "check"
    options = [f"--port={port}", "--port-retries=0", f"--IdentityProvider.token={TOKEN}"]
    options += ["--no-browser", "--ip=127.0.0.1", "--allow-root", f"--ServerApp.root_dir={work}"]
    options += [f"--MappingKernelManager.kernel_info_timeout={PATIENCE}"]
    log = (tmp_path / "lab.log").open("w", encoding="utf-8")
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", *options],
        env=environment,
        cwd=work,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    address = f"http://127.0.0.1:{port}"

    def answers():
        assert server.poll() is None, (tmp_path / "lab.log").read_text(encoding="utf-8")[-2000:]
        try:
            return urllib.request.urlopen(f"{address}/api?token={TOKEN}", timeout=PATIENCE)
        except OSError:  # nobody listens yet
            return None

    try:
        wait_for("JupyterLab to answer", answers)
        yield address, notebook
    finally:
        server.terminate()
        server.wait(timeout=PATIENCE)
        log.close()


LINKS = ".jp-Notebook .jp-MarkdownCell a"


def test_words_are_plain_and_links_open(lab, browser):
    address, _ = lab
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(1000 * PATIENCE)
    page = context.new_page()
    page.goto(f"{address}/lab/tree/{LINKED}?token={TOKEN}&reset")
    page.wait_for_selector(f"{LINKS}[href*='glossary.md']")
    said = " ".join(page.locator(".jp-Notebook .jp-MarkdownCell").all_inner_texts())
    for raw in ("{term}", "{cite", "term-", "⚠"):
        assert raw not in said

    def opens(link, place):
        # Cells that come into view are drawn again: a click may meet a link that is going.
        def clicked():
            if f"/lab/tree/{LINKED}" in page.url:
                page.locator(f"{LINKS}{link}").first.click()
                page.wait_for_timeout(2000)
            return place in page.url

        wait_for(f"{place} to open", clicked)
        page.goto(f"{address}/lab/tree/{LINKED}?token={TOKEN}&reset")
        page.wait_for_selector(f"{LINKS}[href*='glossary.md']")

    opens("[href*='glossary.md']", "book/glossary.md")
    opens("[href*='bibliography.md']", "book/bibliography.md")
    opens("[href*='magnesium-lab.ipynb']", "notebooks/magnesium-lab.ipynb")
    # In the page: its mark comes into view, under the name that JupyterLab gives it.
    inside = f"{LINKS}[href^='#']:not(:text-is('¶'))"
    seen = """() => {
        const mark = document.getElementById(decodeURIComponent(location.hash.slice(1)));
        const top = mark?.getBoundingClientRect().top;
        return top > 0 && top < innerHeight;
    }"""

    def in_view():
        page.locator(inside).first.click()
        page.wait_for_timeout(2000)
        return page.evaluate(seen)

    wait_for("the heading to come into view", in_view)
    context.close()


def strip(path):
    """Remove outputs and counts, so that what is found later was made by this run."""
    book = json.loads(path.read_text(encoding="utf-8"))
    for cell in code_cells(book):
        cell.update(outputs=[], execution_count=None)
    path.write_text(json.dumps(book), encoding="utf-8")


def code_cells(book):
    return [cell for cell in book["cells"] if cell["cell_type"] == "code"]


def test_restart_and_run_all(lab, browser):
    address, notebook = lab
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(1000 * PATIENCE)
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{address}/lab/tree/{START}?token={TOKEN}&reset")
    page.wait_for_selector(".jp-Notebook .jp-Cell")
    # The status bar: the notebook's own mark says idle before there is a kernel.
    page.get_by_text(re.compile(r"Python 3.* \| Idle")).wait_for()

    page.locator(".lm-MenuBar-itemLabel", has_text="Kernel").click()
    page.get_by_role("menuitem", name="Restart Kernel and Run All Cells…").click()
    page.get_by_role("button", name="Confirm Kernel Restart").click()

    def finished():
        page.keyboard.press("Control+s")
        try:
            cells = code_cells(json.loads(notebook.read_text(encoding="utf-8")))
        except (ValueError, FileNotFoundError):  # it is being written
            return None
        failed = [o for cell in cells for o in cell["outputs"] if o["output_type"] == "error"]
        assert not failed, failed
        return all(cell["execution_count"] for cell in cells) and cells

    cells = wait_for("all cells to run", finished)
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    assert set(errors) <= MENU_CLOSED
    context.close()
