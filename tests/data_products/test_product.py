import pytest

from data_products.product import DataProduct, Status
from tests.data_products.examples import contract

PRODUCT = DataProduct(contract(), "delta:port_calls")


def test_product_is_named_by_its_contract():
    assert (PRODUCT.id, PRODUCT.provider) == ("beanr.port_calls", "beanr")


def test_product_begins_active():
    assert PRODUCT.status is Status.ACTIVE


@pytest.mark.parametrize("word", ["draft", "active", "deprecated", "retired"])
def test_status_speaks_odcs(word):
    assert Status(word) == word
