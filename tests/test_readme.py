import re
import runpy
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_table_of_what_loads_is_that_of_the_code():
    script = runpy.run_path(str(ROOT / "docs" / "formats_table.py"))
    assert script["updated"](README) == README


def test_the_python_in_the_readme_runs():
    (code,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    names = {}
    exec(compile(code, "README.md", "exec"), names)
    assert names["images"].shape == (3, 3, 64, 64)


def test_every_file_the_documents_link_to_exists():
    for document in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        text = document.read_text(encoding="utf-8")
        for link in re.findall(r"\]\(([^)#]+)", text):
            if "://" not in link:
                assert (document.parent / link).exists(), f"{document.name} links to {link}"
