"""``python -m qualmetrics``: the command line."""

from qualmetrics.cli import main

if __name__ == "__main__":
    main()
