"""The demo data space: a made-up world of ports and authorities, its contracts, its questions."""
