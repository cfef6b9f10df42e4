"""What OpenAPI says of problems: each operation lists those that it can answer."""

from marketplace_api.problems import ProblemOut

MEANING = {
    400: "the request is not in the form it must have",
    401: "no access token, or one that is not valid",
    403: "no role or grant allows this",
    404: "there is no such thing, or it is not yours to see",
    409: "the thing is not in a state for this step",
    413: "the body, or the query in it, is too large",
    422: "it is understood, and refused for what it asks or says",
    429: "the privacy budget does not cover it",
    500: "the server failed",
    503: "the clean room could not finish, or the server is busy",
}
ALWAYS = (400, 500, 503)


def answers(*statuses: int) -> dict[int | str, dict[str, object]]:
    """The problem responses of an operation: those given, and what any operation may answer."""
    return {
        status: {"model": ProblemOut, "description": MEANING[status]}
        for status in sorted({*statuses, *ALWAYS})
    }
