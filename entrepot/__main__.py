"""The command as a module: python -m entrepot."""

import sys

from entrepot.cli import main

if __name__ == "__main__":
    sys.exit(main())
