import pytest

from data_products.errors import ConnectorError, RequestError
from marketplace_api.publication import Publication, without_locations
from tests.marketplace_api.quay import contract, visits

PLACE = "delta:customs-be/declarations"


def test_product_keeps_location_as_written(data):
    product, digest = Publication([data]).prepare("customs-be", contract(), PLACE)
    assert (product.location, len(digest)) == (PLACE, 64)


def test_folder_is_for_nobody_else(data):
    with pytest.raises(RequestError, match="in a folder of beanr"):
        Publication([data]).prepare("beanr", visits(), PLACE)


def test_link_out_of_folder_is_followed(data, tmp_path):
    (tmp_path / "beanr").mkdir()
    (tmp_path / "customs-be").symlink_to(data / "customs-be")
    (tmp_path / "beanr" / "mine").symlink_to(data / "customs-be" / "declarations")
    with pytest.raises(RequestError):
        Publication([tmp_path]).prepare("beanr", visits(), "delta:beanr/mine")


def test_folder_with_longer_name_is_another(data, tmp_path):
    (tmp_path / "beanr-2").symlink_to(data / "beanr")
    with pytest.raises(RequestError):
        Publication([tmp_path]).prepare("beanr", visits(), "parquet:beanr-2/visits.parquet")


def test_roots_are_resolved(data, tmp_path):
    (tmp_path / "link").symlink_to(data)
    assert Publication([tmp_path / "link"]).roots == (data,)


def test_reason_of_connector_stays_inside():
    with (
        pytest.raises(ConnectorError, match="cannot be read at the moment") as raised,
        without_locations(),
    ):
        raise ConnectorError("/data/beanr/visits.parquet is torn")
    assert raised.value.__cause__ is None
