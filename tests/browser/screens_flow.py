"""Pictures of questions about value flow, one for each."""

from valueflow.selectors.questions import everything


def question_shots() -> list[tuple[str, str, str, str]]:
    """(URL name, file, username, address) of each."""
    shots = [
        ("flow-questions", "questions", "adaora", "/flow/questions/"),
        ("flow-baselines", "baselines", "adaora", "/flow/baselines/"),
        ("flow-value", "flow-value", "adaora", "/flow/value/"),
        ("flow-departments", "departments", "adaora", "/flow/departments/"),
        ("flow-department", "department", "adaora", "/flow/departments/operations-field/"),
    ]
    for one in everything.questions():
        address = f"/flow/questions/{one.slug}/"
        shots.append(("flow-question", f"question-{one.slug}", "adaora", address))
    return shots
