"""The wheel: it holds everything, and works outside the repository."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(out.glob("*.whl"))


def test_the_wheel_holds_the_referentiel_the_templates_and_the_notebooks(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for folder in ("referentiel", "case_templates", "notebooks"):
        own = {
            f"kit/data/{path.relative_to(ROOT).as_posix()}"
            for path in (ROOT / folder).rglob("*")
            if path.is_file() and not {".ipynb_checkpoints", "__pycache__"} & set(path.parts)
        }
        assert own
        assert own <= set(names), own - set(names)
    assert "kit/documents/house.typ" in names
    assert any(name.startswith("kit/messages/") and name.endswith(".yaml") for name in names)
    assert not [name for name in names if "test" in name.lower() or name.endswith(".key")]


def test_the_wheel_works_in_an_empty_folder_far_from_the_repository(wheel: Path, tmp_path: Path) -> None:
    """The libraries come from this environment; the package itself only from the wheel."""
    folder = tmp_path / "poste d’un formateur à Liège"
    folder.mkdir()
    python = new_environment(folder, wheel, shared=True)
    script = "import kit; print(kit.__file__)"
    where = subprocess.run([python, "-c", script], cwd=folder, capture_output=True, text=True, check=True)
    assert str(folder) in where.stdout
    demo(python, folder)


@pytest.mark.full
def test_the_wheel_installs_with_its_own_dependencies_in_an_empty_environment(
    wheel: Path, tmp_path: Path
) -> None:
    python = new_environment(tmp_path, wheel, shared=False)
    demo(python, tmp_path)


def new_environment(folder: Path, wheel: Path, *, shared: bool) -> Path:
    """Make a virtual environment with the wheel; its libraries are this one's when `shared`."""
    environment = folder / "env"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True, capture_output=True)
    python = environment / ("Scripts" if os.name == "nt" else "bin") / "python"
    if shared:
        site = next(environment.rglob("site-packages"))
        mine = sysconfig.get_paths()["purelib"]
        # Appended after the environment's own packages; `site.addsitedir` is not used so that the editable
        # install of this checkout stays unseen.
        (site / "libraries.pth").write_text(f"{mine}\n", "utf-8")
    options = ["--no-deps"] if shared else ["--require-virtualenv"]
    command = [python, "-m", "pip", "install", "--quiet", *options, str(wheel)]
    subprocess.run(command, check=True, capture_output=True, cwd=folder)
    return python


def demo(python: Path, folder: Path) -> None:
    """Run the demo with a clean environment and look at what it says of itself."""
    clean = {
        key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "KIT_", "VIRTUAL"))
    }
    command = [python, "-m", "kit", "demo", "--out", "démo 1"]
    done = subprocess.run(command, cwd=folder, env=clean, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    manifest = json.loads((folder / "démo 1" / "build" / "manifest.json").read_text("utf-8"))
    assert {entry["epreuve"] for entry in manifest["files"]} >= {"E2", "E3"}
    assert "DEMO-2026" in done.stdout


def test_pinned_versions_carry_hashes_and_no_address() -> None:
    text = (ROOT / "requirements.lock").read_text("utf-8")
    assert "://" not in text
    pinned = re.findall(r"^[a-z0-9._-]+==", text, re.MULTILINE)
    assert len(pinned) > 80
    assert text.count("--hash=sha256:") >= len(pinned)


def test_the_version_is_the_same_everywhere() -> None:
    import tomllib

    from kit.version import VERSION

    assert tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"] == VERSION


def test_every_dependency_is_pinned() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [name for names in project["optional-dependencies"].values() for name in names]
    wanted = {re.split(r"[<>=!;\[ ]", name)[0].lower() for name in [*project["dependencies"], *extras]}
    pinned = set(
        re.findall(r"^([a-z0-9._-]+)==", (ROOT / "requirements.lock").read_text("utf-8"), re.MULTILINE)
    )
    assert wanted <= pinned, wanted - pinned


def test_no_file_of_the_repository_names_a_registry_or_a_machine() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    words = ("pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".org", "/" + "work/", "deb.debian" + ".org")
    guilty = []
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if path.is_file():
            text = path.read_bytes().decode("utf-8", "replace")
            guilty += [(name, word) for word in words if word in text]
    assert guilty == []


def test_notebooks_are_committed_without_outputs() -> None:
    paths = [*(ROOT / "notebooks").glob("*.ipynb"), *(ROOT / "case_templates").glob("*/*.ipynb")]
    assert paths
    for path in paths:
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            assert not cell.get("outputs"), path
            assert cell.get("execution_count") is None, path
