"""Runs a command that dies with the process that started it.

Run as a script: ``python -I -S child.py PARENT_PID SIGNAL COMMAND…``. It replaces itself with the
command, so there is no process in between. It is a script of its own because the request to the
kernel is forgotten when the user id changes: it has to be made after ``unshare`` or ``setuid``,
right before the command.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int, signal_number: int) -> None:
    """Ask the kernel for a signal when the parent ends; leave at once if it already has."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal_number)
    if os.getppid() != parent:
        os._exit(0)


if __name__ == "__main__":
    die_with_parent(int(sys.argv[1]), int(sys.argv[2]))
    os.execvp(sys.argv[3], sys.argv[3:])
