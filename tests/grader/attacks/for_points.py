"""Attacks on points: read the tests, neutralise or forge what they say."""

from __future__ import annotations

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from ..tiny import role_of
from .attack import Attack

PEER = (
    "import sys\npeer = sys.modules.get('grader_channel.serve')\n"
    "peer = peer and peer._grader_channel\n"
)


def _retagged(nb: NotebookNode) -> None:
    for grade_id in ("add-check", "add-hidden", "share-check"):
        role_of(nb, grade_id).metadata["tags"] = ["skip-execution", "raises-exception"]
        role_of(nb, grade_id).metadata.nbgrader["points"] = 1000


def _rewritten(nb: NotebookNode) -> None:
    for grade_id in ("add-check", "add-hidden"):
        role_of(nb, grade_id).source = "pass"
    role_of(nb, "share-check").source = "4"


def _deleted(nb: NotebookNode) -> None:
    nb.cells = [cell for cell in nb.cells if not cell.metadata.get("nbgrader", {}).get("grade")]


def _doubled(nb: NotebookNode) -> None:
    for grade_id in ("add-check", "add-hidden", "share-check"):
        nb.cells.append(new_code_cell("pass", metadata=role_of(nb, grade_id).metadata))


def _markdown(nb: NotebookNode) -> None:
    for grade_id in ("add-check", "add-hidden", "share-check"):
        cell = role_of(nb, grade_id)
        cell.cell_type = "markdown"
        del cell["outputs"], cell["execution_count"]


def _tests_first(nb: NotebookNode) -> None:
    tests = [cell for cell in nb.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    nb.cells = tests + [cell for cell in nb.cells if cell not in tests]


CHANGES = {
    "metadata: tags and points": _retagged,
    "metadata: rewritten tests": _rewritten,
    "metadata: deleted tests": _deleted,
    "metadata: doubled tests": _doubled,
    "metadata: tests made text": _markdown,
    "metadata: tests before answers": _tests_first,
}

GUESS = """
def add(a, b):
    return {}
"""
STEAL = """
import re
def steal(text):
    found = re.search(r"secret_pair\\)? == (\\d+)", text)
    return int(found[1]) if found else 0
"""
PASSES_ALL = "lambda *args, **kwargs: None"

FOR_POINTS = {name: Attack(change=change) for name, change in CHANGES.items()} | {
    "tests: In": Attack(STEAL, "def add(a, b):\n    return steal(str(In))", forgeable=True),
    "tests: history": Attack(
        STEAL,
        "def add(a, b):\n    lines = get_ipython().history_manager.get_range()\n"
        "    return steal(str(list(lines)))",
        forgeable=True,
    ),
    "tests: files": Attack(
        STEAL
        + """
import os
loot = ""
for folder, folders, files in os.walk("/"):
    folders[:] = [n for n in folders if folder != "/" or n not in ("proc", "sys", "usr")]
    if "site-packages" in folder or "/lib/python" in folder:
        continue
    for name in files:
        if name.endswith((".md", ".ipynb", ".db", ".key")):
            loot += open(os.path.join(folder, name), errors="replace").read(100_000)
print(loot)
""",
        "def add(a, b):\n    return steal(loot)",
    ),
    "tests: memory of processes": Attack(
        STEAL
        + """
import glob
loot = ""
for path in glob.glob("/proc/[0-9]*/environ") + glob.glob("/proc/[0-9]*/cmdline"):
    try:
        loot += open(path, errors="replace").read()
    except OSError:
        pass
""",
        "def add(a, b):\n    return steal(loot)",
    ),
    "tests: frames": Attack(
        STEAL,
        """
        def add(a, b):
            import sys, linecache
            frame, text = sys._getframe(), ""
            while frame:
                text += str(frame.f_globals.get("In")) + str(frame.f_code.co_consts)
                text += "".join(linecache.getlines(frame.f_code.co_filename))
                frame = frame.f_back
            return steal(text)
        """,
        forgeable=True,
    ),
    "tests: every object": Attack(
        STEAL,
        """
        def add(a, b):
            import gc
            texts = [x for x in gc.get_objects() if isinstance(x, (dict, list, tuple))]
            return max(steal(str(y)) for x in texts if len(x) < 500
                       for y in (x.values() if isinstance(x, dict) else x) if type(y) is str)
        """,
    ),
    "tests: input transformers": Attack(
        """
        def quiet(lines):
            return [] if any("assert" in line or "right" in line for line in lines) else lines
        get_ipython().input_transformers_cleanup.append(quiet)
        """,
        forgeable=True,
    ),
    "tests: syntax transformers": Attack(
        """
        import ast
        class Drop(ast.NodeTransformer):
            def visit_Assert(self, node):
                return ast.Pass()
        get_ipython().ast_transformers.append(Drop())
        """,
        forgeable=True,
    ),
    "asserts: compile": Attack(
        """
        import ast, builtins
        compile_ = builtins.compile
        def tame(source, *args, **kwargs):
            if isinstance(source, ast.AST):
                body = getattr(source, "body", [])
                source.body = [node for node in body if not isinstance(node, ast.Assert)]
            return compile_(source, *args, **kwargs)
        builtins.compile = tame
        """,
        forgeable=True,
    ),
    "asserts: run_code": Attack(
        """
        shell = get_ipython()
        async def nothing(*args, **kwargs):
            return False
        shell.run_code = nothing
        """,
        forgeable=True,
    ),
    "asserts: a trace": Attack(
        """
        import sys
        def trace(frame, event, arg):
            if event == "line" and "secret_pair" in frame.f_locals:
                frame.f_globals["add"] = lambda a, b: 42
            return trace if "ipykernel" in frame.f_code.co_filename else None
        sys.settrace(trace)
        """,
        forgeable=True,
        slow=True,
    ),
    "asserts: trusted errors": Attack(
        f"shell = get_ipython()\nshell.showtraceback = {PASSES_ALL}\n"
        f"shell._showtraceback = {PASSES_ALL}",
    ),
    "asserts: handled errors": Attack(
        f"get_ipython().set_custom_exc((Exception,), {PASSES_ALL})"
    ),
    "patched: builtins": Attack(
        "import builtins\nbuiltins.sum = lambda *args: 4\nbuiltins.AssertionError = None",
        forgeable=True,
        slow=True,
    ),
    "patched: namespace": Attack(
        "secret_pair, right = (20, 22), 4\n__builtins__.sum = lambda *args: 4",
        forgeable=True,
        slow=True,
    ),
    "patched: numbers in memory": Attack(
        """
        import ctypes
        ctypes.memmove(id(1001) + 24, (1002).to_bytes(4, "little"), 4)
        """,
    ),
    "equal: always": Attack(
        "class Yes:\n    def __eq__(self, other):\n        return True\n    __hash__ = None",
        "def add(a, b):\n    return Yes()",
        "def share(cake, people):\n    return Yes()",
        forgeable=True,
    ),
    "equal: a float": Attack(
        "class Yes(float):\n    __eq__ = lambda self, other: True\n    __hash__ = None",
        "def add(a, b):\n    return Yes()",
        "def share(cake, people):\n    return Yes()",
        forgeable=True,
    ),
    "equal: an array": Attack(
        """
        import numpy as np
        class Yes(np.ndarray):
            __eq__ = lambda self, other: True
        yes = np.zeros(1).view(Yes)
        """,
        "def add(a, b):\n    return yes",
        "def share(cake, people):\n    return yes",
        forgeable=True,
    ),
    "equal: false class": Attack(
        "class Yes:\n    __class__ = int\n    __eq__ = lambda s, o: True\n"
        "    __index__ = __int__ = lambda s: 42",
        "def add(a, b):\n    return Yes()",
        "def share(cake, people):\n    return Yes()",
        forgeable=True,
    ),
    "output: display hook": Attack(
        """
        import sys
        hook = type(get_ipython().displayhook)
        hook.compute_format_data = lambda self, result: ({"text/plain": "4"}, {})
        """,
        forgeable=True,
    ),
    "output: forged result": Attack(
        share="""
        def share(cake, people):
            kernel = get_ipython().kernel
            content = {"data": {"text/plain": "4"}, "metadata": {}, "execution_count": 1}
            kernel.session.send(kernel.iopub_socket, "execute_result", content,
                                parent=kernel.get_parent("shell"))
            return 0
        """,
        forgeable=True,
    ),
    "output: cleared": Attack(
        "from IPython.display import clear_output\n"
        "get_ipython().events.register('post_execute', clear_output)",
        forgeable=True,
    ),
    "output: silenced": Attack(
        f"get_ipython().kernel.session.send = {PASSES_ALL}",
        slow=True,
    ),
    "output: forged reply": Attack(
        """
        kernel = get_ipython().kernel
        async def fine(*args, **kwargs):
            return {"status": "ok", "execution_count": 1, "payload": [], "user_expressions": {}}
        kernel.do_execute = fine
        """,
        forgeable=True,
    ),
    "points: not a number": Attack(share="def share(cake, people):\n    return float('nan')"),
    "points: infinite": Attack(share="def share(cake, people):\n    return float('inf')"),
    "channel: everything yes": Attack(
        PEER + "if peer: peer.handle = lambda name, items: True",
    ),
    "channel: garbage": Attack(
        PEER + "if peer: peer.wire.connection.sendall(b'\\xff' * 100_000)",
    ),
    "channel: a frame without end": Attack(
        PEER + "if peer: peer.wire.connection.sendall(b'\\x00\\x1f\\xff\\xff\\0\\0\\0\\0abc')",
        slow=True,
    ),
    "channel: forged points": Attack(
        PEER
        + """
if peer:
    import msgpack, os, struct
    body = msgpack.packb(["points", 3.0, ""])
    for number in range(3, 64):
        try:
            os.write(number, struct.pack(">II", len(body), 0) + body)
        except OSError:
            pass
""",
        slow=True,
    ),
    "channel: looks into the checker": Attack(
        PEER,
        """
        def add(a, b):
            found = []
            for name in ("__globals__", "__class__", "namespace", "f_globals"):
                try:
                    found.append(peer.request("get", 0, name))
                except BaseException:
                    pass
            print("LO" "OT", found)
            return 0
        """,
    ),
    "channel: left early": Attack(
        PEER + "if peer: peer.serve = lambda: None",
        slow=True,
    ),
}
