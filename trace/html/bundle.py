"""Makes one page out of the modules beside this file, as C source.

usage: bundle.py OUT.c DEPFILE

Starts from main.js, follows its imports, and puts the modules into one script in the order of
their needs; x.css beside x.js goes into the page's one style element, behind base.css. The page
forbids itself everything else: its policy names the hashes of these two elements, and nothing
may be loaded.

A module imports as `import { a, b } from './x.js';` and exports by `export` before a function, class
or const. In the page each becomes a function's body with a scope of its own; what would not survive
that is an error here.
"""

import base64
import hashlib
import pathlib
import re
import sys

IMPORT = re.compile(r"^import\s*\{([^}]*)\}\s*from\s*'\./([\w-]+\.js)';\n", re.MULTILINE)
EXPORT = re.compile(r"^export\s+(?:async\s+)?(?:function\*?|class|const)\s+(\w+)", re.MULTILINE)
FORBIDDEN = [
    (re.compile(r"^import\b", re.MULTILINE), "an import that is not `import { a } from './x.js';`"),
    (re.compile(r"^export\b(?!\s+(?:async\s+)?(?:function|class|const)\b)", re.MULTILINE),
     "an export that is not before a function, class or const"),
    (re.compile(r"\b(?:innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval)\b"),
     "a way to make markup or code out of text"),
]
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)  # in a style
# What would end or change the element that the text stands in.
BREAKS_OUT = re.compile(r"</(?:script|style)|<!--", re.IGNORECASE)


def constant(module):
    return "module_" + re.sub(r"\W", "_", module[:-3])


class Fault(Exception):
    """Why there is no page."""


def names(text):
    """`a, b` of an import."""
    return [name.strip() for name in text.split(",") if name.strip()]


def smaller(text):
    """Without indentation and lines of comment, but for templates that go over several lines."""
    lines, is_inside = [], False
    for line in text.split("\n"):
        if is_inside:
            lines.append(line)
        elif line.strip() and not line.lstrip().startswith("//"):
            lines.append(line.lstrip())
        if line.replace("\\`", "").count("`") % 2:
            is_inside = not is_inside
    return "\n".join(lines)


class Bundle:
    def __init__(self, folder):
        self.folder = folder
        self.modules = {}    # name -> its source in the page, in the order of their needs
        self.exported = {}   # name -> what it exports
        self.open = []       # modules that are being read, to find circles
        self.files = []      # all that was read

    def read(self, name):
        path = self.folder / name
        if not path.exists():
            raise Fault(f"{name} is missing")
        self.files.append(path)
        text = path.read_text()
        if BREAKS_OUT.search(text):
            raise Fault(f"{name} has {BREAKS_OUT.search(text).group()} in it")
        return text

    def add(self, name):
        if name in self.modules:
            return
        if name in self.open:
            raise Fault("modules need each other: " + " -> ".join(self.open + [name]))
        self.open.append(name)
        text = self.read(name)
        wanted = [(names(listed), module) for listed, module in IMPORT.findall(text)]
        for listed, module in wanted:
            self.add(module)
            for unknown in set(listed) - self.exported[module]:
                raise Fault(f"{name} imports {unknown}, which {module} does not export")
        text = IMPORT.sub("", text)
        for rule, what in FORBIDDEN:
            if rule.search(text):
                raise Fault(f"{name}: {what}")
        self.exported[name] = set(EXPORT.findall(text))
        self.modules[name] = self.enclose(name, wanted, text)
        self.open.pop()

    def enclose(self, name, wanted, text):
        """The module as a constant that holds what it exports."""
        imports = "".join(f"const {{ {', '.join(listed)} }} = {constant(module)};\n" for listed, module in wanted)
        body = smaller(re.sub(r"^export\s+", "", text, flags=re.MULTILINE))
        exports = ", ".join(sorted(self.exported[name]))
        return f"// ---- {name}\nconst {constant(name)} = (() => {{\n{imports}{body}\nreturn {{ {exports} }};\n}})();\n"

    def script(self):
        return "\n".join(self.modules.values())

    def style(self):
        sheets = [self.read("base.css"), self.read("recent.css")]
        for name in self.modules:
            if (self.folder / name).with_suffix(".css").exists():
                sheets.append(self.read(name[:-3] + ".css"))
        text = COMMENT.sub("", "\n".join(sheets))
        return "\n".join(line.strip() for line in text.split("\n") if line.strip()) + "\n"


def source_hash(text):
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def make(folder):
    """The page, its policy, and the files it was made of."""
    bundle = Bundle(folder)
    bundle.add("main.js")
    script, style = "\n" + bundle.script(), "\n" + bundle.style()
    policy = (f"default-src 'none'; script-src {source_hash(script)}; style-src {source_hash(style)}; "
              "img-src data:; base-uri 'none'; form-action 'none'")
    template = folder / "page.html"
    bundle.files.append(template)
    page = template.read_text()
    for mark, text in (("@POLICY@", policy), ("@STYLE@", style), ("@SCRIPT@", script)):
        if page.count(mark) != 1:
            raise Fault(f"page.html has to have {mark} once")
        page = page.replace(mark, text)
    return page, policy, bundle.files


def c_array(data):
    rows = (data[i:i + 24] for i in range(0, len(data), 24))
    return "".join("    " + "".join(f"{byte}," for byte in row) + "\n" for row in rows)


def main():
    out, depfile = map(pathlib.Path, sys.argv[1:3])
    try:
        page, policy, files = make(pathlib.Path(__file__).resolve().parent)
    except Fault as fault:
        sys.exit(f"bundle.py: {fault}")
    out.write_text('/* Made by trace/html/bundle.py. */\n#include "trace/html.h"\n\n'
                   f"const unsigned char hs__html_page[] = {{\n{c_array(page.encode())}}};\n"
                   "const size_t hs__html_page_n = sizeof hs__html_page;\n"
                   f'const char hs__html_policy[] = "{policy}";\n')
    depfile.write_text(f"{out}: " + " ".join(str(path).replace(" ", "\\ ") for path in files) + "\n")


if __name__ == "__main__":
    main()
