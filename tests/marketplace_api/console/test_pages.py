import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from marketplace_api.issuer import BANNER
from tests.marketplace_api.quay import DECLARATIONS, served

PAGES = [
    "/",
    f"/products/{DECLARATIONS}",
    "/products/beanr.vessel_visits",
    "/codes",
    "/codes/RAW_ROWS",
]


class Outline(HTMLParser):
    """The start tags of a page, in order, with their attributes."""

    def __init__(self, text):
        super().__init__()
        self.tags = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def all(self, *names):
        return [attrs for tag, attrs in self.tags if tag in names]


def page(web, path):
    reply = web.client.get(path)
    assert reply.status_code == 200
    return reply, Outline(reply.text)


@pytest.mark.parametrize("path", PAGES)
def test_page_is_accessible(web, path):
    _, outline = page(web, path)
    assert outline.all("html") == [{"lang": "en"}]
    assert len(outline.all("h1")) == len(outline.all("main")) == 1
    assert all("scope" in cell for cell in outline.all("th"))
    assert all({"tabindex", "role", "aria-label"} <= box.keys() for box in outline.all("pre"))


@pytest.mark.parametrize("path", PAGES)
def test_headings_skip_no_level(web, path):
    _, outline = page(web, path)
    levels = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(deeper <= before + 1 for before, deeper in pairwise(levels))


@pytest.mark.parametrize("path", PAGES)
def test_page_runs_nothing(web, path):
    reply, outline = page(web, path)
    assert not outline.all("script", "iframe", "style", "form", "img")
    assert not [name for _, attrs in outline.tags for name in attrs if re.match("on|style", name)]
    assert "script-src" not in reply.headers["content-security-policy"]
    assert reply.headers["content-security-policy"].startswith("default-src 'none';")


@pytest.mark.parametrize("path", PAGES)
def test_page_stays_on_its_host(web, path):
    _, outline = page(web, path)
    places = [attrs.get("href") or attrs.get("src") for _, attrs in outline.tags]
    assert all(place[0] in "/#" for place in places if place)


@pytest.mark.parametrize("path", PAGES)
def test_links_lead_somewhere(web, path):
    _, outline = page(web, path)
    places = {a["href"] for a in outline.all("a", "link") if a["href"].startswith("/")}
    assert {web.client.get(place).status_code for place in places} == {200}


@pytest.mark.parametrize("path", PAGES)
def test_banner_says_demonstration(web, path):
    assert BANNER in page(web, path)[0].text


def test_script_in_contract_is_text(web):
    reply, _ = page(web, f"/products/{DECLARATIONS}")
    assert "<script>" not in reply.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in reply.text


def test_catalog_lists_products_and_log(web):
    reply, outline = page(web, "/")
    assert {f"/products/{DECLARATIONS}"} <= {a["href"] for a in outline.all("a")}
    assert "entrepot.example/log+" in reply.text
    assert "entrepot.example/room+" in reply.text


def test_empty_catalog_says_next_step(empty, settings):
    text = served(empty, settings).client.get("/").text
    assert "entrepot product publish" in text


def test_product_shows_terms(web):
    text = page(web, f"/products/{DECLARATIONS}")[0].text
    for fact in ("importer_id", "5 companies", "p = 10", "Forbidden to everyone", "each month"):
        assert fact in text


def test_location_is_on_no_page(web, data):
    text = "".join(page(web, path)[0].text for path in PAGES)
    assert "delta:customs-be" not in text
    assert str(data) not in text


def test_unknown_pages_are_not_found(web):
    for path in (
        "/products/beanr.nothing",
        "/codes/NOTHING",
        "/static/../app.py",
        "/static/%2e%2e/x",
    ):
        assert web.client.get(path).status_code == 404


def test_style_is_served(web):
    reply = web.client.get("/static/console.css")
    assert reply.headers["content-type"].startswith("text/css")
    assert "prefers-color-scheme: dark" in reply.text


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(
        weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True)
    )


PAIRS = [
    ("ink", "ground"),
    ("ink", "sheet"),
    ("quiet", "ground"),
    ("quiet", "sheet"),
    ("accent", "ground"),
    ("accent", "sheet"),
    ("accent", "accent-soft"),
    ("warn", "warn-soft"),
]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "paper"), PAIRS)
def test_contrast_is_aa(web, scheme, ink, paper):
    text = web.client.get("/static/console.css").text
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", text.split(":root {")[scheme + 1]))
    light, dark = sorted((luminance(colours[ink]), luminance(colours[paper])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5
