"""``python -m tintinh``: the command, where its script is not on the path."""

from tintinh.cli import main

if __name__ == "__main__":
    main()
