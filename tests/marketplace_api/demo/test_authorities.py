"""What the authorities hold is as skewed and as faulty as the real thing."""

import numpy as np
import pytest

from marketplace_api.demo import authorities, codes
from marketplace_api.demo.trade import Flow

FLOW = Flow("BEANR", 54_000, 7)


@pytest.fixture(scope="module")
def declared():
    """Declarations, numbers as floats."""
    return authorities.declarations(FLOW, 0).to_pandas()


@pytest.fixture(scope="module")
def outcomes():
    """What came of them."""
    return authorities.inspection_outcomes(FLOW, 0).to_pandas()


def test_codes_nest(declared):
    assert (declared["hs6"].str[:4] == declared["hs4"]).all()
    assert (declared["hs4"].str[:2] == declared["hs2"]).all()


def test_duty_is_rate_of_value(declared):
    owed = declared["item_value"].astype(float) * declared["tax_rate"].astype(float) / 100

    assert np.abs(owed - declared["assessed_duty"].astype(float)).max() < 0.0051


def test_fraud_is_one_in_five(outcomes):
    assert 0.19 <= outcomes["fraud"].mean() <= 0.235
    assert 0.3 <= outcomes["critical_fraud"].sum() / outcomes["fraud"].sum() <= 0.4


@pytest.mark.parametrize(("column", "spread"), [("origin", 0.15), ("process_type", 0.1)])
def test_fraud_depends_on(column, spread, outcomes):
    busy = outcomes.groupby(column)["fraud"].agg(["mean", "size"]).query("size >= 500")

    assert busy["mean"].max() - busy["mean"].min() > spread


def test_result_says_what_flags_say(outcomes):
    fraud, critical = outcomes["fraud"] == 1, outcomes["critical_fraud"] == 1

    assert (outcomes["result"] == np.select([critical, fraud], ["critical", "fraud"], "ok")).all()


def test_uplift_is_of_fraud(outcomes):
    assert (outcomes.loc[outcomes["fraud"] == 0, "uplift_value"] == 0).all()
    assert outcomes["uplift_value"].sum() > 0


def test_fraud_has_reason(outcomes):
    reasons = set(outcomes.loc[outcomes["fraud"] == 1, "reason_code"])

    assert reasons == set(codes.REASONS) - {"none"}


def test_red_channel_takes_longest(outcomes):
    delay = outcomes.groupby("channel")["delay_h"].median()

    assert delay["green"] < delay["yellow"] < delay["red"]


def test_certificates_are_for_food_of_peru():
    found = authorities.certificates(Flow("PECLL", 20_000, 7), 0).to_pandas()

    assert found["hs4"].str[:2].max() < "24"
    assert set(found["origin"]) == {"PE"}


def test_certificates_cover_their_use():
    found = authorities.certificates(Flow("PECLL", 20_000, 7), 0).to_pandas()

    assert (found["qty_used_kg"] <= found["qty_kg"]).all()
    assert (found["issued"] < found["expires"]).all()


def test_active_importers_are_authorised_more():
    found = authorities.aeo_register(FLOW, 0)["operator_id"].to_pylist()
    rank = np.array([int(operator[3:]) for operator in found])

    assert np.mean(rank < FLOW.importers // 10) > 0.15
    assert len(set(found)) == len(found)
