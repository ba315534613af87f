"""What runs for an image that nobody told the sandbox about: it shows its environment in one line and ends well.

A script of the standard library alone. Arguments: the image, then the variables whose values it does not show.
"""

from __future__ import annotations

import json
import os
import sys


def main() -> None:
    """Write the line."""
    image, *hidden = sys.argv[1:]
    line = {
        "stand_in": f"the sandbox runs no images, and nobody told it what {image} is (python -m sandbox image --help)",
        "environment": {name: "***" if name in hidden else value for name, value in sorted(os.environ.items())},
    }
    print(json.dumps(line))


if __name__ == "__main__":
    main()
