"""Settings of the site; ``make docs`` builds it."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import figures  # noqa: E402
import sources  # noqa: E402

import sefa_widget  # noqa: E402

project = "sefa_widget"
author = "The sefa_widget authors"
release = version = sefa_widget.__version__
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "extension"]
exclude_patterns = ["**.ipynb_checkpoints"]
default_role = "py:obj"  # `edit` in a docstring is a name

myst_enable_extensions: list[str] = []
myst_heading_anchors = 3
nb_execution_mode = "off"  # outputs are those that are stored
nb_ipywidgets_js: dict[str, dict[str, str]] = {}  # the default asks a server for scripts

autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
autodoc_member_order = "bysource"
napoleon_google_docstring = False
napoleon_use_ivar = True
napoleon_use_rtype = False
python_use_unqualified_type_names = True
add_module_names = False
toc_object_entries_show_parents = "hide"

suppress_warnings = ["ref.python"]  # a field and a parameter of one name are no link to a third thing

highlight_language = "none"  # a block of no language is a drawing
html_theme = "furo"
html_title = "sefa_widget"
html_static_path = [str(HERE / "static"), str(figures.library())]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
extra = sources.GATHERED / sources.EXTRA
html_extra_path = [str(extra)] if extra.exists() else []
html_extra_names = sorted(f"live/{page.name}" for page in (extra / "live").glob("*.html"))
