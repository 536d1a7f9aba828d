"""Attacks on what lies outside: files, processes, the machine, a reader of the feedback."""

from __future__ import annotations

from .attack import Attack

OUT_OF_THE_SANDBOX = {
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
