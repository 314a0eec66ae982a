"""The workflow engine: which stages a request is in, and which come next.

Pure Python, no Django, no clock, no storage. A workflow of the model is compiled once to a
``Graph``; a running request is a ``Marking``, a small JSON-able dict that the caller stores; every
verb takes both and returns a ``Step`` with a *new* marking and what happened::

    graph = compile_workflow(spec)         # never raises for content; see check(graph)
    step = start(graph, values)            # values: the form's data, for conditions
    step = complete(graph, step.marking, token, values)
    step = send_back(graph, step.marking, token, "intake")

Nodes. *work*, *decision* and *wait* stages hold a token until it is completed; *start*, *end*,
*fork* and *join* are passed through silently. One whose ``when`` is false is skipped: the token
goes on along its forward flows. Out of every other node than a fork exactly one flow is taken: the
first (in the order written) whose condition holds, else the default.

Tokens are lines of work. A token keeps its id while it moves; the first is ``"1"``. A fork replaces
token ``t`` by children ``t.n``, one per branch; when every child that has not ended elsewhere
waits at the join, the join fires once and ``t`` goes on. A branch in which all is skipped still
reaches its join; an end inside a branch ends that branch only, and the request ends with its last
token. So an id tells the branch and the branch around it, and equal input gives equal output.

Returns. ``send_back`` moves a token to an earlier stage. Rule: the stage lies *upstream* and in the
*same branch or deeper*: a token inside a branch never leaves it, because its fork would otherwise
run again for all branches, while a token behind a join may go back into one branch, which then
alone passes the join again. Where the giver stands outside the branch, ``detour`` lends the token
to it: on completion it comes straight back to the stage it was lent from. ``reopen`` puts a request
that ended back to a stage that was done.

Modules: ``shapes`` (Graph and its parts), ``graph`` (compiling), ``soundness`` (the check),
``tokens`` (playing).
"""

from workflows.engine.graph import check, compile_workflow
from workflows.engine.shapes import EngineError, Exit, Graph, Node
from workflows.engine.tokens import (
    Entry,
    Marking,
    Parked,
    Step,
    complete,
    detour,
    reopen,
    send_back,
    send_back_targets,
    start,
)

__all__ = [
    "EngineError",
    "Entry",
    "Exit",
    "Graph",
    "Marking",
    "Node",
    "Parked",
    "Step",
    "check",
    "compile_workflow",
    "complete",
    "detour",
    "reopen",
    "send_back",
    "send_back_targets",
    "start",
]
