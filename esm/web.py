"""Settings of gunicorn (``gunicorn -c python:esm.web esm.wsgi:application``)."""

import gc
import os
import signal
from typing import Any

from django.urls import get_resolver

from esm.embedded.child import die_with_parent

worker_class = "gthread"
workers = 2
threads = 8
preload_app = True
timeout = 60
graceful_timeout = 5
keepalive = 5
max_requests = 20_000
max_requests_jitter = 2_000
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None
accesslog = None
errorlog = "-"


def when_ready(server: Any) -> None:
    """What is loaded before the workers begin lives as long as they do: nobody looks through it.

    That is every view with what it imports: loaded by the first call, each worker would have its
    own, and its first caller would wait for it.
    """
    assert get_resolver().reverse_dict
    gc.collect()
    gc.freeze()


def post_fork(server: Any, worker: Any) -> None:
    """A worker must not outlive a master that was killed."""
    die_with_parent(worker.ppid, signal.SIGKILL)
    # A call makes tens of thousands of objects and hardly any ring of them.
    gc.set_threshold(10_000, 20, 20)
