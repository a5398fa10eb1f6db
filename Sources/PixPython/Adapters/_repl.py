"""`pixcrawler repl`: what a prompt begins with."""

import importlib.util
import os
import sys

from pixcrawler import __version__, load_dataset

BANNER = (
    f"PixCrawler {__version__}, Python {sys.version.split()[0]} ({sys.executable})\n"
    'load_dataset is at hand: dataset = load_dataset("./pets"); help(load_dataset) says more, Ctrl-D leaves.'
)


def begin(namespace):
    """Goes on to IPython where it is installed and wanted; else what follows is the interpreter's own prompt."""
    plain = os.environ.pop("PIXCRAWLER_PLAIN", "")
    startup = os.environ.pop("PIXCRAWLER_STARTUP", "")
    if startup:
        os.environ["PYTHONSTARTUP"] = startup
    else:
        del os.environ["PYTHONSTARTUP"]

    if not plain and importlib.util.find_spec("IPython"):
        start_ipython()
    print(BANNER, file=sys.stderr)
    namespace["load_dataset"] = load_dataset
    if startup:
        with open(startup, "rb") as file:
            exec(compile(file.read(), startup, "exec"), namespace)


def start_ipython():
    import IPython
    from traitlets.config import Config

    config = Config()
    config.TerminalInteractiveShell.banner1 = BANNER + "\n"
    config.TerminalInteractiveShell.enable_tip = False
    config.TerminalInteractiveShell.confirm_exit = False
    IPython.start_ipython(argv=[], user_ns={"load_dataset": load_dataset}, config=config)
    sys.exit()


def run_standard_input():
    """Runs it as `python -` does, with `load_dataset` at hand; tracebacks begin at the user's code."""
    namespace = sys.modules["__main__"].__dict__
    namespace["load_dataset"] = load_dataset
    sys.argv[0] = "-"
    sys.excepthook = excepthook
    exec(compile(sys.stdin.buffer.read(), "<stdin>", "exec"), namespace)


def excepthook(kind, error, traceback):
    own_frames = 2
    for _ in range(own_frames):
        traceback = traceback and traceback.tb_next
    sys.__excepthook__(kind, error.with_traceback(traceback), traceback)
