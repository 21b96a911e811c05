"""How the page is put together of its sources: trace/html/bundle.py."""

import base64
import hashlib
import importlib.util
import pathlib
import re

import pytest

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "trace" / "html"


def load():
    spec = importlib.util.spec_from_file_location("bundle", FOLDER / "bundle.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


bundle = load()


@pytest.fixture
def folder(tmp_path):
    """A page of one module, to be spoilt."""
    write(tmp_path, **{"main.js": "start();\n", "base.css": "a { color: red; }\n", "recent.css": "",
                       "page.html": '<p title="@POLICY@"><style>@STYLE@</style><script>@SCRIPT@</script>'})
    return tmp_path


def write(folder, **files):
    for name, text in files.items():
        (folder / name).write_text(text)


def script_of(folder):
    return re.search("<script.*?>(.*)</script>", bundle.make(folder)[0], re.DOTALL).group(1)


@pytest.mark.parametrize("element", ["script", "style"])
def test_the_policy_names_what_the_page_has_and_nothing_else(element):
    page, policy, _ = bundle.make(FOLDER)
    parts = re.findall(rf"<{element}[^>]*>(.*?)</{element}>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(parts[0].encode()).digest()).decode()
    assert len(parts) == 1
    assert f"{element}-src 'sha256-{digest}';" in policy
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy and "http" not in policy


def test_the_page_loads_nothing():
    page, _, _ = bundle.make(FOLDER)
    markup = re.sub("<(script|style).*?</\\1>", "", page, flags=re.DOTALL)
    assert re.findall(r'\bsrc=|<link(?! rel="icon" href="data:)|<iframe|@import', markup) == []
    assert re.findall(r"\bfetch\(|XMLHttpRequest|WebSocket|\bimport\(|url\(|@import", page) == []


def test_each_source_is_part_of_the_page():
    _, _, files = bundle.make(FOLDER)
    assert {path.name for path in FOLDER.iterdir() if path.suffix in (".js", ".css", ".html")} == \
        {path.name for path in files}


def test_modules_stand_in_the_order_of_their_needs_with_scopes_of_their_own(folder):
    write(folder, **{"a.js": "const own = 1;\nexport function one() { return own; }\n",
                     "b.js": "import { one } from './a.js';\nconst own = 2;\nexport const two = one() + own;\n",
                     "main.js": "import { two } from './b.js';\nimport { one } from './a.js';\nlog(one(), two);\n"})
    text = script_of(folder)
    assert text.index("module_a =") < text.index("module_b =") < text.index("module_main =")
    assert text.count("const own") == 2
    assert not re.search(r"^(import|export)\b", text, re.MULTILINE)


def test_comments_and_indentation_go_but_not_inside_of_templates(folder):
    write(folder, **{"main.js": "// why\n  one();\nconst a = `\n  // stays\n`;\n// gone\n"})
    text = script_of(folder)
    assert "why" not in text and "gone" not in text and "\none();" in text
    assert "`\n  // stays\n`" in text


@pytest.mark.parametrize("text, words", [
    ("import { a } from './none.js';\n", "none.js is missing"),
    ("import { a } from './other.js';\n", "other.js does not export"),
    ("import { main } from './circle.js';\n", "need each other"),
    ("import all from './other.js';\n", "an import that is not"),
    ("import * as all from './other.js';\n", "an import that is not"),
    ("export default 1;\n", "an export that is not"),
    ("export let a = 1;\n", "an export that is not"),
    ("node.innerHTML = name;\n", "markup or code out of text"),
    ("eval(name);\n", "markup or code out of text"),
    ("const end = '</script>';\n", "has </script in it"),
    ("const odd = '<!--';\n", "has <!-- in it"),
])
def test_what_would_break_the_page_is_refused(folder, text, words):
    write(folder, **{"main.js": text, "other.js": "export const b = 1;\n",
                     "circle.js": "import { a } from './main.js';\nexport const main = a;\n"})
    with pytest.raises(bundle.Fault, match=re.escape(words)):
        bundle.make(folder)
