"""``python -m solon.cli`` is ``solon``."""

from solon.cli import main

if __name__ == "__main__":
    main()
