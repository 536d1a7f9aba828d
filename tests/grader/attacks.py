"""Notebooks that try to gain points without solving anything, or to reach what is not theirs.

Each is the tiny problem set with wrong answers. `first` is run before everything else; `add`
and `share` replace the answers. `forgeable` marks those that gain points in compat mode, where
tests run in the student's own kernel; in isolated mode none may gain any. One that reaches what
it should not prints a word in two parts, so that a traceback with the line in it does not.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from .tiny import TinyCourse, role_of

ADD, SHARE = "def add(a, b):\n    return 0", "def share(cake, people):\n    return 0"
PEER = (
    "import sys\npeer = sys.modules.get('grader_channel.serve')\n"
    "peer = peer and peer._grader_channel\n"
)


@dataclass(frozen=True)
class Attack:
    """One hostile notebook."""

    first: str = ""
    add: str = ADD
    share: str = SHARE
    forgeable: bool = False
    slow: bool = False
    """Takes until a limit stops it."""

    def hand_in(self, tiny: TinyCourse, name: str) -> None:
        answers = {"add": self.add, "share": self.share}
        nb = tiny.notebook(**answers)
        nb.cells.insert(0, new_code_cell(textwrap.dedent(self.first)))
        CHANGES.get(name, lambda nb: None)(nb)
        tiny.submit(name, nb)


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

ATTACKS = {name: Attack() for name in CHANGES} | {
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
    "files: shadow modules": Attack(
        """
        import os
        for name in ("ast", "random", "numpy", "torch", "msgpack", "hmac", "math", "grader"):
            open(name + ".py", "w").write("import os; os._exit(0)")
        """,
    ),
    "files: startup": Attack(
        """
        import os
        for folder in ("~/.ipython/profile_default/startup", "~/.config", "~"):
            folder = os.path.expanduser(folder)
            os.makedirs(folder, exist_ok=True)
            for name in ("00.py", "sitecustomize.py", "usercustomize.py"):
                open(os.path.join(folder, name), "w").write("add = lambda a, b: a + b")
        """,
    ),
    "files: links": Attack(
        """
        import os
        for place in ("/proc/1/root", "/home", "/etc/passwd", "/run/kernel"):
            try:
                os.symlink(place, "link")
            except OSError as error:
                print(error)
        """,
    ),
    "files: the gradebook": Attack(
        """
        import os
        for folder, _, files in os.walk("/", onerror=None):
            if folder.startswith(("/proc", "/sys", "/usr")) or "site-packages" in folder:
                continue  # nbgrader's own tests carry a gradebook
            if {"gradebook.db", "grader_secret.key"} & {*files}:
                print("LO" "OT", folder)
        """,
    ),
    "files: other students": Attack(
        """
        import glob
        found = glob.glob("/**/submitted/**/*.ipynb", recursive=True)
        found = [path for path in found if "site-packages" not in path]
        print("LO" "OT" * len(found), found)
        """,
        slow=True,
    ),
    "magics": Attack(
        """
        from IPython.core.magic import register_cell_magic
        @register_cell_magic
        def capture(line, cell):
            return None
        get_ipython().run_line_magic("alias_magic", "assert pdef")
        shown = "InteractiveShell.ast_node_interactivity = 'none'"
        get_ipython().run_line_magic("config", shown)
        get_ipython().system("echo hi")
        """,
        share="def share(cake, people):\n    return 0",
        forgeable=True,
    ),
    "threads": Attack(
        """
        import threading, time
        def forge():
            kernel = get_ipython().kernel
            while True:
                time.sleep(0.05)
                get_ipython().user_ns["right"] = 4
        threading.Thread(target=forge, daemon=True).start()
        """,
    ),
    "daemons": Attack(
        """
        import os, time
        if os.fork() == 0:
            os.setsid()
            time.sleep(1000)
            os._exit(0)
        """,
    ),
    "at exit": Attack(
        """
        import atexit, os
        atexit.register(lambda: os.system("touch /home/student/left"))
        """,
    ),
    "exit: at once": Attack(add="import os\nos._exit(0)"),
    "exit: politely": Attack(add="def add(a, b):\n    raise SystemExit(0)"),
    "exit: in C": Attack(add="def add(a, b):\n    import ctypes\n    ctypes.string_at(0)"),
    "exit: kernel": Attack("get_ipython().kernel.do_shutdown(False)"),
    "bomb: processes": Attack(
        "import os\nfor _ in range(100):\n    if os.fork() == 0:\n"
        "        import time; time.sleep(60); os._exit(0)",
    ),
    "bomb: threads": Attack(
        """
        import threading
        started = []
        for _ in range(2000):
            threading.Thread(target=threading.Event().wait, daemon=True).start()
            started.append(1)
        import time
        time.sleep(1)
        """,
        "def add(a, b):\n    return print('LO' 'OT' * (len(started) >= 2000)) or 0",
    ),
    "bomb: sockets": Attack(
        """
        import socket, time
        pairs = [socket.socketpair() for _ in range(400)]
        for one in (end for pair in pairs for end in pair):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2**24)
            one.setblocking(False)
            try:
                while True:
                    one.send(bytes(2**16))
            except BlockingIOError:
                pass
        time.sleep(1)
        """,
        "def add(a, b):\n    return print('LO' 'OT' * (len(pairs) >= 400)) or 0",
    ),
    "bomb: empty files": Attack(
        """
        import os
        for folder in ("/tmp", "/dev/shm", "/home/student", "/run/kernel"):
            try:
                for number in range(20_000):
                    os.mknod(f"{folder}/{number}")
                print("LO" "OT" * (folder != "/home/student"))
            except OSError as error:
                print(error)
        """,
    ),
    "bomb: memory": Attack("hoard = []\nwhile True:\n    hoard.append(b'x' * 10**8)"),
    "bomb: disk": Attack(
        """
        try:
            with open("full", "wb") as file:
                while True:
                    file.write(b"x" * 10**6)
        except OSError as error:
            print(error)
        """,
    ),
    "bomb: output": Attack("while True:\n    print('x' * 10_000)", slow=True),
    "bomb: recursion": Attack(add="def add(a, b):\n    return add(a, b)"),
    "bomb: values": Attack(
        add="""
        def add(a, b):
            nested = []
            for _ in range(100_000):
                nested = [nested]
            return nested
        """,
        share="def share(cake, people):\n    return list(range(10**7))",
    ),
    "bomb: time": Attack(
        add="""
        def add(a, b):
            import signal
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            while True:
                pass
        """,
        slow=True,
    ),
    "network": Attack(
        """
        import socket
        for place in (("192.0.2.1", 53), ("127.0.0.1", 22)):
            try:
                socket.create_connection(place, timeout=0.2)
                print("LO" "OT connected")
            except OSError as error:
                print(error)
        """,
    ),
    "environment": Attack(
        """
        import os
        print("LO" "OT" * ("GRADER_CHECK_SEED" in os.environ))
        os.environ["GRADER_CHECK_SEED"] = "1"
        """,
    ),
    "pickles": Attack(
        """
        import os
        class Evil:
            def __reduce__(self):
                return os.system, ("touch /tmp/evil",)
            __reduce_ex__ = lambda self, protocol: self.__reduce__()
        """,
        "def add(a, b):\n    return Evil()",
        "def share(cake, people):\n    return [Evil()]",
    ),
    "feedback: a script": Attack(
        """
        from IPython.display import HTML, display
        display(HTML("<script>document.title = 'LOST'</script>"))
        """,
        "def add(a, b):\n    raise ValueError('<script>document.title = 1</script>')",
    ),
}
