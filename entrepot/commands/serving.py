"""demo, serve and product: run the service on this machine, check and publish contracts."""

from contextlib import suppress
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from entrepot.commands.terminal import COMMON, Common, say, show, show_json
from entrepot.demo import free_port, program, run, serving
from entrepot.files import read_text
from entrepot.story import Story

LARGEST_CONTRACT = 256 * 1024
"""Bytes; the service reads no larger body."""

product = App(name="product", help="Check and publish data products.")


def demo(
    *,
    once: Annotated[bool, Parameter(negative="", help="Stop when the story is told.")] = False,
    size: Annotated[Literal["tiny", "demo", "bench"], Parameter(help="How much data.")] = "demo",
    data: Annotated[Path | None, Parameter(help="Folder of real declarations to ask too.")] = None,
    directory: Annotated[Path, Parameter(help="Where the world is built.")] = Path(".demo"),
    port: Annotated[int | None, Parameter(help="Port on 127.0.0.1; 8600 where it is free.")] = None,
) -> int:
    """Build a made-up world of ports on this machine, and play the main job on it."""
    # Absolute, for the child may not start where we are.
    world = directory.absolute()
    arguments = ["--size", size, "--directory", str(world), "--port", str(port or free_port())]
    if data is not None:
        arguments += ["--data", str(data.absolute())]
    say(f"building a {size} world in {world} ...")
    with serving(program("demo", *arguments)) as server:
        Story(world, show).tell(real=data is not None)
        if once:
            return 0
        with suppress(KeyboardInterrupt):
            say(f"\nconsole: {server.url}\nprofiles: {world / 'profiles'}\nCtrl-C stops")
            server.wait()
    return 0


def serve() -> int:
    """Run the service with the settings of the environment, in this terminal."""
    return run(program("serve"))


@product.command
def check(file: Path, /) -> int:
    """Check a contract, without a service; says what is wrong, where, and what is expected."""
    return run(program("check", str(file.absolute())))


@product.command
def publish(
    file: Path,
    /,
    *,
    location: Annotated[str, Parameter(help="Where the data lies, such as delta:declarations.")],
    common: Common = COMMON,
) -> None:
    """Publish a version of a product: its contract, and where its data lies."""
    contract = read_text(file, limit=LARGEST_CONTRACT)
    with common.connect() as client:
        published = client.publish(contract, location)
    if common.json:
        show_json(published.document)
    else:
        show(f"{published.id} {published.version} is published")
