"""The eight questions that must be refused: by one code everywhere, with a rewrite that works."""

import httpx2
import pytest

import entrepot
from marketplace_api.demo.questions import REFUSALS

EIGHT = pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.id)


def ask(served, refusal, sql):
    """The SDK's answer to a refusal's asker."""
    with served.client(refusal.agreement.consumer) as client:
        return client.query(sql, purpose=str(refusal.agreement.purpose))


@EIGHT
def test_rest_gives_the_code(served, refusal):
    answer = httpx2.post(
        f"{served.url}/v1/queries",
        json={"sql": refusal.sql, "purpose": str(refusal.agreement.purpose)},
        headers={
            "Authorization": f"Bearer {served.token(refusal.agreement.consumer)}",
            "Idempotency-Key": f"story-{refusal.id}",
        },
        timeout=60,
    )

    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == refusal.code
    assert bool(answer.json()["rewrite"]) is refusal.rewritten


@EIGHT
def test_sdk_gives_the_code(served, refusal):
    with pytest.raises(entrepot.ServiceError) as refused:
        ask(served, refusal, refusal.sql)

    assert refused.value.code == refusal.code


@EIGHT
def test_command_gives_the_code(served, refusal):
    purpose = ["--purpose", str(refusal.agreement.purpose)]
    done = served.command(refusal.agreement.consumer, "query", refusal.sql, *purpose)

    assert done.returncode == 1
    assert done.stderr.startswith(f"{refusal.code}: ")


@pytest.mark.parametrize("refusal", [r for r in REFUSALS if r.rewritten], ids=lambda r: r.id)
def test_rewrite_is_answered_verbatim(served, refusal):
    with pytest.raises(entrepot.ServiceError) as refused:
        ask(served, refusal, refusal.sql)

    answer = ask(served, refusal, refused.value.rewrite)

    assert answer.rows
    answer.receipt.verify()
