"""Progress of work that takes a while."""

import importlib
import sys
import time


class Progress:
    """Tells of `done` out of `total`; total is None where it is not known.

    `wanted` is the caller's `progress` argument. None shows a bar on a terminal, once the work has gone on for two
    seconds; True shows it at once, terminal or not; False shows nothing; anything callable is called with
    (done, total), at every step and at the end, from the thread that does the work. A bar is tqdm's where tqdm is
    installed, else one line on standard error.

    Example:
        >>> with Progress(lambda done, total: print(done, "of", total), 2) as progress:
        ...     progress.update(1)
        ...     progress.update(2)
        1 of 2
        2 of 2
    """

    patience = 2.0
    """Seconds before a bar appears that nobody asked for."""

    def __init__(self, wanted, total, unit="images"):
        self._call = wanted if callable(wanted) else None
        if self._call is None and not (wanted is None or isinstance(wanted, bool)):
            raise TypeError(f"progress is None, True, False or a callable (done, total), not {type(wanted).__name__}")
        self._total = total
        self._unit = unit
        self._bar = None
        self._shows = wanted is True or (wanted is None and _is_terminal(sys.stderr))
        self._appears = time.monotonic() + (0 if wanted is True else self.patience)

    def update(self, done):
        """Says how much is done in all."""
        if self._call is not None:
            self._call(done, self._total)
        elif self._shows:
            if self._bar is None:
                if time.monotonic() < self._appears:
                    return
                self._bar = _bar(self._total, self._unit)
            self._bar.show(done)

    def close(self):
        """Ends the bar, if one is shown."""
        bar, self._bar = self._bar, None
        self._shows = False
        if bar is not None:
            bar.close()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()


def _is_terminal(stream):
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # it is closed
        return False


def _bar(total, unit):
    try:
        tqdm = importlib.import_module("tqdm.auto")
    except ImportError:
        return _Line(total, unit)
    return _Tqdm(tqdm.tqdm(total=total, unit=f" {unit}"))


class _Tqdm:
    def __init__(self, bar):
        self._bar = bar

    def show(self, done):
        self._bar.update(done - self._bar.n)

    def close(self):
        self._bar.close()


class _Line:
    """One line that is written over, ten times a second at most; off a terminal, a line at the end."""

    def __init__(self, total, unit):
        self._total = total
        self._unit = unit
        self._done = 0
        self._shown = -1.0
        self._rewrites = _is_terminal(sys.stderr)

    def show(self, done):
        self._done = done
        now = time.monotonic()
        if self._rewrites and now - self._shown >= 0.1:
            self._shown = now
            self._write("\r", "\x1b[K")

    def close(self):
        self._write("\r" if self._rewrites else "", "\x1b[K\n" if self._rewrites else "\n")

    def _write(self, before, after):
        of = "" if self._total is None else f" of {self._total} ({100 * self._done // max(self._total, 1)} %)"
        if sys.stderr is not None:
            sys.stderr.write(f"{before}{self._done}{of} {self._unit}{after}")
            sys.stderr.flush()
