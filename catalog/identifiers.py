"""Names that the catalog gives: of requests, grants, releases and refusals."""

import secrets


def fresh(kind: str) -> str:
    """A name that nobody can guess: the kind and 128 random bits.

    >>> len(fresh("grant"))
    38
    """
    # Ids go into URLs and logs; one that could be counted would tell how busy others are.
    return f"{kind}_{secrets.token_hex(16)}"
